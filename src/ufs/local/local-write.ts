/** Writes a file so that nobody ever sees half of it: temporary file, sync, rename, sync of the directory. */
import { link, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AlluxioError, systemCode } from '../../errors.ts';
import { around } from '../../fault-points.ts';
import { makeFolders } from '../../make-folders.ts';
import { writeAll } from '../../write-file.ts';
import { createCrc64 } from '../crc64.ts';
import type { UfsWritten, WriteOptions } from '../ufs.ts';
import { throwIfAborted } from '../wrappers/retry.ts';
import { contentHashOf } from './local-status.ts';
import { temporaryNameFor } from './temporary-names.ts';

export async function writeLocal(path: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<UfsWritten> {
  const directory = dirname(path);
  await makeParents(directory);
  if (options.overwrite === false) await assertFree(path);
  const temporary = `${directory}/${temporaryNameFor(basename(path))}`;
  try {
    const written = await fill(temporary, source, options);
    throwIfAborted(options.signal);
    await publish(temporary, path, options.overwrite ?? true);
    return written;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function fill(temporary: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<UfsWritten> {
  const crc = await createCrc64();
  const file = await open(temporary, 'wx', options.mode ?? 0o666);
  try {
    for await (const chunk of source) {
      throwIfAborted(options.signal);
      crc.update(chunk);
      await writeAll(file, chunk);
    }
    // The umask took bits off a mode that was asked for.
    if (options.mode !== undefined) await file.chmod(options.mode & 0o7777);
    await around('local.sync', () => file.sync());
    const stats = await file.stat({ bigint: true });
    return { size: Number(stats.size), contentHash: contentHashOf(stats), crc64: crc.value().toString(), modifiedMs: Number(stats.mtimeNs / 1_000_000n) };
  } finally {
    await file.close();
  }
}

async function publish(temporary: string, path: string, overwrite: boolean): Promise<void> {
  if (overwrite) await around('local.publish', () => rename(temporary, path));
  else await publishIfFree(temporary, path);
  await syncDirectory(dirname(path));
}

/** A link fails where a name is taken, in one step; a rename would replace it. */
async function publishIfFree(temporary: string, path: string): Promise<void> {
  try {
    await around('local.publish', () => link(temporary, path));
  } catch (error) {
    const code = systemCode(error);
    // Disks without hard links: a look just before the rename is the best they allow.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    await assertFree(path);
    await around('local.publish', () => rename(temporary, path));
    return;
  }
  await around('local.tidy', () => unlink(temporary));
}

async function assertFree(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) throw new AlluxioError('IS_A_DIRECTORY', `${path} is a directory`, { path });
  if (stats !== undefined) throw new AlluxioError('ALREADY_EXISTS', `${path} already exists`, { path });
}

/** @throws NOT_A_DIRECTORY when a file is in the way */
export async function makeParents(path: string): Promise<void> {
  try {
    await makeDirectories(path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new AlluxioError('NOT_A_DIRECTORY', `${path} is not a directory`, { path, cause: error });
  }
}

/** With the new names on disk: a directory entry lives in its parent, which has to be synced too. */
export async function makeDirectories(path: string): Promise<void> {
  const first = await around('local.make', () => makeFolders(path)).catch((error: unknown) => {
    // To whom asked for it to be made, "does not exist" says nothing.
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new AlluxioError('FAILED_PRECONDITION', `${path} cannot be made: no folder can be made there`, { path, cause: error });
  });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncDirectory(dirname(at));
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await around('local.sync', () => directory.sync());
  } catch (error) {
    // Some file systems cannot sync a directory; there the rename is as durable as it gets.
    const code = systemCode(error);
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EBADF') throw error;
  } finally {
    await directory.close();
  }
}
