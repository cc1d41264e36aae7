/** Removing a path: check, detach, delete in the under storage, purge. */
import { AlluxioError, answerOf, hasCode, messageOf } from '../errors.ts';
import type { Transaction, View } from '../journal/journal.ts';
import type { IntentRecord } from '../journal/records.ts';
import { driftOf } from '../namespace/fingerprint.ts';
import { refusedBelow } from '../namespace/descendants.ts';
import { mountsBelow } from '../namespace/mount-table.ts';
import type { RemoveInput, RemovePlan } from '../namespace/remove.ts';
import { detach, planRemove, removable } from '../namespace/remove.ts';
import type { AlluxioPath } from '../uri.ts';
import { keepEmptyParent } from './stored-parents.ts';
import type { FileSystemContext } from './context.ts';
import { deleteFailed, deleteObjects, deleteUnanswered, putBack, unfinished, unknownBelow } from './delete-work.ts';
import type { DeleteOptions, SyncOptions } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { configFor } from './path-config.ts';
import { purgeDetached } from './purge.ts';
import { abandon, closeIntent, openIntent, transact, transactWhenFree } from './transact.ts';

type Still = (view: View) => void;

export async function removePath(context: FileSystemContext, path: AlluxioPath, options: DeleteOptions, sync: SyncOptions = {}): Promise<void> {
  await lookUp(context, path, sync);
  const refusals = context.journal.read((view) => {
    const { target } = removable(view, context.subject, removeInput(path, options));
    return [...refusedBelow(view, context.subject, { child: target, path }, 'write')];
  });
  if (refusals.length === 0) return removeWhole(context, path, options);
  const { removePermitted } = await import('./delete-permitted.ts');
  return removePermitted(context, { path, refusals }, (part) => removeWhole(context, part, options, true));
}

/** For who looked at it before: removes it if `still` lets it, in the transaction that takes it, and the storage has what the namespace says. */
export function removeUnchanged(context: FileSystemContext, path: AlluxioPath, still: Still): Promise<void> {
  return removeOne(context, path, { recursive: true, unchecked: false, still }, false);
}

export function removeInput(path: AlluxioPath, { recursive, alluxioOnly = false, deleteMountPoint = false }: DeleteOptions): RemoveInput {
  return { path, recursive, alluxioOnly, deleteMountPoint };
}

async function removeWhole(context: FileSystemContext, path: AlluxioPath, options: DeleteOptions, permitted = false): Promise<void> {
  const nested = options.deleteMountPoint === true && options.alluxioOnly !== true ? mountsToEmpty(context, { ...removeInput(path, options), permitted }) : [];
  for (const point of nested) await removeOne(context, point, options, true);
  await removeOne(context, path, options, permitted);
}

/** Storages that are mounted below a path: each is emptied by itself, those within others first. @throws as sheet `rm` */
function mountsToEmpty(context: FileSystemContext, input: RemoveInput): AlluxioPath[] {
  return context.journal.read((view) => {
    removable(view, context.subject, input);
    return mountsBelow(view, input.path).reverse();
  });
}

async function removeOne(context: FileSystemContext, path: AlluxioPath, options: DeleteOptions & { still?: Still }, permitted: boolean): Promise<void> {
  if (options.trash === true && options.alluxioOnly !== true) {
    const keepMs = configFor(context, path).duration('alluxio.user.trash.interval');
    if (keepMs > 0) {
      const { inTrash, moveToTrash } = await import('./trash.ts');
      if (!inTrash(context, path)) return moveToTrash(context, { ...removeInput(path, options), permitted }, { keepMs, unchecked: options.unchecked === true });
    }
  }
  if (options.only !== undefined) return (await import('./delete-copied.ts')).removeCopied(context, { path, options, only: options.only, permitted });
  const unchecked = options.unchecked ?? configFor(context, path).boolean('alluxio.user.file.delete.unchecked');
  const { plan, intent } = await transactWhenFree(context, (tx) => {
    options.still?.(tx);
    const planned = planRemove(tx, context.subject, { ...removeInput(path, options), permitted });
    const metadataOnly = options.alluxioOnly === true || !planned.persisted;
    const { inode } = planned.target;
    const opened = openIntent(context, tx, [planned.lease], metadataOnly ? { kind: 'purge', inodeId: inode.id } : { kind: 'remove' });
    if (metadataOnly) detach(tx, inode.id, placeOf(planned, options));
    tx.append({ type: 'inode-changed', id: planned.target.parentId, change: { modifiedMs: context.now() } });
    return { plan: planned, intent: opened };
  });
  const { inode } = plan.target;
  if (intent.work.kind === 'purge') return purgeDetached(context, inode.id, intent.id);
  if (inode.directory && !unchecked) await requireInSync(context, { plan, intent, path });
  if (!inode.directory && options.still !== undefined) await requireSameContent(context, { plan, intent, path });
  await removeStored(context, { plan, intent, path, unchecked, from: placeOf(plan, options), ...(options.still === undefined ? {} : { begin: options.still }) });
}

