/** Temporary files of writers that did not finish. */
import { lstat, opendir, unlink } from 'node:fs/promises';
import { systemCode } from '../../errors.ts';
import { around } from '../../fault-points.ts';
import type { UnfinishedWrite } from '../ufs.ts';
import { throwIfAborted } from '../wrappers/retry.ts';
import { isAbsence } from './local-errors.ts';
import { hashOf, readTemporaryName } from './temporary-names.ts';

/** In this directory: of the file of that name, or of all. */
export async function temporariesIn(directory: string, name?: string): Promise<UnfinishedWrite[]> {
  const found: UnfinishedWrite[] = [];
  const hash = name === undefined ? undefined : hashOf(name);
  await forEachEntry(directory, async (entry) => {
    if (hash === undefined || readTemporaryName(entry.name)?.hash === hash) found.push(...(await unfinished(directory, entry.name)));
  });
  return found;
}

/** In the directory and all below it; links are not followed. */
export async function* temporariesBelow(root: string, signal?: AbortSignal): AsyncGenerator<UnfinishedWrite[]> {
  const waiting = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    throwIfAborted(signal);
    const at = directory === '/' ? '' : directory;
    const found: UnfinishedWrite[] = [];
    await forEachEntry(directory, async (entry) => {
      if (entry.isDirectory()) waiting.push(`${at}/${entry.name}`);
      else found.push(...(await unfinished(at, entry.name)));
    });
    if (found.length > 0) yield found;
  }
}

async function unfinished(directory: string, name: string): Promise<UnfinishedWrite[]> {
  const temporary = readTemporaryName(name);
  if (temporary === undefined) return [];
  const place = `${directory}/${name}`;
  const stats = await lstat(place).catch(undefinedIfAbsent);
  if (stats === undefined) return [];
  return [
    {
      key: undefined,
      place,
      begunMs: temporary.begunMs,
      ageMs: Date.now() - Math.max(temporary.begunMs, stats.mtimeMs),
      living: isAlive(temporary.pid),
      abandon: async () => void (await around('local.remove', () => unlink(place)).catch(undefinedIfAbsent)),
    },
  ];
}

/** Of a directory that is not there, or is none, there are no entries. */
export async function forEachEntry(path: string, work: (entry: { readonly name: string; isDirectory(): boolean }) => Promise<void>): Promise<void> {
  const directory = await opendir(path).catch(undefinedIfAbsent);
  if (directory === undefined) return;
  for await (const entry of directory) await work(entry);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

export function undefinedIfAbsent(error: unknown): undefined {
  if (!isAbsence(error)) throw error;
  return undefined;
}
