/**
 * Makes a folder and the parents that are missing, one at a time. Node's own recursive mkdir asks again for ever where a file system answers "no such file" below a
 * folder that is there (/proc does), and no signal ends it.
 */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './errors.ts';
import { handOverFolder } from './hand-over.ts';

/** What became of one folder: made, there already, or its parent is missing (the system's error). */
type Answer = 'made' | 'there' | Error;

/**
 * One that is there is fine, also when somebody else was faster.
 * @param mode of the folders that are made
 * @returns the first folder that was made, the topmost; undefined when all were there
 * @throws the system's error: EEXIST or ENOTDIR when a file is in the way
 */
export async function makeFolders(path: string, mode?: number): Promise<string | undefined> {
  const folders = inTurn(path);
  let next = folders.next();
  while (next.done !== true) next = folders.next(await make(next.value, mode));
  return next.value;
}

/** The same at once, for those who cannot wait. */
export function makeFoldersSync(path: string, mode?: number): string | undefined {
  const folders = inTurn(path);
  let next = folders.next();
  while (next.done !== true) next = folders.next(makeSync(next.value, mode));
  return next.value;
}

/** The same for folders of ours, in somebody's home: they are his, also where the superuser makes them. */
export function makeOwnFoldersSync(path: string, mode?: number): void {
  const folders = inTurn(path);
  for (let next = folders.next(); next.done !== true; ) {
    const answer = makeSync(next.value, mode);
    if (answer === 'made') handOverFolder(next.value);
    next = folders.next(answer);
  }
}

/** Upwards to a folder that is there or can be made, then down again: a parent that is still missing on the way down will never be there. */
function* inTurn(path: string): Generator<string, string | undefined, Answer> {
  const below: string[] = [];
  let folder = path;
  let answer = yield folder;
  while (answer instanceof Error) {
    const parent = dirname(folder);
    if (parent === folder) throw answer;
    below.push(folder);
    folder = parent;
    answer = yield folder;
  }
  let first = answer === 'made' ? folder : undefined;
  for (const each of below.reverse()) {
    answer = yield each;
    if (answer instanceof Error) throw answer;
    if (answer === 'made') first ??= each;
  }
  return first;
}

async function make(folder: string, mode: number | undefined): Promise<Answer> {
  try {
    await mkdir(folder, { mode });
    return 'made';
  } catch (error) {
    return missing(error) ?? there(error, await stat(folder).catch(() => undefined));
  }
}

function makeSync(folder: string, mode: number | undefined): Answer {
  try {
    mkdirSync(folder, { mode });
    return 'made';
  } catch (error) {
    return missing(error) ?? there(error, statSyncIfCan(folder));
  }
}

function statSyncIfCan(folder: string): ReturnType<typeof statSync> {
  try {
    return statSync(folder);
  } catch {
    return undefined;
  }
}

function missing(error: unknown): Error | undefined {
  return error instanceof Error && systemCode(error) === 'ENOENT' ? error : undefined;
}

/** Whatever the system had against making it does not matter where the folder is there. */
function there(error: unknown, found: { isDirectory(): boolean } | undefined): 'there' {
  if (found?.isDirectory() !== true) throw error;
  return 'there';
}
