/** `load`: every byte below a path into the cache, files in parallel, children reported before their directory. */
import { AlluxioError } from '../errors.ts';
import type { AlluxioPath } from '../uri.ts';
import { parentOf } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { FileStatus, Storage } from './file-system.ts';
import { listEntries } from './listing.ts';
import { forEachInOrder } from './parallel.ts';
import { cacheFile } from './read.ts';
import { isFullyCached, statusOf } from './status.ts';

/** Whole files; each is read in parallel pieces by itself where the storage gains from it. */
const LOADED_AT_ONCE = 8;
/** Small ones share the journal's commits: the more, the better. Together they must find room also in a cache of a few MiB. */
const SMALL_AT_ONCE = 32;
const SMALL_BYTES = 2 ** 16;

type LoadOptions = Parameters<Storage['load']>[1];

/** A directory is told of as loaded only when everything below it is. */
export async function loadEntries(context: FileSystemContext, path: AlluxioPath, asked: LoadOptions): Promise<void> {
  const top = await statusOf(context, path);
  if (!top.directory) return (await loadOne(context, top, asked))();
  const incomplete = new Set<AlluxioPath>();
  const options: LoadOptions = {
    ...asked,
    onProblem(problem) {
      for (let at = problem.path; at !== path && !incomplete.has(at); at = parentOf(at)) incomplete.add(at);
      incomplete.add(path);
      asked.onProblem(problem);
    },
  };
  const close = (directory: FileStatus) => incomplete.delete(directory.path) || options.onEntry(directory, false);
  // Directories are told after everything below them: those that a listing has left behind are complete.
  const open: FileStatus[] = [top];
  const waiting: FileStatus[] = [];
  const flush = async () => {
    const batch = waiting.splice(0);
    const atOnce = batch.every(({ length }) => length <= SMALL_BYTES) ? SMALL_AT_ONCE : LOADED_AT_ONCE;
    // Side by side they may leave each other room for a part; one after the other each that fits finds all it needs.
    const crowded: FileStatus[] = [];
    await forEachInOrder(batch, atOnce, (status) => loadOne(context, status, options, batch.length > 1 ? crowded : undefined));
    for (const status of crowded) (await loadOne(context, status, options))();
  };
  const { onProblem } = options;
  for await (const page of listEntries(context, path, { recursive: true, onProblem, ...(options.signal === undefined ? {} : { signal: options.signal }) })) {
    for (const status of page) {
      for (let last = open[open.length - 1]; last !== undefined && last.path !== parentOf(status.path); last = open[open.length - 1]) {
        await flush();
        close(last);
        open.pop();
      }
      if (status.directory) open.push(status);
      else waiting.push(status);
    }
    await flush();
  }
  await flush();
  for (let last = open.pop(); last !== undefined; last = open.pop()) close(last);
}

/** Returns what is to be told of it. `crowded` gets it instead where others took a part of the room that it has when it is alone. */
async function loadOne(context: FileSystemContext, status: FileStatus, options: LoadOptions, crowded?: FileStatus[]): Promise<() => void> {
  if (isFullyCached(status)) return () => options.onEntry(status, true);
  try {
    const kept = await cacheFile(context, status.path, { ...(options.signal === undefined ? {} : { signal: options.signal }), onBytes: (bytes) => options.progress?.advance({ bytes }) });
    if (kept) return () => options.onEntry(status, false);
    // Somebody else may have cached what this did not.
    const now = await statusOf(context, status.path);
    if (crowded !== undefined && !isFullyCached(now) && now.cachedBytes > 0 && now.length <= capacityOf(context)) return () => void crowded.push(status);
    if (!isFullyCached(now)) throw new AlluxioError('NO_SPACE', `${status.path} does not fit into the cache: ${now.cachedBytes} of ${now.length} bytes are cached.`, { path: status.path });
    return () => options.onEntry(status, false);
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    return () => options.onProblem({ path: status.path, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

function capacityOf({ blocks }: FileSystemContext): number {
  return blocks.directories.reduce((sum, { quota }) => sum + quota, 0);
}
