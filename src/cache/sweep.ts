/** Finds what crashes left behind in one cache directory. */
import { lstat, opendir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { around } from '../fault-points.ts';
import { isAlive, ownIdentity } from '../process-identity.ts';
import type { BlockAddress, StrayFile } from './block-store.ts';

const BLOCK = /^(\d+)-(\d+)$/;
const TEMPORARY = /^(\d+)-(\d+)-\d+-\d+(?:-\d+)?$/;

export interface Sweep {
  readonly directory: number;
  readonly folder: string;
  readonly temporary: string;
  readonly known: (block: BlockAddress) => boolean;
}

/** Temporary files of dead writers and block files that `known` denies. Files under other names are not ours. */
export async function* straysIn(sweep: Sweep): AsyncGenerator<StrayFile> {
  const alive = livenessOnce();
  for await (const name of namesIn(sweep.temporary)) {
    const [, pid, startedAt] = TEMPORARY.exec(name) ?? [];
    if (pid !== undefined && startedAt !== undefined && !alive(pid, startedAt)) yield* strayAt(join(sweep.temporary, name), true);
  }
  for await (const name of namesIn(sweep.folder)) {
    const [, fileId, index] = BLOCK.exec(name) ?? [];
    if (fileId === undefined || index === undefined) continue;
    if (!sweep.known({ fileId: Number(fileId), index: Number(index), directory: sweep.directory })) yield* strayAt(join(sweep.folder, name), false);
  }
}

/** Removes them; counts what was removed. */
export async function sweepFolder(sweep: Sweep, swept: { files: number; bytes: number }): Promise<void> {
  for await (const { path, bytes, folder } of straysIn(sweep)) {
    if (folder !== undefined) {
      await removeFolder(path);
      continue;
    }
    if ((await ifThere(() => around('cache.remove', () => unlink(path).then(() => true)))) !== true) continue;
    swept.files += 1;
    swept.bytes += bytes;
  }
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

async function* namesIn(folder: string): AsyncGenerator<string> {
  const names = await ifThere(() => opendir(folder, { bufferSize: 1024 }));
  if (names !== undefined) for await (const { name } of names) yield name;
}

/** Nothing when it is gone meanwhile: another sweep, or its writer finished. */
async function* strayAt(path: string, temporary: boolean): AsyncGenerator<StrayFile> {
  const status = await ifThere(() => lstat(path));
  if (status?.isFile() === true) yield { path, bytes: status.size, temporary };
  // No block could be written there.
  const held = status?.isDirectory() === true && !temporary ? await ifThere(() => readdir(path)) : undefined;
  if (held !== undefined) yield { path, bytes: 0, temporary, folder: held.length === 0 ? 'empty' : 'full' };
}

/** Leaves one that holds something: it is none of ours. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await ifThere(() => rmdir(path));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
  }
}

async function ifThere<T>(operation: () => Promise<T>): Promise<T | undefined> {
  try {
    return await operation();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
