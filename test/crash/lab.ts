/** A home whose root is in OSS with a local folder mounted beside, or the other way round; and local files to copy in. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOssServer } from '../../src/oss-server/server.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { OSS_KEYS } from '../support/oss.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import type { StorageKind } from '../support/file-system.ts';
import type { Sources } from './workload.ts';
import { SECOND } from './model.ts';
import { FOREIGN, LENGTHS } from './workload.ts';

export const BUCKET = 'crash';

export interface Lab {
  readonly home: Home;
  readonly root: StorageKind;
  /** Of its OSS server, which takes fault points. */
  readonly endpoint: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly sources: Sources;
  /** By its length. */
  readonly contents: ReadonlyMap<number, string>;
  /** Mount path → storage, without trailing slash. */
  readonly storages: Readonly<Record<string, string>>;
  run(args: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<RunResult>;
  close(): Promise<void>;
}

const FOREIGN_FILES = ['one', 'sub/two'];

export async function makeLab(root: StorageKind, more: Readonly<Record<string, string>> = {}): Promise<Lab> {
  const home = await makeHome();
  const server = await startOssServer({ dir: join(home.dir, 'oss'), buckets: [BUCKET], credentials: OSS_KEYS, flush: false, faults: true });
  const folders = { second: join(home.dir, 'second'), foreign: join(home.dir, 'foreign'), source: join(home.dir, 'source'), out: join(home.dir, 'out') };
  for (const folder of Object.values(folders)) await mkdir(folder);
  const storages = { '/': root === 'oss' ? `oss://${BUCKET}/root` : home.ufsDir, [SECOND]: root === 'oss' ? folders.second : `oss://${BUCKET}`, [FOREIGN]: folders.foreign };
  const properties = {
    'fs.oss.endpoint': server.endpoint,
    'fs.oss.accessKeyId': OSS_KEYS.accessKeyId,
    'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret,
    'alluxio.master.mount.table.root.ufs': storages['/'],
    'alluxio.user.block.size.bytes.default': '64KB',
    'alluxio.underfs.oss.streaming.upload.partition.size': '100KB',
    'alluxio.user.lease.wait.timeout': '60s',
    ...more,
  };
  await home.configure(properties);
  const contents = new Map(LENGTHS.map((length) => [length, randomBytes(length).toString('base64').slice(0, length)]));
  const sources = await writeSources(folders, contents);
  const run: Lab['run'] = (args, env = {}, input = '') => runAlluxio(home, args, { env, input, timeoutMs: 120_000 });
  for (const args of [['format'], ['fs', 'mount', SECOND, storages[SECOND]]]) {
    const done = await run(args);
    if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
  }
  return {
    home, root, endpoint: server.endpoint, properties, sources, contents, storages, run,
    async close() {
      await server.close();
      await home.remove();
    },
  };
}

async function writeSources(folders: { foreign: string; source: string; out: string }, contents: ReadonlyMap<number, string>): Promise<Sources> {
  await mkdir(join(folders.foreign, 'sub'));
  for (const name of FOREIGN_FILES) await writeFile(join(folders.foreign, name), name);
  for (const [length, bytes] of contents) await writeFile(join(folders.source, String(length)), bytes);
  const tree = join(folders.source, 'tree');
  await mkdir(join(tree, 'sub'), { recursive: true });
  // Small ones in both directories, which go together.
  const files = [['a', 40], ['b', 40], ['sub/b', 70_000], ['sub/c', 0], ['sub/d', 40], ['sub/e', 40]] as const;
  for (const [name, length] of files) await writeFile(join(tree, name), contents.get(length) ?? '');
  return { file: (length) => join(folders.source, String(length)), foreign: folders.foreign, out: folders.out, tree: { path: tree, entries: [...files, ['sub', undefined]] } };
}
