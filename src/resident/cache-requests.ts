/** What commands ask the worker to cache: lines `<file id> <block>` in `<work dir>/residents/cache-requests`. Hints: one that gets lost costs nothing but a read. */
import { appendFileSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { makeOwnFile } from '../hand-over.ts';
import { liveResident } from './records.ts';

const FILE = 'cache-requests';
/** A worker that does not come along must not let it grow. */
const MOST_BYTES = 1 << 20;

export function askWorker(folder: string, fileId: number, indexes: readonly number[]): void {
  if (liveResident(folder, 'worker') === undefined) return;
  const path = join(folder, FILE);
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES) return;
    makeOwnFile(path, 0o600);
    appendFileSync(path, indexes.map((index) => `${fileId} ${index}\n`).join(''), { mode: 0o600 });
  } catch (error) {
    // The reader has what he wanted.
    if (systemCode(error) === undefined) throw error;
  }
}

/** Each block once, in the order in which they were asked for. */
export function takeRequests(folder: string): { fileId: number; index: number }[] {
  const [path, taken] = [join(folder, FILE), join(folder, `${FILE}.taken`)];
  try {
    renameSync(path, taken);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  const lines = new Set(readFileSync(taken, 'utf8').split('\n'));
  rmSync(taken, { force: true });
  return [...lines].flatMap((line) => {
    const [, fileId, index] = /^(\d{1,15}) (\d{1,9})$/.exec(line) ?? [];
    return fileId === undefined || index === undefined ? [] : [{ fileId: Number(fileId), index: Number(index) }];
  });
}
