/** `load`: every byte below a path into the cache, files in parallel, children reported before their directory. */
import { AlluxioError } from '../errors.ts';
import type { AlluxioPath } from '../uri.ts';
import { parentOf } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { FileStatus, Storage } from './file-system.ts';
import { listEntries } from './listing.ts';
import { forEachInOrder } from './parallel.ts';
import { openFile } from './read.ts';
import { isFullyCached, statusOf } from './status.ts';

/** Whole files; each is read in parallel pieces by itself where the storage gains from it. */
const LOADED_AT_ONCE = 8;

type LoadOptions = Parameters<Storage['load']>[1];

export async function loadEntries(context: FileSystemContext, path: AlluxioPath, options: LoadOptions): Promise<void> {
  const top = await statusOf(context, path);
  if (!top.directory) return (await loadOne(context, top, options))();
  // Directories are told after everything below them: those that a listing has left behind are complete.
  const open: FileStatus[] = [top];
  const waiting: FileStatus[] = [];
  const flush = async () => {
    await forEachInOrder(waiting.splice(0), LOADED_AT_ONCE, (status) => loadOne(context, status, options));
  };
  for await (const page of listEntries(context, path, { recursive: true, ...(options.signal === undefined ? {} : { signal: options.signal }) })) {
    for (const status of page) {
      for (let last = open[open.length - 1]; last !== undefined && last.path !== parentOf(status.path); last = open[open.length - 1]) {
        await flush();
        options.onEntry(last, false);
        open.pop();
      }
      if (status.directory) open.push(status);
      else waiting.push(status);
    }
    await flush();
  }
  await flush();
  for (let last = open.pop(); last !== undefined; last = open.pop()) options.onEntry(last, false);
}

/** Returns what is to be told of it. */
async function loadOne(context: FileSystemContext, status: FileStatus, options: LoadOptions): Promise<() => void> {
  if (isFullyCached(status)) return () => options.onEntry(status, true);
  try {
    const stream = await openFile(context, status.path, { readType: 'CACHE', ...(options.signal === undefined ? {} : { signal: options.signal }) });
    for await (const chunk of stream) options.progress?.advance({ bytes: chunk.byteLength });
    const now = await statusOf(context, status.path);
    if (!isFullyCached(now)) throw new AlluxioError('NO_SPACE', `${status.path} does not fit into the cache: ${now.cachedBytes} of ${now.length} bytes are cached.`, { path: status.path });
    return () => options.onEntry(status, false);
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    return () => options.onProblem({ path: status.path, error: error instanceof Error ? error : new Error(String(error)) });
  }
}
