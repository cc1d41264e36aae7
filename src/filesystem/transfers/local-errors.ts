/** Failures of the local disk in the operating system's words: `<path> (No such file or directory)`. */
import { AlluxioError, isAlluxioError, messageOf, systemCode } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';

const KNOWN: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['NOT_FOUND', 'No such file or directory'],
  EACCES: ['PERMISSION_DENIED', 'Permission denied'],
  EPERM: ['PERMISSION_DENIED', 'Operation not permitted'],
  EROFS: ['PERMISSION_DENIED', 'Read-only file system'],
  EEXIST: ['ALREADY_EXISTS', 'File exists'],
  ENOTDIR: ['NOT_A_DIRECTORY', 'Not a directory'],
  EISDIR: ['IS_A_DIRECTORY', 'Is a directory'],
  ENOSPC: ['NO_SPACE', 'No space left on device'],
  EDQUOT: ['NO_SPACE', 'Disk quota exceeded'],
  EFBIG: ['NO_SPACE', 'File too large'],
  ENAMETOOLONG: ['INVALID_ARGUMENT', 'File name too long'],
  ELOOP: ['INVALID_ARGUMENT', 'Too many levels of symbolic links'],
  EMFILE: ['UNAVAILABLE', 'Too many open files'],
  ENFILE: ['UNAVAILABLE', 'Too many open files in system'],
  EBUSY: ['UNAVAILABLE', 'Device or resource busy'],
  EIO: ['UNAVAILABLE', 'Input/output error'],
};

/** The words for a system error code, e.g. `Permission denied`. */
export function systemWords(error: unknown): string {
  return KNOWN[systemCode(error) ?? '']?.[1] ?? messageOf(error);
}

/** The error for a failed operation on a local path; errors of ours pass through. */
export function localError(path: string, error: unknown): Error {
  const code = systemCode(error);
  if (isAlluxioError(error) || code === undefined) return error instanceof Error ? error : new Error(messageOf(error));
  const kind = KNOWN[code]?.[0] ?? 'UNAVAILABLE';
  return new AlluxioError(kind, `${path} (${systemWords(error)})`, { path, cause: error, details: { system: code } });
}

/** True for errors of the local disk, whatever their code: a transfer collects them and goes on. */
export function isLocalError(error: unknown): boolean {
  return isAlluxioError(error) && 'system' in error.details;
}

/** Runs a local operation; what it throws comes out in the system's words about that path. */
export async function onLocal<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw localError(path, error);
  }
}

export function notAFile(path: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', `Source ${path} is not a file.`, { path, details: { system: 'ENOTREG' } });
}
