/** The log files of this home, and windows into them. */
import { open, readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { AlluxioError, systemCode } from '../../errors.ts';

export interface LogFile {
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface LogWindow {
  readonly name: string;
  readonly size: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** Current, rolled, and what a process printed. */
const LOG_NAME = /^[\w.-]+\.(?:log|out)(?:\.\d+)?$/;

/** Newest first. None where there is no such folder. */
export async function listLogs(folder: string): Promise<LogFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const files: LogFile[] = [];
  for (const name of names.filter((one) => LOG_NAME.test(one))) {
    const status = await lstat(join(folder, name)).catch(() => undefined);
    // A link could show any file of this user's.
    if (status?.isFile() === true) files.push({ name, size: status.size, modifiedMs: status.mtimeMs });
  }
  return files.sort((a, b) => b.modifiedMs - a.modifiedMs);
}

export interface WindowRequest {
  /** Only its last component counts: no path leads out of the folder. */
  readonly path: string;
  readonly offset: number;
  /** The offset counts back from the end. */
  readonly fromEnd: boolean;
  readonly bytes: number;
}

/** @throws NOT_FOUND */
export async function readLog(folder: string, { path, offset, fromEnd, bytes }: WindowRequest): Promise<LogWindow> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known = (await listLogs(folder)).find((file) => file.name === name);
  if (known === undefined) throw new AlluxioError('NOT_FOUND', `There is no log file "${name}".`);
  const start = windowStart(known.size, { offset, fromEnd });
  const file = await open(join(folder, name));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, start);
    return { name, size: known.size, offset: start, bytes: buffer.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

/** Where a window begins; what lies outside of the file is moved to its border. */
export function windowStart(size: number, { offset, fromEnd }: { offset: number; fromEnd: boolean }): number {
  return Math.min(Math.max(fromEnd ? size - offset : offset, 0), size);
}
