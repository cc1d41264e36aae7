/** Finds what crashes left behind in one cache directory. */
import { lstat, opendir, unlink } from 'node:fs/promises';
import type { Dir } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { around } from '../fault-points.ts';
import { isAlive, ownIdentity } from '../process-identity.ts';
import type { BlockAddress } from './block-store.ts';

const BLOCK = /^(\d+)-(\d+)$/;
const TEMPORARY = /^(\d+)-(\d+)-\d+-\d+(?:-\d+)?$/;

export interface Sweep {
  readonly directory: number;
  readonly folder: string;
  readonly temporary: string;
  readonly known: (block: BlockAddress) => boolean;
  /** Counts what was removed. */
  readonly swept: { files: number; bytes: number };
}

/** Removes temporary files of dead writers and block files that `known` denies. Files under other names are not ours: they stay. */
export async function sweepFolder(sweep: Sweep): Promise<void> {
  const alive = livenessOnce();
  await removeMatching(sweep, sweep.temporary, (name) => {
    const [, pid, startedAt] = TEMPORARY.exec(name) ?? [];
    return pid !== undefined && startedAt !== undefined && !alive(pid, startedAt);
  });
  await removeMatching(sweep, sweep.folder, (name) => {
    const [, fileId, index] = BLOCK.exec(name) ?? [];
    return fileId !== undefined && index !== undefined && !sweep.known({ fileId: Number(fileId), index: Number(index), directory: sweep.directory });
  });
}

/** One question per process: a crashed upload may leave thousands of files. */
function livenessOnce(): (pid: string, startedAt: string) => boolean {
  const answers = new Map<string, boolean>();
  // The names carry no host and no boot: a cache directory belongs to one host, and files of an earlier boot have start times of that boot.
  const { host } = ownIdentity();
  return (pid, startedAt) => {
    const key = `${pid}-${startedAt}`;
    const answer = answers.get(key) ?? isAlive({ host, bootId: '', pid: Number(pid), startedAt: Number(startedAt) });
    answers.set(key, answer);
    return answer;
  };
}

async function removeMatching(sweep: Sweep, folder: string, doomed: (name: string) => boolean): Promise<void> {
  const names = await openIfThere(folder);
  if (names === undefined) return;
  for await (const { name } of names) if (doomed(name)) await removeCounted(join(folder, name), sweep.swept);
}

async function openIfThere(folder: string): Promise<Dir | undefined> {
  try {
    return await opendir(folder, { bufferSize: 1024 });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function removeCounted(path: string, swept: { files: number; bytes: number }): Promise<void> {
  try {
    const status = await lstat(path);
    if (!status.isFile()) return;
    await around('cache.remove', () => unlink(path));
    swept.files += 1;
    swept.bytes += status.size;
  } catch (error) {
    // Gone meanwhile: another sweep, or its writer finished.
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
