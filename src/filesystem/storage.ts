/** What is cached, what is persisted: load, free, pending, persist, capacity. */
import { AlluxioError } from '../errors.ts';
import type { Transaction, View } from '../journal/journal.ts';
import type { BlockRecord } from '../journal/records.ts';
import { removeBlocks } from '../namespace/block-space.ts';
import { READ, requireSuperuser } from '../namespace/permissions.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { FileStatus, Storage, TierUsage } from './file-system.ts';
import { listEntries } from './listing.ts';
import { loadEntries } from './load.ts';
import { lookUp } from './metadata/lookup.ts';
import { checked } from './status.ts';
import { persistFile } from './persist.ts';
import { unlinkEvicted } from './purge.ts';
import { openIntent, transact } from './transact.ts';
import type { Walked } from './tree-walk.ts';
import { inBatches, walkTree } from './tree-walk.ts';

const BATCH = 500;

export function createStorage(context: FileSystemContext): Storage {
  return {
    load: (path, options) => loadEntries(context, path, options),
    freeAll: () => freeAll(context),
    free: (path, { forced }) => freeTree(context, path, forced),
    pending: (path) => pendingBelow(context, path),
    persist: async (path, options) => {
      await lookUp(context, path);
      context.journal.read((view) => checked(context, view, path, READ));
      await persistFile(context, path, options);
    },
    capacity: () => Promise.resolve(tierUsage(context)),
  };
}

/** All or nothing: a tree that holds something that cannot be freed is left as it is. */
async function freeTree(context: FileSystemContext, path: AlluxioPath, forced: boolean): Promise<void> {
  await lookUp(context, path);
  const id = context.journal.read((view) => checked(context, view, path, READ).target.inode.id);
  await freeBelow(context, path, id, forced);
}

/** @throws FAILED_PRECONDITION, and then nothing has been freed */
export async function freeBelow(context: FileSystemContext, path: AlluxioPath, id: number, forced: boolean): Promise<void> {
  for await (const page of walkTree(context, id, { mounts: true })) for (const walked of page) refuseToFree(path, walked, forced);
  for await (const batch of inBatches(walkTree(context, id, { mounts: true }), BATCH)) await freeBatch(context, batch, forced);
}

function refuseToFree(top: AlluxioPath, walked: Walked, forced: boolean): void {
  const { inode } = walked.child;
  const path = walked.relative === '' ? top : joinPath(top, walked.relative);
  if (!inode.directory && inode.persistence !== 'PERSISTED') {
    throw new AlluxioError('FAILED_PRECONDITION', `Cannot free file ${path} which is not persisted`, { path });
  }
  if (!inode.directory && inode.pinned && !forced) {
    throw new AlluxioError('FAILED_PRECONDITION', `Cannot free file ${path} which is pinned. Please unpin it first or set the "forced" flag of free operation to true`, { path });
  }
}

async function freeBatch(context: FileSystemContext, batch: readonly Walked[], forced: boolean): Promise<void> {
  await dropBlocks(context, (tx) =>
    batch.flatMap(({ child }) => {
      const now = tx.locate(child.inode.id)?.inode;
      if (now === undefined) return [];
      if (forced && now.pinned) tx.append({ type: 'inode-changed', id: now.id, change: { pinned: false, pinnedMedia: [], replicationMin: 0 } });
      return now.directory || now.persistence !== 'PERSISTED' || (now.pinned && !forced) ? [] : tx.blocks(now.id);
    }),
  );
}

/** Drops the blocks that are chosen inside the transaction: records first, then files. Returns their bytes. */
async function dropBlocks(context: FileSystemContext, choose: (tx: Transaction) => BlockRecord[]): Promise<number> {
  const freed = await transact(context, (tx) => {
    const blocks = choose(tx);
    if (blocks.length === 0) return undefined;
    const addresses = blocks.map(({ fileId, index, directory }) => ({ fileId, index, directory }));
    const intent = openIntent(context, tx, [], { kind: 'evict', blocks: addresses, thenPurge: 0 });
    removeBlocks(tx, blocks);
    return { intent, addresses, bytes: blocks.reduce((sum, block) => sum + block.length, 0) };
  });
  if (freed === undefined) return 0;
  await unlinkEvicted(context, freed.intent.id, freed.addresses);
  return freed.bytes;
}

/** Block by block as the cache directories hold them, so that it costs what is cached and not what is known. */
async function freeAll(context: FileSystemContext): Promise<{ freedBytes: number; keptBytes: number }> {
  let freedBytes = 0;
  let keptBytes = 0;
  context.journal.read((view) => requireSuperuser(view, context.subject));
  for (const { index } of context.blocks.directories) {
    let after: BlockRecord | undefined;
    do {
      const from = after;
      const page = context.journal.read((view) => view.blocksByUse(index, { limit: BATCH, ...(from === undefined ? {} : { after: from }) }));
      const freed = await dropBlocks(context, (tx) => page.flatMap(({ fileId, index: at }) => (isStored(tx, fileId) ? (tx.block(fileId, at) ?? []) : [])));
      const bytes = page.reduce((sum, block) => sum + block.length, 0);
      freedBytes += freed;
      keptBytes += Math.max(0, bytes - freed);
      after = page.length < BATCH ? undefined : page[page.length - 1];
    } while (after !== undefined);
  }
  return { freedBytes, keptBytes };
}

function isStored(view: View, fileId: number): boolean {
  return view.locate(fileId)?.inode.persistence === 'PERSISTED';
}

async function* pendingBelow(context: FileSystemContext, path: AlluxioPath): AsyncGenerator<readonly FileStatus[]> {
  await lookUp(context, path);
  context.journal.read((view) => checked(context, view, path, READ));
  // Only what the namespace knows can be unpersisted, so nothing needs to be loaded.
  for await (const page of listEntries(context, path, { recursive: true, loadType: 'NEVER', syncIntervalMs: -1 })) {
    const pending = page.filter((status) => !status.directory && status.persistence !== 'PERSISTED');
    if (pending.length > 0) yield pending;
  }
}

function tierUsage(context: FileSystemContext): TierUsage[] {
  const { directories } = context.blocks;
  const used = context.journal.read((view) => directories.map(({ index }) => view.usage(index).used));
  const tiers = new Map<string, { path: string; capacity: number; used: number }[]>();
  for (const [at, { tier, path, quota }] of directories.entries()) tiers.set(tier, [...(tiers.get(tier) ?? []), { path, capacity: quota, used: used[at] ?? 0 }]);
  return [...tiers].map(([tier, folders]) => ({ tier, directories: folders }));
}
