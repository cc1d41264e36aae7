/**
 * What LMDB needs to open a store, taken on the disk before it does. It maps its lock as a file with holes, and dies by SIGBUS where a full disk gives no page for
 * one of them; and of a disk that is full while it writes the first pages of a new store it dies as file-room.ts says.
 */
import { closeSync, constants, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';
import { handOverFile } from '../hand-over.ts';
import { storeError } from './store-error.ts';

const PAGE = 4096;
/** Every open reader of every process takes one of these slots. */
export const MAX_READERS = 1000;
const SLOT = 64;
/** The slots, and what stands before them: 208 bytes with lmdb-js 3.5.6. */
const LOCK_BYTES = Math.ceil((MAX_READERS * SLOT + 512) / PAGE) * PAGE;
/** Of a new store: the two meta pages, as large as any system's pages. */
const FIRST_BYTES = 2 * 65_536;

/** @throws NO_SPACE; FAILED_PRECONDITION where the lock is no file, of which LMDB dies too. Anything else is left for LMDB to say */
export function takeStoreRoom(folder: string): void {
  const lock = join(folder, 'lock.mdb');
  const found = statSync(lock, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw notAFile(lock, found.isDirectory());
  try {
    // One that LMDB made is not touched: to close it would give up what locks this process has on it.
    if ((found?.size ?? 0) < MAX_READERS * SLOT) takeLock(lock);
    takeData(join(folder, 'data.mdb'));
  } catch (error) {
    const told = storeError(dirname(folder), error);
    if (told.code === 'NO_SPACE' || systemCode(error) === undefined) throw told;
  }
}

/** One byte of each page, between what LMDB uses of the slots: another process may be making the same lock, and have begun to use it. */
function takeLock(path: string): void {
  withFile(path, (file) => {
    for (let end = PAGE; end <= LOCK_BYTES; end += PAGE) writeSync(file, Buffer.of(0), 0, 1, end - 1);
  });
}

/** A new store begins with an empty file: it is filled and emptied again. */
function takeData(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  withFile(path, (file) => {
    const zeros = Buffer.alloc(FIRST_BYTES);
    for (let done = 0; done < zeros.length; ) done += writeSync(file, zeros, done);
    ftruncateSync(file, 0);
  });
}

function withFile(path: string, use: (file: number) => void): void {
  const found = statSync(path, { throwIfNoEntry: false }) !== undefined;
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | (found ? 0 : constants.O_EXCL), 0o600);
  try {
    if (!found) handOverFile(file);
    use(file);
  } finally {
    closeSync(file);
  }
}

function notAFile(lock: string, directory: boolean): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', `The journal in ${dirname(dirname(lock))} cannot be used: ${lock} is ${directory ? 'a directory' : 'no file'}.`, {
    hint: 'Stop all alluxio processes and remove it: it holds nothing, and is made anew by the next command.',
  });
}
