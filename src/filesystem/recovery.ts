/**
 * Finishing or undoing what a dead process left: one function per kind of intent. Each is safe to repeat, because the recoverer may die too.
 */
import { messageOf } from '../errors.ts';
import { isGivenUp } from '../process-identity.ts';
import type { IntentRecord, IntentWork } from '../journal/records.ts';
import { mountIfThere } from '../namespace/remove.ts';
import { abandonWrites } from '../ufs/abandon.ts';
import type { FileSystemContext } from './context.ts';
import { adoptWritten } from './adopt.ts';
import { removeUpwards, withdrawAncestors } from './ancestors.ts';
import { finishDelete } from './delete-work.ts';
import { restoreOwnership } from './ownership.ts';
import { forEachParallel } from './parallel.ts';
import { finishLanded } from './persist.ts';
import { purgeDetached } from './purge.ts';
import { recoverRename } from './rename-work.ts';
import { abandon, closeIntent, transact } from './transact.ts';

const RECOVERED_AT_ONCE = 16;

type Work<K extends IntentWork['kind']> = Extract<IntentWork, { kind: K }>;

/** Takes the intent over, unless somebody else did, and brings its work to an end. */
export async function recoverIntent(context: FileSystemContext, intent: IntentRecord): Promise<void> {
  const mine = await transact(context, (tx) => {
    const current = tx.intent(intent.id);
    if (current === undefined || isSameOwner(current, intent) === false) return undefined;
    const taken = { ...current, owner: context.owner };
    tx.append({ type: 'intent-changed', intent: taken });
    return taken;
  });
  if (mine === undefined) return;
  try {
    await finishIntent(context, mine);
  } catch (error) {
    await abandon(context, mine.id, true);
    throw error;
  }
}

/** Ends what several dead processes left. What cannot be ended now (its storage does not answer) waits for the next command. */
export async function recoverAll(context: FileSystemContext, dead: readonly IntentRecord[]): Promise<void> {
  for (const intent of dead) {
    // Whoever gave it up was told why.
    const given = isGivenUp(intent.owner);
    await recoverIntent(context, intent).catch((error: unknown) => given || context.warn(`What "${intent.owner.command}" left unfinished is cleaned up later: ${messageOf(error)}`));
  }
}

/** Brings the work to an end, or takes it back. @throws when the storage does not let it; all is safe to repeat */
export async function finishIntent(context: FileSystemContext, intent: IntentRecord): Promise<void> {
  const { work } = intent;
  switch (work.kind) {
    case 'write':
      return finishWrites(context, intent, { ...work, files: [work] });
    case 'writes':
      return finishWrites(context, intent, work);
    case 'persist':
      return finishPersist(context, intent, work);
    case 'rename':
      return recoverRename(context, intent, work);
    case 'delete':
      return finishDelete(context, intent, work);
    case 'purge':
      return purgeDetached(context, work.inodeId, intent.id);
    case 'evict':
      await context.blocks.remove(work.blocks);
      if (work.beforeMs !== undefined) await context.blocks.format(work.beforeMs);
      if (work.thenPurge !== 0) return purgeDetached(context, work.thenPurge, intent.id);
      return transact(context, (tx) => closeIntent(tx, intent.id));
    case 'cache':
      await sweepBlocks(context, new Set([work.fileId]));
      return transact(context, (tx) => closeIntent(tx, intent.id));
    case 'make':
      return finishMake(context, intent, work);
    case 'own':
      return restoreOwnership(context, intent, work.inodeIds);
    case 'remove':
      return transact(context, (tx) => closeIntent(tx, intent.id));
  }
}

/** The command was not acknowledged: an object that is complete becomes a file, anything less leaves nothing. */
async function finishWrites(context: FileSystemContext, intent: IntentRecord, work: Pick<Work<'writes'>, 'mountId' | 'through' | 'files'>): Promise<void> {
  const mount = context.journal.read((view) => mountIfThere(view, work.mountId));
  if (work.through && mount !== undefined) {
    const ufs = await context.ufs(mount);
    const places = work.files.map((file, at) => ({ ...file, lease: intent.leases[at] }));
    await forEachParallel(places, RECOVERED_AT_ONCE, async (place) => {
      await abandonWrites(ufs, place.key, intent.startedMs);
      await adoptWritten(context, intent, place, await ufs.status(place.key));
    });
    for (const parentId of new Set(intent.leases.map((lease) => lease.parentId))) await withdrawAncestors(context, ufs, parentId);
  }
  await sweepBlocks(context, new Set(work.files.map(({ fileId }) => fileId)));
  await transact(context, (tx) => closeIntent(tx, intent.id));
}

/** The namespace has none of them yet: it gets all at once, when the storage has them. */
async function finishMake(context: FileSystemContext, intent: IntentRecord, work: Work<'make'>): Promise<void> {
  const mount = context.journal.read((view) => mountIfThere(view, work.mountId));
  if (mount !== undefined) {
    const ufs = await context.ufs(mount);
    await removeUpwards(ufs, work.key, work.levels);
    // Those above it that were only here have come into the storage with it.
    const [lease] = intent.leases;
    if (lease !== undefined) await withdrawAncestors(context, ufs, lease.parentId);
  }
  await transact(context, (tx) => closeIntent(tx, intent.id));
}

/** The file is still to be persisted, unless its object came through; only what else the upload left must go. */
async function finishPersist(context: FileSystemContext, intent: IntentRecord, work: Work<'persist'>): Promise<void> {
  const mount = context.journal.read((view) => mountIfThere(view, work.mountId));
  if (mount !== undefined) {
    const ufs = await context.ufs(mount);
    await abandonWrites(ufs, work.key, intent.startedMs);
    if (await finishLanded(context, ufs, intent, work)) return;
    const parentId = context.journal.read((view) => view.locate(work.fileId)?.parentId);
    if (parentId !== undefined) await withdrawAncestors(context, ufs, parentId);
  }
  await transact(context, (tx) => closeIntent(tx, intent.id));
}

/**
 * Removes the block files of a dead writer that were not recorded, and what dead writers were writing. Only its own: a living writer's finished blocks
 * have no record yet either.
 */
async function sweepBlocks(context: FileSystemContext, fileIds: ReadonlySet<number>): Promise<void> {
  await context.blocks.sweep((block) => !fileIds.has(block.fileId) || context.journal.read((view) => view.block(block.fileId, block.index)?.directory === block.directory));
}

function isSameOwner(a: IntentRecord, b: IntentRecord): boolean {
  return a.owner.pid === b.owner.pid && a.owner.startedAt === b.owner.startedAt && a.owner.bootId === b.owner.bootId && a.owner.host === b.owner.host;
}
