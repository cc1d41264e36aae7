/** What a failure of the store itself means to the user. */
import { AlluxioError, messageOf, systemCode } from '../errors.ts';

const DAMAGED = /MDB_(CORRUPTED|PAGE_NOTFOUND|PANIC|INVALID|VERSION_MISMATCH|BAD_TXN|CURSOR_FULL|PAGE_FULL|PROBLEM|INCOMPATIBLE|BAD_CHECKSUM)/;
const FULL = /MDB_MAP_FULL|No space left|quota exceeded|File too large/i;
const DENIED = /Permission denied|Operation not permitted|Read-only file system/i;

export function damaged(folder: string, why: string, cause?: unknown): AlluxioError {
  return new AlluxioError('CORRUPT', `The journal in ${folder} is damaged: ${why}.`, {
    hint: 'Restore it from a backup, or run alluxio format to start with an empty namespace (what is in the under storage stays).',
    cause,
  });
}

/** lmdb-js throws plain errors: LMDB's words, sometimes a system code. */
export function storeError(folder: string, error: unknown): AlluxioError {
  if (error instanceof AlluxioError) return error;
  const text = messageOf(error);
  const code = systemCode(error);
  if (DAMAGED.test(text)) return damaged(folder, text, error);
  if (FULL.test(text) || code === 'ENOSPC' || code === 'EDQUOT') {
    return new AlluxioError('NO_SPACE', `No space for the journal in ${folder}.`, { hint: 'Free some space on that disk and run the command again.', cause: error });
  }
  if (DENIED.test(text) || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AlluxioError('PERMISSION_DENIED', `The journal in ${folder} may not be used: ${text}.`, { hint: 'Run the command as the user who formatted it.', cause: error });
  }
  return new AlluxioError('UNAVAILABLE', `The journal in ${folder} cannot be used: ${text}.`, { cause: error });
}
