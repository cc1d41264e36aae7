/**
 * Renaming what is in the under storage. Where the store renames atomically: one step there, one here. In an object store: copy everything, show the
 * new place (the commit), delete the old keys. Until the commit a failure leaves the old tree, after it the deletion is finished, by us or by whoever
 * meets the intent.
 */
import { AlluxioError, hasCode, messageOf } from '../errors.ts';
import type { InodeRecord, IntentRecord, IntentWork } from '../journal/records.ts';
import { mountIfThere } from '../namespace/remove.ts';
import { abandonWritesBelow } from '../ufs/abandon.ts';
import type { Ufs, UfsStatus } from '../ufs/ufs.ts';
import { ensureAncestors, withdrawAncestors } from './ancestors.ts';
import type { FileSystemContext } from './context.ts';
import { keyOf, knownAt, removeDirectories } from './delete-work.ts';
import { forEachParallel } from './parallel.ts';
import { keepEmptyParent, markPersistedUpwards } from './stored-parents.ts';
import { abandon, closeIntent, transact } from './transact.ts';
import type { Walked } from './tree-walk.ts';
import { inBatches, walkTree } from './tree-walk.ts';

export type RenameWork = Extract<IntentWork, { kind: 'rename' }>;

const BATCH = 1000;

interface ChangedHash {
  readonly id: number;
  /** Of what was copied. */
  readonly was: string;
  readonly contentHash: string;
}

/** Does the whole, the intent being open in phase `copy`. @throws the store's error, everything as it was */
export async function renamePersisted(context: FileSystemContext, ufs: Ufs, intent: IntentRecord, work: RenameWork): Promise<void> {
  const close = () => transact(context, (tx) => closeIntent(tx, intent.id));
  const there = await ufs.status(work.toKey).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  if (there !== undefined) {
    await close();
    throw new AlluxioError('ALREADY_EXISTS', `Failed to rename ${ufs.uri.child(work.fromKey)} to ${ufs.uri.child(work.toKey)} in the under file system: the destination exists there`);
  }
  let changed: ChangedHash[] = [];
  try {
    if (ufs.capabilities.ownership) await ensureAncestors(context, ufs, work.toParentId);
    else await makeParent(ufs, work.toKey);
    if (ufs.capabilities.atomicRename) await ufs.rename(work.fromKey, work.toKey);
    else changed = await copyAll(context, ufs, work);
  } catch (error) {
    await undoCopy(context, ufs, intent, work).catch(async (undone: unknown) => {
      await abandon(context, intent.id);
      context.warn(`The copies below ${work.toKey} are removed later: ${messageOf(undone)}`);
    });
    if (error instanceof AlluxioError && error.code === 'CANCELLED') throw error;
    throw new AlluxioError('UNAVAILABLE', `Failed to rename ${ufs.uri.child(work.fromKey)} to ${ufs.uri.child(work.toKey)} in the under file system: ${messageOf(error)}`, { cause: error, ...hintFor(error) });
  }
  await commitMove(context, intent, work, { atomic: ufs.capabilities.atomicRename, changed });
  if (ufs.capabilities.atomicRename) return;
  const stay = await deleteOld(context, ufs, intent, { work, copied: new Map(changed.map(({ id, was }) => [id, was])) }).catch(async (error: unknown) => {
    await abandon(context, intent.id);
    const message = `Renamed to ${ufs.uri.child(work.toKey)}, but not all of ${ufs.uri.child(work.fromKey)} is removed yet: ${messageOf(error)}`;
    throw new AlluxioError('PARTIAL', message, { cause: error, hint: 'The next command goes on with that.' });
  });
  const [first] = stay;
  if (first === undefined) return;
  const what = `${ufs.uri.child(keyOf(work.fromKey, first)).toString()}${stay.size > 1 ? ` and ${String(stay.size - 1)} more` : ''}`;
  throw new AlluxioError('PARTIAL', `Renamed to ${ufs.uri.child(work.toKey)}, but what others wrote meanwhile stays where it was: ${what}`, { hint: 'See what is there with "alluxio fs ls -f".' });
}