/** For the log, unless it is nobody's deed. */
export function placeOf({ target }: RemovePlan, options: DeleteOptions) {
  return options.bookkeeping === true ? undefined : { parentId: target.parentId, name: target.name };
}

export interface Removal {
  readonly plan: Pick<RemovePlan, 'target' | 'mounted'>;
  readonly intent: IntentRecord;
  readonly path: AlluxioPath;
}

export interface StoredRemoval extends Removal {
  readonly unchecked: boolean;
  readonly from: ReturnType<typeof placeOf>;
  /** What is looked at and noted in the step that takes it out of the namespace: who lists may have found something since, which a lease does not keep him from. */
  readonly begin?: (tx: Transaction) => void;
}

export async function removeStored(context: FileSystemContext, removal: StoredRemoval): Promise<void> {
  const { plan, intent, path } = removal;
  const { target, mounted } = plan;
  const work = {
    kind: 'delete',
    inodeId: target.inode.id,
    parentId: target.parentId,
    name: target.name,
    mountId: mounted.mount.id,
    key: mounted.key,
    directory: target.inode.directory,
    unchecked: removal.unchecked,
  } as const;
  const opened: IntentRecord = { ...intent, work };
  await transact(context, (tx) => {
    if (tx.intent(intent.id) === undefined) throw new AlluxioError('CANCELLED', 'Another process took this removal over.');
    removal.begin?.(tx);
    tx.append({ type: 'intent-changed', intent: opened });
    detach(tx, target.inode.id, removal.from);
  }).catch(async (error: unknown) => {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  });
  const outcome = await deleteObjects(context, mounted.mount, work);
  if (outcome.failures.length > 0) {
    // Nobody knows what is still there: the removal is brought to its end by the next command.
    if (outcome.failures.some(({ error }) => answerOf(error) === 'lost')) {
      await abandon(context, intent.id);
      throw deleteUnanswered(path, outcome);
    }
    await putBack(context, opened, work, outcome);
    throw deleteFailed(path, target.inode.directory, outcome);
  }
  try {
    await keepEmptyParent(context, target.parentId);
    await purgeDetached(context, target.inode.id, intent.id);
  } catch (error) {
    await abandon(context, intent.id);
    throw hasCode(error, 'CANCELLED') ? error : unfinished(`${path} is gone, also from the under storage, but not all that belongs to it yet: ${messageOf(error)}`, path, error);
  }
}

/** @throws FAILED_PRECONDITION in the sheet's words */
export async function requireInSync(context: FileSystemContext, { plan, intent, path }: Removal): Promise<void> {
  try {
    if ((await unknownBelow(context, plan.mounted.mount, { inodeId: plan.target.inode.id, key: plan.mounted.key })) !== undefined) throw outOfSync(path);
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
}

/** @throws FAILED_PRECONDITION when somebody else has written it */
async function requireSameContent(context: FileSystemContext, { plan: { target, mounted }, intent, path }: Removal): Promise<void> {
  try {
    const status = await (await context.ufs(mounted.mount)).status(mounted.key, context.signal);
    if (status !== undefined && driftOf(target.inode, status, false) === 'content') throw new AlluxioError('FAILED_PRECONDITION', `${path} was written since`, { path });
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
}

export function outOfSync(path: AlluxioPath): AlluxioError {
  return new AlluxioError(
    'FAILED_PRECONDITION',
    `Failed to delete 1 paths from the under file system: ${path} (UFS dir not in sync. Sync UFS, or delete with unchecked flag.)`,
    { path },
  );
}
