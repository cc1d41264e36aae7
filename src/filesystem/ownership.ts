/** Owner, group and mode of persisted paths follow in storages that keep them. */
import { hasCode } from '../errors.ts';
import type { Child } from '../journal/journal.ts';
import type { InodeRecord } from '../journal/records.ts';
import { mountOfInode } from '../namespace/mount-table.ts';
import type { Ufs } from '../ufs/ufs.ts';
import type { FileSystemContext } from './context.ts';
import { forEachParallel } from './parallel.ts';

export interface Ownership {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
}

const AT_ONCE = 16;

/** Hands on what changes of each inode; nothing for object stores and read-only mounts. */
export async function pushOwnership(context: FileSystemContext, children: readonly Child[], changeOf: (child: Child) => Ownership): Promise<void> {
  // Object stores keep no owners: no driver needs to be loaded to learn it.
  if (context.journal.read((view) => view.mounts()).every((mount) => mount.ufsUri.startsWith('oss:'))) return;
  const persisted = children.filter(({ inode }) => inode.persistence === 'PERSISTED');
  await forEachParallel(persisted, AT_ONCE, async (child) => {
    const change = changeOf(child);
    if (change.owner === undefined && change.group === undefined && change.mode === undefined) return;
    const at = context.journal.read((view) => mountOfInode(view, child.inode.id));
    if (at === undefined || at.mount.readOnly) return;
    const ufs = await context.ufs(at.mount);
    if (ufs.capabilities.ownership) await ufs.setOwnership(at.key, change);
  });
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
