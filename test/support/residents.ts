/** Masters and workers of a test's home: started by the real scripts, found by their records, and never left behind. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/process-identity.ts';
import type { ResidentRecord } from '../../src/resident/records.ts';
import { liveResident } from '../../src/resident/records.ts';
import type { Home } from './home.ts';
import { runAlluxio } from './run-alluxio.ts';
import type { RunOptions, RunResult } from './run-alluxio.ts';

/** Any free ports. */
export const FREE_PORTS = { 'alluxio.master.web.port': '0', 'alluxio.worker.web.port': '0' } as const;

export const folderOf = (home: Home): string => join(home.workDir, 'residents');

export function startScript(home: Home, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return runAlluxio(home, args, { ...options, script: 'alluxio-start.sh', timeoutMs: 60_000 });
}

export function stopScript(home: Home, args: readonly string[] = ['local']): Promise<RunResult> {
  return runAlluxio(home, args, { script: 'alluxio-stop.sh' });
}

export function masterOf(home: Home): ResidentRecord {
  const master = liveResident(folderOf(home), 'master');
  if (master === undefined) throw new Error('no master is running');
  return master;
}

export function workerOf(home: Home): ResidentRecord {
  const worker = liveResident(folderOf(home), 'worker');
  if (worker === undefined) throw new Error('no worker is running');
  return worker;
}

/** Of every record that is there, whatever the software thinks of it. */
export async function killResidents(home: Home): Promise<void> {
  const files = await readdir(folderOf(home)).catch(() => []);
  for (const file of files.filter((name) => /^(master|worker)-\d+\.json$/.test(name))) {
    const { identity } = JSON.parse(await readFile(join(folderOf(home), file), 'utf8')) as ResidentRecord;
    if (isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
    await until(() => !isAlive(identity));
  }
}

/** Looks again and again; fails when it is not so after a while. */
export async function until(what: () => boolean | Promise<boolean>, patienceMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await what()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`not so after ${patienceMs} ms: ${String(what)}`);
  }
}
