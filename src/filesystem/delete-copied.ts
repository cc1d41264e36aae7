/**
 * Removing what was copied elsewhere, and nothing else: files and directories that are still those that were copied, the storage's bytes included. What came or changed
 * while it was copied stays, with the directories above it, and is named.
 */
import { AlluxioError, hasCode, messageOf } from '../errors.ts';
import type { Transaction } from '../journal/journal.ts';
import type { IntentRecord } from '../journal/records.ts';
import type { RemovePlan } from '../namespace/remove.ts';
import { detach, planRemove } from '../namespace/remove.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { outOfSync, placeOf, removeInput, removeStored } from './delete.ts';
import { unknownBelow } from './delete-work.ts';
import type { DeleteOptions } from './file-system.ts';
import { forEachParallel } from './parallel.ts';
import { purgeDetached } from './purge.ts';
import { closeIntent, openIntent, transact, transactWhenFree } from './transact.ts';
import { walkTree } from './tree-walk.ts';

export interface CopiedRemoval {
  readonly path: AlluxioPath;
  readonly options: DeleteOptions;
  /** Ids of what was copied. */
  readonly only: ReadonlySet<number>;
  readonly permitted: boolean;
}

const AT_ONCE = 16;
const PAGE = 1000;
/** How many paths the message names. */
const NAMED = 20;

const CAME = 'came, or was written anew, while it was copied';
const CHANGED = 'was changed in the under storage while it was copied';

/** @throws FAILED_PRECONDITION when something stays, after all else is removed; as sheet `rm` */
export async function removeCopied(context: FileSystemContext, removal: CopiedRemoval): Promise<void> {
  const stays = await removeParts(context, removal);
  if (stays.length === 0) return;
  const named = stays.length > NAMED ? `${stays.slice(0, NAMED).join(', ')}...(only ${NAMED} shown)` : stays.join(', ');
  const hint = stays.some((each) => each.includes(CHANGED)) ? `Load what is there now (alluxio fs loadMetadata -F ${removal.path}), then run the command again.` : 'Run the command again to move it too.';
  throw new AlluxioError('FAILED_PRECONDITION', `Not removed from ${removal.path}: ${named}`, { path: removal.path, hint });
}

/** The whole if it may go, else each part by itself. Returns what stays, with the reasons. */
async function removeParts(context: FileSystemContext, removal: CopiedRemoval): Promise<string[]> {
  const { path } = removal;
  const left = await removeUnchanged(context, removal);
  if (left === undefined) return [];
  if (!left.directory) return [`${path} (${left.why})`];
  const stays: string[] = [];
  await forEachParallel(childrenOf(context, left.id, path), AT_ONCE, async (child) => {
    try {
      stays.push(...(await removeParts(context, { ...removal, path: child, permitted: true })));
    } catch (error) {
      if (hasCode(error, 'CANCELLED')) throw error;
      stays.push(`${child} (${messageOf(error)})`);
    }
  });
  if (stays.length > 0) return stays.sort();
  const again = removal.only.has(left.id) ? await removeUnchanged(context, removal) : left;
  return again === undefined ? [] : [`${path} (${again.why})`];
}

async function* childrenOf(context: FileSystemContext, id: number, path: AlluxioPath): AsyncGenerator<AlluxioPath> {
  let after: string | undefined;
  do {
    const from = after;
    const page = context.journal.read((view) => view.children(id, { limit: PAGE, ...(from === undefined ? {} : { after: from }) }));
    for (const { name } of page) yield joinPath(path, name);
    after = page.length < PAGE ? undefined : page[page.length - 1]?.name;
  } while (after !== undefined);
}

interface Left {
  readonly id: number;
  readonly directory: boolean;
  readonly why: string;
}

/** Removes the path with all below it when all of it was copied as it is. Returns why not; what was there stays then. */
async function removeUnchanged(context: FileSystemContext, { path, options, only, permitted }: CopiedRemoval): Promise<Left | undefined> {
  // With the lease nobody of this namespace writes there any more.
  const { plan, intent } = await transactWhenFree(context, (tx) => {
    const planned = planRemove(tx, context.subject, { ...removeInput(path, options), permitted });
    return { plan: planned, intent: openIntent(context, tx, [planned.lease], { kind: 'remove' }) };
  });
  const { inode, parentId } = plan.target;
  let known: number | string;
  try {
    known = await copiedBelow(context, plan, only);
    if (typeof known === 'number' && plan.persisted && (await hasChanged(context, plan, path))) known = CHANGED;
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
  if (typeof known === 'string') {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    return { id: inode.id, directory: inode.directory, why: known };
  }
  const counted = known;
  let crowded = false;
  const begin = (tx: Transaction): void => {
    const { files, directories } = tx.totals(inode.id);
    // A listing of the storage that began before may have brought something in.
    crowded = inode.directory && files + directories !== counted;
    if (crowded) throw new AlluxioError('BUSY', `${path} is being changed by others.`, { path, hint: 'Run the command again.' });
    tx.append({ type: 'inode-changed', id: parentId, change: { modifiedMs: context.now() } });
  };
  const removal = { plan, intent, path, unchecked: false, from: placeOf(plan, options), begin };
  try {
    await (plan.persisted ? removeStored(context, removal) : removeHere(context, removal));
  } catch (error) {
    if (crowded) await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
  return undefined;
}

/** How many entries are below, all of which were copied; or what is wrong with one of them. */
async function copiedBelow(context: FileSystemContext, { target }: RemovePlan, only: ReadonlySet<number>): Promise<number | string> {
  let below = -1;
  for await (const batch of walkTree(context, target.inode.id)) {
    below += batch.length;
    if (batch.some(({ child }) => !only.has(child.inode.id))) return CAME;
  }
  return below;
}

/** Whether the storage has other bytes than the namespace knows. @throws FAILED_PRECONDITION for objects that it does not know at all */
async function hasChanged(context: FileSystemContext, { target, mounted }: RemovePlan, path: AlluxioPath): Promise<boolean> {
  const { inode } = target;
  if (!inode.directory) {
    const stored = await (await context.ufs(mounted.mount)).status(mounted.key);
    return stored !== undefined && stored.contentHash !== inode.contentHash;
  }
  let changed = false;
  const unknown = await unknownBelow(context, mounted.mount, { inodeId: inode.id, key: mounted.key }, (file, contentHash) => {
    changed ||= file.persistence === 'PERSISTED' && file.contentHash !== contentHash;
  });
  if (unknown) throw outOfSync(path);
  return changed;
}

/** What is only in the journal and the cache. */
async function removeHere(context: FileSystemContext, { plan, intent, from, begin }: { plan: RemovePlan; intent: IntentRecord; from: ReturnType<typeof placeOf>; begin: (tx: Transaction) => void }): Promise<void> {
  const { inode } = plan.target;
  await transact(context, (tx) => {
    if (tx.intent(intent.id) === undefined) throw new AlluxioError('CANCELLED', 'Another process took this removal over.');
    begin(tx);
    tx.append({ type: 'intent-changed', intent: { ...intent, work: { kind: 'purge', inodeId: inode.id } } });
    detach(tx, inode.id, from);
  });
  await purgeDetached(context, inode.id, intent.id);
}
