/**
 * Moves a file or a whole tree: in one step where the store can, else by copying everything before anything is deleted. Broken off at any
 * point it has lost nothing, and calling it again finishes it.
 */
import { AlluxioError } from '../errors.ts';
import { joinKey } from './keys.ts';
import { forEachInParallel } from './parallel.ts';
import type { Ufs, UfsEntry } from './ufs.ts';

export interface MoveOptions {
  /** Copies at a time. Default 16. */
  readonly parallel?: number;
  readonly signal?: AbortSignal;
  /** Told of each file that was copied. */
  readonly onCopied?: (file: { key: string; size: number }) => void;
}

const DELETE_BATCH = 1000;

/** @throws NOT_FOUND when nothing is at `from`; PARTIAL naming what was copied but could not be deleted */
export async function moveTree(ufs: Ufs, from: string, to: string, options: MoveOptions = {}): Promise<void> {
  if (from === to) return;
  if (from === '' || to === '' || to.startsWith(`${from}/`)) throw new AlluxioError('INVALID_ARGUMENT', `${pathOf(ufs, from)} cannot be moved to ${pathOf(ufs, to)}`);
  if (ufs.capabilities.atomicRename) return ufs.rename(from, to);
  const source = await ufs.status(from, options.signal);
  if (source === undefined) throw new AlluxioError('NOT_FOUND', `${pathOf(ufs, from)} does not exist`, { path: pathOf(ufs, from) });
  if (source.kind === 'file') {
    await copyOne(ufs, { from, to, size: source.size }, options);
    return deleteAll(ufs, [from], options);
  }
  await copyTree(ufs, from, to, options);
  await deleteTree(ufs, from, options);
}

async function copyTree(ufs: Ufs, from: string, to: string, options: MoveOptions): Promise<void> {
  await ufs.makeDirectory(to);
  const directories: string[] = [];
  await forEachInParallel(entriesOf(ufs, from, options), { parallel: options.parallel ?? 16, signal: options.signal }, async (entry) => {
    if (entry.kind === 'directory') directories.push(entry.name);
    else await copyOne(ufs, { from: joinKey(from, entry.name), to: joinKey(to, entry.name), size: entry.size }, options);
  });
  await forEachInParallel(leavesOf(directories), { parallel: options.parallel ?? 16, signal: options.signal }, (name) => ufs.makeDirectory(joinKey(to, name)));
}

/** Making a directory makes its parents: the deepest ones are enough. */
function leavesOf(directories: string[]): string[] {
  const parents = new Set<string>();
  for (const name of directories) if (name.includes('/')) parents.add(name.slice(0, name.lastIndexOf('/')));
  return directories.filter((name) => !parents.has(name));
}

async function copyOne(ufs: Ufs, file: { from: string; to: string; size: number }, options: MoveOptions): Promise<void> {
  await ufs.copyFile(file.from, file.to, { signal: options.signal });
  options.onCopied?.({ key: file.from, size: file.size });
}

/** Removes a directory with all that a path can name below it. Keys that no path can name stay, and so does the directory then. */
export async function deleteTree(ufs: Ufs, key: string, options: Pick<MoveOptions, 'parallel' | 'signal'> = {}): Promise<void> {
  const levels: string[][] = [[key]];
  let files: string[] = [];
  for await (const entry of entriesOf(ufs, key, options)) {
    if (entry.kind === 'directory') (levels[entry.name.split('/').length] ??= []).push(joinKey(key, entry.name));
    else if (files.push(joinKey(key, entry.name)) >= DELETE_BATCH) {
      await deleteAll(ufs, files, options);
      files = [];
    }
  }
  await deleteAll(ufs, files, options);
  // Children go before their parents.
  for (const level of levels.reverse()) {
    await forEachInParallel(level, { parallel: options.parallel ?? 16, signal: options.signal }, async (directory) => void (await ufs.removeDirectory(directory)));
  }
}

async function deleteAll(ufs: Ufs, keys: readonly string[], options: Pick<MoveOptions, 'signal'>): Promise<void> {
  if (keys.length === 0) return;
  const failures = await ufs.deleteFiles(keys, options.signal);
  const [first] = failures;
  if (first === undefined) return;
  const named = failures.map((failure) => pathOf(ufs, failure.key)).join(', ');
  throw new AlluxioError('PARTIAL', `Could not delete ${named}: ${first.error.message}`, { path: pathOf(ufs, first.key), cause: first.error });
}

async function* entriesOf(ufs: Ufs, key: string, options: Pick<MoveOptions, 'signal'>): AsyncGenerator<UfsEntry> {
  for await (const page of ufs.list(key, { recursive: true, ...(options.signal === undefined ? {} : { signal: options.signal }) })) yield* page.entries;
}

function pathOf(ufs: Ufs, key: string): string {
  return ufs.uri.child(key).toString();
}
