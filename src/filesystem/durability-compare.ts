/** Comparing what the namespace knows of files with what their storage has. */
import { hasCode } from '../errors.ts';
import type { InodeRecord } from '../journal/records.ts';
import { mountOfInode } from '../namespace/mount-table.ts';
import { createCrc64 } from '../ufs/crc64.ts';
import type { Ufs, UfsStatus } from '../ufs/ufs.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { Differing, DurableOptions, FileStatus } from './file-system.ts';
import { listEntries } from './listing.ts';
import { forEachParallel } from './parallel.ts';

export interface Compared {
  readonly differing: readonly Differing[];
  readonly files: number;
  readonly timedOut: boolean;
}

/** Asks the storage for every persisted file at and below the path. */
export async function compareBelow(context: FileSystemContext, path: AlluxioPath, options: DurableOptions): Promise<Compared> {
  const { deadline, signal, progress } = options;
  const differing: Differing[] = [];
  let files = 0;
  let timedOut = false;
  const parallel = context.config.integer('alluxio.underfs.object.store.service.threads');
  const stop = AbortSignal.any([signal, deadline].filter((one) => one !== undefined));
  try {
    await forEachParallel(storedFiles(context, path, stop), parallel, async (status) => {
      const reason = await differenceOf(context, status.id, stop);
      if (reason === undefined) files += 1;
      else differing.push({ path: status.path, reason });
      progress?.advance({ files: 1 });
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline?.aborted !== true) throw error;
    timedOut = true;
  }
  return { differing: differing.sort((a, b) => (a.path < b.path ? -1 : 1)), files, timedOut };
}

async function* storedFiles(context: FileSystemContext, path: AlluxioPath, stop: AbortSignal): AsyncGenerator<FileStatus> {
  for await (const page of listEntries(context, path, { recursive: true, loadType: 'NEVER', syncIntervalMs: -1 })) {
    for (const status of page) {
      stop.throwIfAborted();
      if (!status.directory && status.persistence === 'PERSISTED') yield status;
    }
  }
}

/** Undefined when the storage has the same. A file that is changed or moved meanwhile is looked at again. */
async function differenceOf(context: FileSystemContext, id: number, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    const place = placeOf(context, id);
    if (place === undefined) return undefined;
    const ufs = await context.ufs(place.mount);
    const stored = await ufs.status(place.key, signal);
    const reason = await compared(place.inode, stored, { ufs, key: place.key, signal });
    if (reason === undefined) return undefined;
    const now = placeOf(context, id);
    if (now !== undefined && now.key === place.key && now.mount.id === place.mount.id && now.inode.contentHash === place.inode.contentHash) return reason;
  }
}

function placeOf(context: FileSystemContext, id: number) {
  return context.journal.read((view) => {
    const inode = view.locate(id)?.inode;
    const mounted = mountOfInode(view, id);
    return inode === undefined || mounted === undefined ? undefined : { inode, ...mounted };
  });
}

interface Stored {
  readonly ufs: Ufs;
  readonly key: string;
  readonly signal: AbortSignal;
}

async function compared(inode: InodeRecord, stored: UfsStatus | undefined, at: Stored): Promise<string | undefined> {
  const where = at.ufs.uri.child(at.key).toString();
  if (stored?.kind !== 'file') return `is not at ${where}`;
  if (stored.size !== inode.length) return `has ${stored.size} bytes at ${where} instead of ${inode.length}`;
  if (inode.crc64 !== '' && stored.crc64 !== undefined) return inode.crc64 === stored.crc64 ? undefined : `has CRC64 ${stored.crc64} at ${where} instead of ${inode.crc64}`;
  if (inode.crc64 === '') return stored.contentHash === inode.contentHash ? undefined : `was changed at ${where} since it was last looked at`;
  // Length and time may be as they were where the bytes are not.
  const crc64 = await crc64Of(at);
  if (crc64 === undefined) return `is not at ${where}`;
  return crc64 === inode.crc64 ? undefined : `has CRC64 ${crc64} at ${where} instead of ${inode.crc64}`;
}

async function crc64Of({ ufs, key, signal }: Stored): Promise<string | undefined> {
  const crc = await createCrc64();
  try {
    for await (const chunk of await ufs.read(key, { signal })) crc.update(chunk);
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
  return crc.value().toString();
}
