/**
 * Times to live without a server: the first command that looks at the namespace after something expired does what its TTL says, in one transaction, so that nobody
 * sees it any more; the objects follow in the background, under an intent, before the process ends. What cannot be done now is tried again later.
 */
import { AlluxioError, answerOf, isAlluxioError, messageOf } from '../errors.ts';
import type { Child, Journal, Transaction } from '../journal/journal.ts';
import { ROOT_ID } from '../journal/journal.ts';
import type { InodeChange } from '../journal/entries.ts';
import type { BlockRecord, IntentRecord } from '../journal/records.ts';
import { removeBlocks } from '../namespace/block-space.ts';
import { FREED, isExpired, postponed } from '../namespace/expiry.ts';
import { LeaseConflict } from '../namespace/leases.ts';
import type { Subject } from '../namespace/permissions.ts';
import { detach, planRemove } from '../namespace/remove.ts';
import { pathOfInode } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { inBackground } from './background.ts';
import type { FileSystemContext } from './context.ts';
import type { DeleteWork } from './delete-work.ts';
import { deleteObjects, putBack, unknownBelow } from './delete-work.ts';
import { forEachParallel } from './parallel.ts';
import { purgeDetached, unlinkEvicted } from './purge.ts';
import { freeBelow } from './storage.ts';
import { keepEmptyParent } from './stored-parents.ts';
import { abandon, openIntent, transact } from './transact.ts';

const BATCH = 500;
const AT_ONCE = 16;
/** A store that does not answer is asked again soon, a refusal is not likely to change. */
const SOON_MS = 60_000;
const LATE_MS = 60 * 60_000;
/** Whoever meets an expired path acts for whoever set the TTL. */
const ANYBODY: Subject = { user: '', groups: () => [], enforced: false, supergroup: '' };

/** One sweep at a time in a process; who comes meanwhile waits for it. */
const sweeping = new WeakMap<Journal, Promise<void>>();

interface Step {
  readonly removals: { readonly path: AlluxioPath; readonly child: Child; readonly intent: IntentRecord; readonly work: DeleteWork | undefined }[];
  readonly directories: { readonly path: AlluxioPath; readonly id: number }[];
  readonly freed: BlockRecord[];
  eviction: IntentRecord | undefined;
  readonly refusals: { readonly path: AlluxioPath; readonly why: string }[];
}

/** Afterwards nothing in the namespace is expired, but what others hold. Fine to call at any time. */
export function expireDue(context: FileSystemContext): Promise<void> {
  const running = sweeping.get(context.journal) ?? sweep(context).finally(() => sweeping.delete(context.journal));
  sweeping.set(context.journal, running);
  return running;
}

async function sweep(context: FileSystemContext): Promise<void> {
  // What was begun, or is somebody else's, stays in the index until it is gone.
  const seen = new Set<number>();
  for (let more = true; more; ) {
    const due = context.journal.read((view) => view.expired(context.now(), BATCH + seen.size)).filter((id) => !seen.has(id));
    more = due.length >= BATCH;
    for (const id of due) seen.add(id);
    if (due.length > 0) await take(context, due);
  }
}

async function take(context: FileSystemContext, due: readonly number[]): Promise<void> {
  const step = await transact(context, (tx): Step => {
    const taken: Step = { removals: [], directories: [], freed: [], eviction: undefined, refusals: [] };
    for (const id of due) takeOne(context, tx, id, taken);
    if (taken.freed.length > 0) {
      taken.eviction = openIntent(context, tx, [], { kind: 'evict', blocks: taken.freed.map(({ fileId, index, directory }) => ({ fileId, index, directory })), thenPurge: 0 });
      removeBlocks(tx, taken.freed);
    }
    return taken;
  });
  if (step.removals.length > 0) inBackground(context, () => forEachParallel(step.removals, AT_ONCE, (removal) => finish(context, removal)));
  for (const { path, why } of step.refusals) context.warn(`The time to live of ${path} is over, but ${why}`);
  for (const { path, id } of step.directories) await freeDirectory(context, path, id);
  if (step.eviction !== undefined) {
    await unlinkEvicted(context, step.eviction.id, step.freed).catch((error: unknown) => context.warn(`Cached blocks whose time is over are removed from the disk later: ${messageOf(error)}`));
  }
}

