/** Deciding a removal, detaching what is removed, and purging it piece by piece. */
import { AlluxioError } from '../errors.ts';
import type { Child, Transaction, View } from '../journal/journal.ts';
import { LIMBO_ID } from '../journal/journal.ts';
import type { BlockRecord, InodeRecord, LeaseTarget } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT } from '../uri.ts';
import { requireFree } from './leases.ts';
import type { MountedPath } from './mount-table.ts';
import { mountOf, mountPoints, mountsBelow, refuseReadOnly } from './mount-table.ts';
import type { Subject } from './permissions.ts';
import { READ, requireAccess, requireParentAccess } from './permissions.ts';
import { existing } from './resolve.ts';

export interface RemovePlan {
  readonly target: Child;
  readonly mounted: MountedPath;
  /** Something of it is in the under storage. */
  readonly persisted: boolean;
  readonly lease: LeaseTarget;
}

export interface RemoveInput {
  readonly path: AlluxioPath;
  readonly recursive: boolean;
  readonly alluxioOnly: boolean;
  readonly deleteMountPoint: boolean;
  readonly ownIntent?: number | undefined;
  /** The user may remove it: a part of a tree whose permissions were checked as a whole. */
  readonly permitted?: boolean;
}

/** The path, if it may be removed; nothing below it is asked. @throws as sheet `rm` */
export function removable(view: View, subject: Subject, input: RemoveInput): { target: Child; parents: readonly Child[]; mounted: MountedPath } {
  const { path } = input;
  const { target, chain } = existing(view, path);
  // Alluxio's shell looks whether it is a directory, and that is reading.
  if (!input.recursive) requireAccess(view, subject, { chain, path }, READ);
  if (path === ROOT && input.recursive) throw new AlluxioError('FAILED_PRECONDITION', 'Cannot delete the root directory', { path });
  if (target.inode.directory && !input.recursive) {
    throw new AlluxioError('IS_A_DIRECTORY', `${path} is a directory, to remove it, please use "rm -R <path>"`, { path });
  }
  if (input.permitted !== true) requireParentAccess(view, subject, { path, chain, missing: [] });
  const mounted = mountOf(view, { path, chain, missing: [] });
  const points = mountsBelow(view, path);
  const contains = target.inode.mountId !== 0 || points.length > 0;
  if (contains) {
    const readOnly = input.deleteMountPoint && input.alluxioOnly ? [] : readOnlyAmong(view, points);
    if (readOnly.length > 0) throw readOnlyBelow(path, readOnly);
    if (!input.deleteMountPoint) throw new AlluxioError('FAILED_PRECONDITION', `Cannot delete path ${path} which is or contains a mount point without --deleteMountPoint/-m option specified`, { path });
  }
  if (!input.alluxioOnly) refuseReadOnly(mounted, path);
  return { target, parents: chain.slice(0, -1), mounted };
}

/** @throws as sheet `rm`; LeaseConflict */
export function planRemove(view: View, subject: Subject, input: RemoveInput): RemovePlan {
  const { target, parents, mounted } = removable(view, subject, input);
  const lease: LeaseTarget = { parentId: target.parentId, name: target.name, scope: 'tree' };
  requireFree(view, lease, parents, input.ownIntent);
  return { target, mounted, persisted: target.inode.persistence === 'PERSISTED', lease };
}

function readOnlyAmong(view: View, points: readonly AlluxioPath[]): AlluxioPath[] {
  return mountPoints(view).filter((point) => points.includes(point.path) && point.mount.readOnly).map((point) => point.path);
}

function readOnlyBelow(path: AlluxioPath, points: readonly AlluxioPath[]): AlluxioError {
  const reasons = points.map((point) => `${point} (A write operation on ${point} under a readonly mount point ${point} is not allowed)`);
  return new AlluxioError('READ_ONLY', `Cannot delete directory ${path}. Failed to delete children: ${reasons.join(', ')}`, { path });
}

/** Takes an inode, with all below it, out of the namespace in one step. `from`: where it was, when a user removes it. */
export function detach(tx: Transaction, id: number, from?: { readonly parentId: number; readonly name: string }): void {
  const place = from === undefined ? {} : { from: { parentId: from.parentId, name: from.name } };
  tx.append({ type: 'inode-moved', id, toParentId: LIMBO_ID, toName: String(id), ...place });
}

/** Puts a detached inode back where it was. */
export function reattach(tx: Transaction, id: number, place: { parentId: number; name: string }): void {
  tx.append({ type: 'inode-moved', id, toParentId: place.parentId, toName: place.name });
}

/**
 * Removes up to `limit` inodes of a detached tree, leaves first, and the mounts that are there. Returns their blocks, whose files are to be unlinked, and whether the
 * tree is gone.
 */
export function purgeSome(tx: Transaction, id: number, limit: number): { blocks: BlockRecord[]; done: boolean } {
  const blocks: BlockRecord[] = [];
  let left = limit;
  const purge = ({ id: inodeId, directory, mountId }: InodeRecord): boolean => {
    while (directory && left > 0) {
      const children = tx.children(inodeId, { limit: Math.min(left, 500) });
      if (children.length === 0) break;
      for (const child of children) if (!purge(child.inode)) return false;
    }
    if (left <= 0) return false;
    blocks.push(...(directory ? [] : tx.blocks(inodeId)));
    // An unmount has taken it away before.
    if (mountId !== 0 && tx.mount(mountId) !== undefined) tx.append({ type: 'mount-removed', id: mountId });
    tx.append({ type: 'inode-removed', id: inodeId });
    left--;
    return true;
  };
  const root = tx.locate(id);
  if (root === undefined) return { blocks, done: true };
  return { blocks, done: purge(root.inode) };
}

/** The mount of an intent's key, or undefined when it was unmounted meanwhile. */
export function mountIfThere(view: View, id: number) {
  return view.mount(id);
}

/** Removes the given inodes of a detached tree where they are leaves. Returns their blocks. */
export function removeEmpty(tx: Transaction, ids: readonly number[]): BlockRecord[] {
  const blocks: BlockRecord[] = [];
  for (const id of ids) {
    const child = tx.locate(id);
    if (child === undefined || (child.inode.directory && tx.children(id, { limit: 1 }).length > 0)) continue;
    if (!child.inode.directory) blocks.push(...tx.blocks(id));
    tx.append({ type: 'inode-removed', id });
  }
  return blocks;
}