/** What was cached, and what was known, is of what was there before. */
function hintFor(error: unknown): { hint?: string } {
  return hasCode(error, 'FAILED_PRECONDITION') ? { hint: 'Load what is there now, then try again: alluxio fs ls -f -R <path>' } : {};
}

/** For a rename whose process died. */
export async function recoverRename(context: FileSystemContext, intent: IntentRecord, work: RenameWork): Promise<void> {
  const mount = context.journal.read((view) => mountIfThere(view, work.mountId));
  if (mount === undefined) return transact(context, (tx) => closeIntent(tx, intent.id));
  const ufs = await context.ufs(mount);
  if (work.phase === 'delete') {
    const stay = await deleteOld(context, ufs, intent, { work, copied: undefined });
    if (stay.size > 0) context.warn(`What others wrote below ${ufs.uri.child(work.fromKey).toString()} while it was renamed stays there: ${[...stay].slice(0, 3).join(', ')}`);
    return;
  }
  const moved = ufs.capabilities.atomicRename && (await ufs.status(work.fromKey)) === undefined && (await ufs.status(work.toKey)) !== undefined;
  if (moved) return commitMove(context, intent, work, { atomic: true, changed: [] });
  return undoCopy(context, ufs, intent, work);
}

async function makeParent(ufs: Ufs, key: string): Promise<void> {
  const cut = key.lastIndexOf('/');
  if (cut > 0) await ufs.makeDirectory(key.slice(0, cut));
}

async function copyAll(context: FileSystemContext, ufs: Ufs, work: RenameWork): Promise<ChangedHash[]> {
  const changed: ChangedHash[] = [];
  const parallel = context.config.integer('alluxio.underfs.object.store.service.threads');
  await forEachParallel(await leavesOf(context, work), parallel, (key) => ufs.makeDirectory(key));
  await forEachParallel(persistedOf(context, work.inodeId), parallel, async ({ child, relative }) => {
    if (child.inode.directory) return;
    const [from, to] = [keyOf(work.fromKey, relative), keyOf(work.toKey, relative)];
    const written = await ufs.copyFile(from, to, { signal: context.signal, ...(child.inode.contentHash === '' ? {} : { ifContentHash: child.inode.contentHash }) });
    if (written.contentHash !== child.inode.contentHash) changed.push({ id: child.inode.id, was: child.inode.contentHash, contentHash: written.contentHash });
  });
  return changed;
}

/** Target keys of the directories without directories in them: making one makes those above it, and asks the store for each. */
async function leavesOf(context: FileSystemContext, work: RenameWork): Promise<string[]> {
  const directories = new Set<string>();
  for await (const { child, relative } of persistedOf(context, work.inodeId)) {
    if (!child.inode.directory) continue;
    directories.delete(relative.slice(0, Math.max(0, relative.lastIndexOf('/'))));
    directories.add(relative);
  }
  return [...directories].map((relative) => keyOf(work.toKey, relative));
}

async function* targetsOf(context: FileSystemContext, work: RenameWork): AsyncGenerator<string> {
  for await (const { child, relative } of persistedOf(context, work.inodeId)) if (!child.inode.directory) yield keyOf(work.toKey, relative);
}

async function* persistedOf(context: FileSystemContext, id: number): AsyncGenerator<Walked> {
  for await (const page of walkTree(context, id)) {
    for (const walked of page) if (walked.child.inode.persistence === 'PERSISTED') yield walked;
  }
}

/** The commit: the namespace shows the new place; persisted directories above it exist in the storage now. */
function commitMove(context: FileSystemContext, intent: IntentRecord, work: RenameWork, done: { atomic: boolean; changed: readonly ChangedHash[] }): Promise<void> {
  const nowMs = context.now();
  return transact(context, (tx) => {
    if (tx.intent(intent.id) === undefined) throw new AlluxioError('CANCELLED', 'Another process took this rename over.');
    const source = tx.locate(work.inodeId);
    const fromParentId = source?.parentId ?? work.toParentId;
    const from = source === undefined ? {} : { from: { parentId: source.parentId, name: source.name } };
    tx.append({ type: 'inode-moved', id: work.inodeId, toParentId: work.toParentId, toName: work.toName, ...from });
    for (const id of new Set([fromParentId, work.toParentId])) tx.append({ type: 'inode-changed', id, change: { modifiedMs: nowMs } });
    // Objects copied in parts have another ETag.
    for (const { id, contentHash } of done.changed) tx.append({ type: 'inode-changed', id, change: { contentHash } });
    markPersistedUpwards(tx, work.toParentId);
    if (done.atomic) closeIntent(tx, intent.id);
    else tx.append({ type: 'intent-changed', intent: { ...intent, work: { ...work, phase: 'delete' } } });
  });
}

