/** What a failing cache disk means to the user: the folder by name, and what to do about it. */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlluxioError, isAlluxioError, messageOf, systemCode } from '../errors.ts';

/** The error to throw for a failed file operation in a cache folder. */
export async function diskError(folder: string, error: unknown): Promise<AlluxioError> {
  if (isAlluxioError(error)) return error as AlluxioError;
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AlluxioError('NO_SPACE', `No space left on the disk of cache folder ${folder}.`, {
        hint: 'Free space on that disk, or lower the quota in alluxio.worker.tieredstore.level<n>.dirs.quota.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new AlluxioError('PERMISSION_DENIED', `Cache folder ${folder} cannot be used: permission denied; ${await ownership(culpritOf(error) ?? folder)}.`, {
        hint: 'Run as that user, or name another folder in alluxio.worker.tieredstore.level<n>.dirs.path.',
        cause: error,
      });
    case 'EROFS':
      return new AlluxioError('PERMISSION_DENIED', `Cache folder ${folder} is on a read-only file system.`, {
        hint: 'Name another folder in alluxio.worker.tieredstore.level<n>.dirs.path.',
        cause: error,
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new AlluxioError('FAILED_PRECONDITION', `Cache folder ${folder} cannot be made: a file is in its way.`, {
        hint: 'Move that file, or name another folder in alluxio.worker.tieredstore.level<n>.dirs.path.',
        cause: error,
      });
    default:
      return new AlluxioError('UNAVAILABLE', `Cache folder ${folder} failed: ${messageOf(error)}.`, { cause: error });
  }
}

/** The path that the system refused; of what changes a folder's entries, the folder. */
function culpritOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('path' in error) || typeof error.path !== 'string') return undefined;
  const changesFolder = 'syscall' in error && typeof error.syscall === 'string' && ['unlink', 'rename', 'mkdir', 'rmdir'].includes(error.syscall);
  return changesFolder ? dirname(error.path) : error.path;
}

/** Who owns the folder, or the nearest of its parents that can be seen. */
async function ownership(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { uid, mode } = await stat(path);
      return `${path} belongs to ${await userName(uid)} with mode ${(mode & 0o7777).toString(8)}`;
    } catch (error) {
      if (path === dirname(path)) return `its owner is unknown (${messageOf(error)})`;
    }
  }
}

async function userName(uid: number): Promise<string> {
  // Absent on some systems, and not all users are listed there: the number does as well.
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = passwd.split('\n').find((candidate) => candidate.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? `user id ${uid}`;
}
