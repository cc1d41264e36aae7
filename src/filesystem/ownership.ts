/** Owner, group and mode of persisted paths follow in storages that keep them. */
import type { Child } from '../journal/journal.ts';
import { mountOfInode } from '../namespace/mount-table.ts';
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
