/** Reading a directory's children from the under storage: the first time, always, or to compare them. */
import { AlluxioError, hasCode } from '../../errors.ts';
import type { Child } from '../../journal/journal.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { UfsEntry } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';
import type { SyncOptions } from '../file-system.ts';
import { overlapped } from '../parallel.ts';
import { inBatches } from '../tree-walk.ts';
import { RemovalGuard } from './guard.ts';
import { attachedDirectory, insertAllLoaded } from './insert.ts';
import { childrenToLoad } from './known.ts';
import type { Place } from './known.ts';
import { LeftOut } from './left-out.ts';
import { listingPlaces } from './listing-places.ts';
import type { Compared } from './sync.ts';
import { blockSizeOf, markLoaded, mend } from './sync.ts';

const BATCH = 2000;

/** Afterwards the directory's children are known as the options want it. Nothing to do for a file. */
export async function loadChildren(context: FileSystemContext, path: AlluxioPath, options: SyncOptions = {}): Promise<void> {
  const due = childrenToLoad(context, path, options);
  if (due !== undefined) await (due.task === 'compare' ? compareChildren : addChildren)(context, due.place);
}

async function addChildren(context: FileSystemContext, place: Place): Promise<void> {
  const guard = new RemovalGuard(context);
  const { id } = place.child.inode;
  const startedMs = context.now();
  const blockSize = blockSizeOf(context);
  await overlapped(inBatches(storedEntries(context, place), BATCH), (batch) =>
    guard.transact((tx) => {
      const parent = attachedDirectory(tx, id);
      if (parent === undefined) return;
      insertAllLoaded(tx, batch.map((entry) => ({ name: entry.name, status: entry })), { parent, guard, nowMs: startedMs, blockSize });
    }),
  );
  await markLoaded(context, [id], startedMs);
}

/** New, changed and vanished children. Vanished ones are asked for once more before they go: a listing may lag behind a writer. */
async function compareChildren(context: FileSystemContext, place: Place): Promise<void> {
  const guard = new RemovalGuard(context);
  const startedMs = context.now();
  const { id } = place.child.inode;
  const ufs = await context.ufs(place.mount);
  const { ownership } = ufs.capabilities;
  const seen = new Set<string>();
  for await (const batch of inBatches(storedEntries(context, place), BATCH)) {
    for (const entry of batch) seen.add(entry.name);
    await mend(context, guard, { compared: batch.map((entry) => ({ parentId: id, name: entry.name, status: entry })), startedMs, ownership });
  }
  for await (const names of vanished(context, id, seen)) {
    const compared: Compared[] = [];
    for (const name of names) compared.push({ parentId: id, name, status: await ufs.status(place.key === '' ? name : `${place.key}/${name}`, context.signal) });
    await mend(context, guard, { compared, startedMs, ownership });
  }
  await markLoaded(context, [id], startedMs);
}

async function* vanished(context: FileSystemContext, id: number, seen: ReadonlySet<string>): AsyncGenerator<string[]> {
  let after: string | undefined;
  for (;;) {
    const from = after;
    const page = context.journal.read((view) => view.children(id, { limit: BATCH, ...(from === undefined ? {} : { after: from }) }));
    const names = page.filter((child) => child.inode.persistence === 'PERSISTED' && child.inode.mountId === 0 && !seen.has(child.name)).map((child) => child.name);
    if (names.length > 0) yield names;
    after = page[page.length - 1]?.name;
    if (after === undefined || page.length < BATCH) return;
  }
}

/** The storage's entries. A directory that is not there any more has none; keys that no path can name are told to the user once. */
async function* storedEntries(context: FileSystemContext, place: Place): AsyncGenerator<readonly UfsEntry[]> {
  const ufs = await context.ufs(place.mount);
  const places = listingPlaces(context, place.child.inode.id, false);
  const leftOut = new LeftOut();
  try {
    for await (const page of ufs.list(place.key, { signal: context.signal, ...places.options })) {
      leftOut.add(page);
      yield page.entries;
    }
    await places.save();
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  leftOut.tell(context, ufs, place.key);
}

/** @throws NOT_A_DIRECTORY */
export function requireDirectory(child: Child, path: AlluxioPath): void {
  if (!child.inode.directory) throw new AlluxioError('NOT_A_DIRECTORY', `Path "${path}" is not a directory.`, { path });
}
