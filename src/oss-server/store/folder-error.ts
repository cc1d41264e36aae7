/** What the folder that `--dir` names can be, other than usable. */
import { AlluxioError, messageOf, systemCode } from '../../errors.ts';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder, and it cannot be made',
  EEXIST: 'it is not a folder',
  ENOTDIR: 'it is not a folder',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
};

/** LMDB gives the words of the system alone. */
const LMDB_WORDS = /No space left|Permission denied|Read-only file system/i;

export function folderError(dir: string, error: unknown): unknown {
  const words = WORDS[systemCode(error) ?? ''] ?? (LMDB_WORDS.test(messageOf(error)) ? messageOf(error) : undefined);
  if (words === undefined || error instanceof AlluxioError) return error;
  return new AlluxioError('FAILED_PRECONDITION', `${dir} cannot be served: ${words}`, { hint: 'choose another folder with --dir', cause: error });
}
