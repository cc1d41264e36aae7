/** Writing one local file: under a temporary name beside it, renamed when it is whole, so that an older file stays until then. */
import { randomBytes } from 'node:crypto';
import { lstat, open, readlink, realpath, rename, stat, statfs, unlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { AlluxioError, systemCode } from '../../errors.ts';
import { around } from '../../fault-points.ts';
import { writeAll } from '../../write-file.ts';
import { localError, onLocal } from './local-errors.ts';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LONGEST_NAME = 255;

/** Writes the chunks to `path`. @throws in the system's words about that path; errors of the chunks as they are */
export async function writeLocalFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = temporaryName(path);
  const file = await onLocal(path, () => open(temporary, 'wx', 0o666));
  let renamed = false;
  try {
    try {
      for await (const chunk of chunks) await onLocal(path, () => writeAll(file, chunk));
    } finally {
      await file.close();
    }
    await moveTo(temporary, path);
    renamed = true;
  } finally {
    if (!renamed) await unlink(temporary).catch(ignoreAbsent);
  }
}

/** What stands at a local path, links followed; undefined when nothing does. */
export async function statLocal(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw localError(path, error);
  }
}

/**
 * Where bytes for a local path go: the path, or the file that it is a link to.
 * @throws where renaming a file over it would destroy something else: a device, a pipe, a socket, an open file of a process; and for a link to nothing
 */
export async function placeOf(path: string): Promise<string> {
  const status = await onLocal(path, () => lstat(path).catch(undefinedIfAbsent));
  if (status?.isSymbolicLink() !== true) {
    refuseSpecial(path, status);
    return path;
  }
  const behind = await statLocal(path);
  if (behind === undefined) throw linkToNothing(path);
  refuseSpecial(path, behind);
  return onLocal(path, async () => {
    if (await leadsThroughProcess(path)) throw notAFile(path);
    return realpath(path);
  });
}

function refuseSpecial(path: string, status: Stats | undefined): void {
  if (status !== undefined && !status.isFile() && !status.isDirectory()) throw notAFile(path);
}

/** As Linux has it (`fs.protected_symlinks`): in a folder where everybody makes files, such as `/tmp`, only one's own links are followed, and those of the folder's owner. */
async function isPlanted(link: string, folder: string): Promise<boolean> {
  const STICKY_FOR_ALL = 0o1002;
  const [{ uid }, holder] = [await lstat(link), await stat(folder)];
  return (holder.mode & STICKY_FOR_ALL) === STICKY_FOR_ALL && uid !== process.geteuid?.() && uid !== holder.uid;
}

/** True for `/dev/stdout` and the like: the links below `/proc/<pid>/fd` stand for what is open, also where that is a file. */
async function leadsThroughProcess(path: string): Promise<boolean> {
  const PROC = 0x9fa0;
  for (let link = path; (await lstat(link)).isSymbolicLink(); ) {
    const folder = dirname(link);
    if ((await statfs(folder)).type === PROC || (await isPlanted(link, folder))) return true;
    const target = await readlink(link);
    // Not `resolve`: the system follows links before it takes `..`.
    link = target.startsWith('/') ? target : `${folder}/${target}`;
  }
  return false;
}

function notAFile(path: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', `Destination ${path} is not a file.`, { path, hint: 'To print a file, use "alluxio fs cat <path>".', details: { system: 'ENOTREG' } });
}

function linkToNothing(path: string): AlluxioError {
  const hint = 'Make that file, or remove the link.';
  return new AlluxioError('INVALID_ARGUMENT', `Destination ${path} is a symbolic link to a file that does not exist.`, { path, hint, details: { system: 'ENOENT' } });
}

async function moveTo(temporary: string, path: string): Promise<void> {
  try {
    await around('download.rename', () => rename(temporary, path));
  } catch (error) {
    throw new AlluxioError('FAILED_PRECONDITION', `Failed to rename ${temporary} to destination ${path}`, { path, cause: error, details: { system: systemCode(error) ?? '' } });
  }
}

/** `<path>.<8 alphanumerics>_copyToLocal_`; the name is cut where the file system would find it too long. */
function temporaryName(path: string): string {
  const random = Array.from(randomBytes(8), (byte) => ALPHANUMERIC[byte % ALPHANUMERIC.length]).join('');
  const suffix = `.${random}_copyToLocal_`;
  const cut = path.lastIndexOf('/') + 1;
  let name = path.slice(cut);
  // A name that is itself too long is left so: the system then says so about the file itself.
  const tooLong = (text: string): boolean => Buffer.byteLength(text) + suffix.length > LONGEST_NAME;
  if (Buffer.byteLength(name) <= LONGEST_NAME) while (tooLong(name)) name = Array.from(name).slice(0, -1).join('');
  return path.slice(0, cut) + name + suffix;
}

function ignoreAbsent(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

function undefinedIfAbsent(error: unknown): undefined {
  ignoreAbsent(error);
}
