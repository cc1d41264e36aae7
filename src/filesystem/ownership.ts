/** Owner, group and mode of persisted paths follow in storages that keep them. */
import { hasCode } from '../errors.ts';
import type { Child, Transaction } from '../journal/journal.ts';
import type { InodeRecord, IntentRecord } from '../journal/records.ts';
import { mountOfInode } from '../namespace/mount-table.ts';
import type { Ufs } from '../ufs/ufs.ts';
import type { FileSystemContext } from './context.ts';
import { forEachParallel } from './parallel.ts';
import { closeIntent, endAsDead, openIntent, transact } from './transact.ts';

export interface Ownership {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
}

const AT_ONCE = 16;

/** How it is recorded in the namespace, and by which kind of transaction. */
export interface Recording {
  readonly run: (context: FileSystemContext, fn: (tx: Transaction) => void) => Promise<void>;
  record(tx: Transaction): void;
}

/**
 * Changes owner, group or mode of inodes: first in the storages that keep them, so that a refusal there changes nothing here. The intent tells what is on its way:
 * should we die in between, the storage is given again what the namespace says; else the next sync would take its word for it.
 */
export async function changeOwnership(context: FileSystemContext, children: readonly Child[], changeOf: (child: Child) => Ownership, { run, record }: Recording): Promise<void> {
  const told = await keptElsewhere(context, children, changeOf);
  if (told.length === 0) return run(context, record);
  const intent = await transact(context, (tx) => openIntent(context, tx, [], { kind: 'own', inodeIds: told.map(({ id }) => id) }));
  try {
    await forEachParallel(told, AT_ONCE, ({ ufs, key, change }) => ufs.setOwnership(key, change));
    await run(context, (tx) => {
      record(tx);
      closeIntent(tx, intent.id);
    });
  } catch (error) {
    await endAsDead(context, intent);
    throw error;
  }
}

/** What has to be changed in storages; nothing for object stores and read-only mounts. */
async function keptElsewhere(context: FileSystemContext, children: readonly Child[], changeOf: (child: Child) => Ownership) {
  // Object stores keep no owners: no driver needs to be loaded to learn it.
  if (context.journal.read((view) => view.mounts()).every((mount) => mount.ufsUri.startsWith('oss:'))) return [];
  const found: { id: number; ufs: Ufs; key: string; change: Ownership }[] = [];
  for (const child of children) {
    const { id, persistence } = child.inode;
    const change = changeOf(child);
    if (persistence !== 'PERSISTED' || (change.owner === undefined && change.group === undefined && change.mode === undefined)) continue;
    const at = context.journal.read((view) => mountOfInode(view, id));
    if (at === undefined || at.mount.readOnly) continue;
    const ufs = await context.ufs(at.mount);
    if (ufs.capabilities.ownership) found.push({ id, ufs, key: at.key, change });
  }
  return found;
}

/** Ends a change that died: the namespace is right. */
export async function restoreOwnership(context: FileSystemContext, intent: IntentRecord, inodeIds: readonly number[]): Promise<void> {
  await forEachParallel(inodeIds, AT_ONCE, async (id) => {
    const mount = context.journal.read((view) => mountOfInode(view, id)?.mount);
    if (mount !== undefined && !mount.readOnly) await handOnOwnership(context, await context.ufs(mount), [id]);
  });
  await transact(context, (tx) => closeIntent(tx, intent.id));
}

/** Entries that the storage has just got are given what the namespace says of them; else the next sync would take the storage's word for it. */
export async function handOnOwnership(context: FileSystemContext, ufs: Ufs, ids: readonly number[]): Promise<void> {
  if (!ufs.capabilities.ownership) return;
  for (const id of ids) {
    const { inode, key } = context.journal.read((view) => ({ inode: view.locate(id)?.inode, key: mountOfInode(view, id)?.key }));
    if (inode === undefined || key === undefined) continue;
    await handOn(ufs, key, inode).catch((error: unknown) => {
      // Somebody has removed or renamed it since, as he may: what was done before is done.
      if (!hasCode(error, 'NOT_FOUND')) throw error;
    });
  }
}

async function handOn(ufs: Ufs, key: string, inode: InodeRecord): Promise<void> {
  await giveAway(ufs, key, { owner: inode.owner });
  await giveAway(ufs, key, { group: inode.group });
  await ufs.setOwnership(key, { mode: inode.mode });
}

/** As far as it goes: a user of the namespace need not exist on this host, and only root may give away. */
async function giveAway(ufs: Ufs, key: string, change: Ownership): Promise<void> {
  try {
    await ufs.setOwnership(key, change);
  } catch (error) {
    if (!hasCode(error, 'INVALID_ARGUMENT') && !hasCode(error, 'PERMISSION_DENIED')) throw error;
  }
}
