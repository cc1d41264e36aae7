/** A file system over temporary folders, served by the real web server on a free port. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackgroundJob, Resident, ResidentProcess, Role } from '../../src/http/resident.ts';
import { startWebServer } from '../../src/http/server.ts';
import { ownIdentity } from '../../src/process-identity.ts';
import { configOf } from '../support/config.ts';
import type { StorageKind, TestFileSystem } from '../support/file-system.ts';
import { makeFileSystem } from '../support/file-system.ts';

export interface ServedHome extends TestFileSystem {
  readonly port: number;
  readonly url: string;
  readonly resident: Resident;
  readonly logs: string;
  readonly logged: string[];
  /** What the process will say about itself. */
  readonly says: { problems: string[]; jobs: BackgroundJob[]; residents?: ResidentProcess[] };
}

export interface ServeOptions {
  readonly role?: Role;
  readonly storage?: StorageKind;
  readonly properties?: Readonly<Record<string, string>>;
  readonly samplePeriodMs?: number;
  readonly maxConnections?: number;
}

export async function serveHome(options: ServeOptions = {}): Promise<ServedHome> {
  const role = options.role ?? 'master';
  const properties = options.properties ?? {};
  const home = await makeFileSystem(options.storage ?? 'local', properties);
  const logs = join(home.dir, 'logs');
  await mkdir(logs);
  const logged: string[] = [];
  const says: ServedHome['says'] = { problems: [], jobs: [] };
  const started: ResidentProcess = { role, identity: ownIdentity(), startedMs: Date.now(), web: { host: '127.0.0.1', port: 0 } };
  const resident: Resident = {
    process: started,
    version: '2.9.0-test',
    fs: home.fs,
    config: configOf({ 'alluxio.work.dir': home.dir, 'alluxio.master.mount.table.root.ufs': home.rootUri, ...properties }),
    logs,
    residents: () => Promise.resolve(says.residents ?? [started]),
    jobs: () => says.jobs,
    problems: () => Promise.resolve(says.problems),
  };
  const server = await startWebServer(resident, { host: '127.0.0.1', port: 0, log: (line) => void logged.push(line), ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }), ...(options.samplePeriodMs === undefined ? {} : { samplePeriodMs: options.samplePeriodMs }) });
  return {
    ...home,
    port: server.port,
    resident,
    url: `http://127.0.0.1:${server.port}`,
    logs,
    logged,
    says,
    async close() {
      await server.close();
      await home.close();
    },
  };
}
