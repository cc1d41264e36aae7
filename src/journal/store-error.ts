/** What a failure of the store itself means to the user. */
import { statfsSync } from 'node:fs';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import { REMEDY } from './remedy.ts';

const DAMAGED = /MDB_(CORRUPTED|PAGE_NOTFOUND|PANIC|INVALID|VERSION_MISMATCH|BAD_TXN|CURSOR_FULL|PAGE_FULL|PROBLEM|INCOMPATIBLE|BAD_CHECKSUM)/;
const FULL = /MDB_MAP_FULL|No space left|quota exceeded|File too large/i;
const EIO = 5;
const NEARLY_NOTHING = 2 ** 20;
/** errno of a disk that is full, of a quota and of a limit, as lmdb-js gives them. */
const FULL_ERRNO: readonly unknown[] = [27, 28, 122];
const DENIED = /Permission denied|Operation not permitted|Read-only file system/i;

export function damaged(folder: string, why: string, cause?: unknown): AlluxioError {
  return new AlluxioError('CORRUPT', `The journal in ${folder} is damaged: ${why}.`, {
    hint: REMEDY,
    cause,
  });
}

export function fileInTheWay(folder: string, cause: unknown): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', `A file is in the way of the journal's folder ${folder}.`, {
    hint: 'Move it away and run alluxio format, or name another folder in alluxio.work.dir or alluxio.master.journal.folder.',
    cause,
  });
}

/** LMDB calls a write that was cut short an I/O error. */
function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < NEARLY_NOTHING;
}

function errnoOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Of what LMDB throws while it reads, in the middle of whatever else may be thrown there: damage is told as such, all else stays what it is. */
export function asDamage(folder: string, error: unknown): unknown {
  return error instanceof AlluxioError || !DAMAGED.test(messageOf(error)) ? error : storeError(folder, error);
}

/** lmdb-js throws plain errors: LMDB's words, sometimes a system code. */
export function storeError(folder: string, error: unknown): AlluxioError {
  if (error instanceof AlluxioError) return error;
  const text = messageOf(error);
  const code = systemCode(error);
  if (DAMAGED.test(text)) return damaged(folder, text, error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return fileInTheWay(folder, error);
  if (FULL.test(text) || code === 'ENOSPC' || code === 'EDQUOT' || FULL_ERRNO.includes(errnoOf(error)) || (errnoOf(error) === EIO && isFull(folder))) {
    return new AlluxioError('NO_SPACE', `No space for the journal in ${folder}.`, { hint: 'Free some space on that disk and run the command again.', cause: error });
  }
  if (DENIED.test(text) || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AlluxioError('PERMISSION_DENIED', `The journal in ${folder} may not be used: ${text}.`, { hint: 'Run the command as the user who formatted it.', cause: error });
  }
  return new AlluxioError('UNAVAILABLE', `The journal in ${folder} cannot be used: ${text}.`, { cause: error });
}
