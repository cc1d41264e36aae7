/** The only place where the file system's errors become ours: what failed, on which path, and what to do. */
import { AlluxioError, isAlluxioError, messageOf, systemCode } from '../../errors.ts';

export function translateLocalError(error: unknown, path: string): AlluxioError {
  if (isAlluxioError(error)) return error;
  const code = systemCode(error);
  const fields = { path, cause: error, details: { code: code ?? '' } };
  switch (code) {
    case 'ENOENT':
      return new AlluxioError('NOT_FOUND', `${path} does not exist`, fields);
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new AlluxioError('ALREADY_EXISTS', `${path} already exists`, fields);
    case 'ENOTDIR':
      return new AlluxioError('NOT_A_DIRECTORY', `${path} lies below something that is not a directory`, fields);
    case 'EISDIR':
      return new AlluxioError('IS_A_DIRECTORY', `${path} is a directory`, fields);
    case 'EACCES':
    case 'EPERM':
      return new AlluxioError('PERMISSION_DENIED', `Permission denied on ${path}`, { ...fields, hint: 'Run as its owner, or change its permissions.' });
    case 'EROFS':
      return new AlluxioError('PERMISSION_DENIED', `${path} is on a read-only file system`, fields);
    case 'ENOSPC':
    case 'EDQUOT':
      return new AlluxioError('NO_SPACE', `No space left for ${path}`, { ...fields, hint: 'Free space on that disk, then try again.' });
    case 'ENAMETOOLONG':
      return new AlluxioError('INVALID_ARGUMENT', `The name is too long for this disk: ${path}`, fields);
    case 'EMFILE':
    case 'ENFILE':
      return new AlluxioError('UNAVAILABLE', `Too many open files while working on ${path}`, { ...fields, hint: 'Raise the limit with ulimit -n.' });
    case 'EIO':
      return new AlluxioError('CORRUPT', `The disk failed on ${path}`, { ...fields, hint: 'Check the disk and the system log.' });
    default:
      return new AlluxioError(code === undefined ? 'INTERNAL' : 'UNAVAILABLE', `${path}: ${messageOf(error)}`, fields);
  }
}

/** True for errors that mean that there is nothing at a path. */
export function isAbsence(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}