function takeOne(context: FileSystemContext, tx: Transaction, id: number, taken: Step): void {
  const child = tx.locate(id);
  const path = pathOfInode(tx, id);
  // Detached: somebody is removing it, alone or with a directory above it.
  if (child === undefined || path === undefined || !isExpired(child.inode, context.now())) return;
  const { inode } = child;
  const refuse = (why: string): void => {
    taken.refusals.push({ path, why });
    tx.append({ type: 'inode-changed', id, change: postponed(inode, context.now() + LATE_MS) });
  };
  if (inode.ttlAction === 'FREE') {
    if (inode.directory) return void taken.directories.push({ path, id });
    if (inode.persistence !== 'PERSISTED') return refuse('it cannot be freed: it is not persisted.');
    taken.freed.push(...tx.blocks(id));
    return tx.append({ type: 'inode-changed', id, change: FREED });
  }
  if (id === ROOT_ID) return refuse('the root directory cannot be deleted.');
  try {
    taken.removals.push(removalOf(context, tx, path));
  } catch (error) {
    if (error instanceof LeaseConflict) return;
    if (!isAlluxioError(error)) throw error;
    refuse(`it cannot be deleted: ${error.message}`);
  }
}

function removalOf(context: FileSystemContext, tx: Transaction, path: AlluxioPath): Step['removals'][number] {
  const { target, mounted, persisted, lease } = planRemove(tx, ANYBODY, { path, recursive: true, alluxioOnly: false, deleteMountPoint: false });
  const { inode, parentId, name } = target;
  const work: DeleteWork = { kind: 'delete', inodeId: inode.id, parentId, name, mountId: mounted.mount.id, key: mounted.key, directory: inode.directory, unchecked: false };
  const intent = openIntent(context, tx, [lease], persisted ? work : { kind: 'purge', inodeId: inode.id });
  detach(tx, inode.id);
  tx.append({ type: 'inode-changed', id: parentId, change: { modifiedMs: context.now() } });
  return { path, child: target, intent, work: persisted ? work : undefined };
}

/** The objects, then the inodes. What the store does not let go comes back, to be tried again later. */
async function finish(context: FileSystemContext, removal: Step['removals'][number]): Promise<void> {
  const { path, child, intent, work } = removal;
  try {
    if (work !== undefined) {
      const failure = await deleteStored(context, intent, work);
      if (failure !== undefined) {
        const retryable = isAlluxioError(failure) && failure.retryable;
        const later: InodeChange = postponed(child.inode, context.now() + (retryable ? SOON_MS : LATE_MS));
        await transact(context, (tx) => void (tx.locate(work.inodeId) !== undefined && tx.append({ type: 'inode-changed', id: work.inodeId, change: later })));
        context.warn(`The time to live of ${path} is over, but it cannot be deleted now: ${failure.message}`);
        return;
      }
    }
    if (work !== undefined) await keepEmptyParent(context, work.parentId);
    await purgeDetached(context, child.inode.id, intent.id);
  } catch (error) {
    // Of a process that ends the intent is a dead one's; who lives on gives it up, or the path would be held for as long.
    if (context.signal.aborted) return;
    await abandon(context, intent.id).catch(() => undefined);
    context.warn(`The time to live of ${path} is over; it is removed later: ${messageOf(error)}`);
  }
}

/** Why the store did not let it go, everything being back in its place. @throws what keeps it from being ended, one way or the other */
async function deleteStored(context: FileSystemContext, intent: IntentRecord, work: DeleteWork): Promise<Error | undefined> {
  const mount = context.journal.read((view) => view.mounts().find(({ id }) => id === work.mountId));
  if (mount === undefined) return undefined;
  const nothing = { failures: [], deleted: new Set<number>() };
  try {
    if (work.directory && (await unknownBelow(context, mount, work))) {
      await putBack(context, intent, work, nothing);
      return new AlluxioError('FAILED_PRECONDITION', 'UFS dir not in sync. Sync UFS, or delete with unchecked flag.');
    }
  } catch (error) {
    await putBack(context, intent, work, nothing);
    return error instanceof Error ? error : new Error(messageOf(error));
  }
  const outcome = await deleteObjects(context, mount, work);
  const lost = outcome.failures.find(({ error }) => answerOf(error) === 'lost');
  // Nobody knows what is still there: put back, it might be a file without its object.
  if (lost !== undefined) throw lost.error;
  const [first] = outcome.failures;
  if (first === undefined) return undefined;
  await putBack(context, intent, work, outcome);
  return first.error;
}

async function freeDirectory(context: FileSystemContext, path: AlluxioPath, id: number): Promise<void> {
  const change = await freeBelow(context, path, id, true).then(
    () => FREED,
    (error: unknown): InodeChange | undefined => {
      context.warn(`The time to live of ${path} is over, but it cannot be freed: ${messageOf(error)}`);
      const inode = context.journal.read((view) => view.locate(id)?.inode);
      return inode === undefined ? undefined : postponed(inode, context.now() + LATE_MS);
    },
  );
  if (change === undefined) return;
  await transact(context, (tx) => void (tx.locate(id) !== undefined && tx.append({ type: 'inode-changed', id, change })));
}