/**
 * @param old.copied the hash of what was copied, where the copy has another one, by inode; undefined when nobody can tell any more, after a crash
 * @returns what is another object by now than the one that was copied, and stays
 */
async function deleteOld(context: FileSystemContext, ufs: Ufs, intent: IntentRecord, { work, copied }: { work: RenameWork; copied: ReadonlyMap<number, string> | undefined }): Promise<ReadonlySet<string>> {
  const stay = await writtenSince(context, ufs, { work, copied, startedMs: intent.startedMs });
  await deleteKeys(context, { ufs, id: work.inodeId, key: work.fromKey, except: stay });
  if (work.fromParentId !== undefined) await keepEmptyParent(context, work.fromParentId);
  await transact(context, (tx) => closeIntent(tx, intent.id));
  return stay;
}

/** Between the storage's clock and ours. */
const CLOCK_SKEW_MS = 15 * 60_000;

/** Files at the old place, relative to it, that others wrote since they were copied, or that came since. OSS has no delete with a condition: a request's time remains. */
async function writtenSince(context: FileSystemContext, ufs: Ufs, { work, copied, startedMs }: { work: RenameWork; copied: ReadonlyMap<number, string> | undefined; startedMs: number }): Promise<Set<string>> {
  const { inode } = context.journal.read((view) => view.locate(work.inodeId)) ?? {};
  const found = new Set<string>();
  const look = (name: string, known: InodeRecord | undefined, now: Pick<UfsStatus, 'contentHash' | 'modifiedMs'>): void => {
    const was = known === undefined ? undefined : (copied?.get(known.id) ?? known.contentHash);
    if (was === now.contentHash || was === '') return;
    // After a crash the copy's hash may be another one than that of what was copied.
    if (copied !== undefined || (now.modifiedMs ?? 0) > startedMs + CLOCK_SKEW_MS) found.add(name);
  };
  if (inode?.directory !== true) {
    const now = await ufs.status(work.fromKey);
    if (now?.kind === 'file') look('', inode, now);
    return found;
  }
  const directories = new Map([['', inode.id]]);
  try {
    for await (const { entries } of ufs.list(work.fromKey, { recursive: true })) {
      for (const entry of entries) if (entry.kind === 'file') look(entry.name, knownAt(context, directories, entry.name, false), entry);
    }
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  return found;
}

/** Nothing was at the target key before, so whatever is there now is ours. */
async function undoCopy(context: FileSystemContext, ufs: Ufs, intent: IntentRecord, work: RenameWork): Promise<void> {
  if (!ufs.capabilities.atomicRename) {
    await abandonWritesBelow(ufs, work.toKey, { sinceMs: intent.startedMs, ours: () => targetsOf(context, work) });
    await deleteKeys(context, { ufs, id: work.inodeId, key: work.toKey });
  }
  await withdrawAncestors(context, ufs, work.toParentId);
  await transact(context, (tx) => closeIntent(tx, intent.id));
}

async function deleteKeys(context: FileSystemContext, input: { ufs: Ufs; id: number; key: string; except?: ReadonlySet<string> }): Promise<void> {
  const { ufs, id, key, except } = input;
  const directories: string[] = [];
  for await (const batch of inBatches(walkTree(context, id), BATCH)) {
    const persisted = batch.filter(({ child }) => child.inode.persistence === 'PERSISTED');
    const files = persisted.filter(({ child, relative }) => !child.inode.directory && except?.has(relative) !== true).map(({ relative }) => keyOf(key, relative));
    for (const { child, relative } of persisted) if (child.inode.directory) directories.push(keyOf(key, relative));
    const [failure] = files.length === 0 ? [] : await ufs.deleteFiles(files);
    if (failure !== undefined) throw failure.error;
  }
  await removeDirectories(context, ufs, directories);
}
