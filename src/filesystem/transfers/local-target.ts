/** Writing one local file: under a temporary name beside it, renamed when it is whole, so that an older file stays until then. */
import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
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
    // A broken link counts as nothing: what is written replaces it.
    if (systemCode(error) === 'ENOENT') return undefined;
    throw localError(path, error);
  }
}

/** @throws for a device, a pipe or a socket: renaming a file over it would destroy it */
export function refuseSpecial(path: string, status: Stats | undefined): void {
  if (status === undefined || status.isFile() || status.isDirectory()) return;
  throw new AlluxioError('INVALID_ARGUMENT', `Destination ${path} is not a file.`, { path, hint: 'To print a file, use "alluxio fs cat <path>".', details: { system: 'ENOTREG' } });
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
