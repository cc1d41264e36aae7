/** One path's status, checked for the acting user. */
import type { View } from '../journal/journal.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { READ, requireAccess } from '../namespace/permissions.ts';
import { deepest, existing, notFound, resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { FileStatus, SyncOptions } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { StatusView } from './status-view.ts';

/** @throws NOT_FOUND, PERMISSION_DENIED */
export async function statusOf(context: FileSystemContext, path: AlluxioPath, options?: SyncOptions): Promise<FileStatus> {
  await lookUp(context, path, options);
  return context.journal.read((view) => readStatus(context, view, path));
}

export function readStatus(context: FileSystemContext, view: View, path: AlluxioPath): FileStatus {
  const resolution = resolve(view, path);
  requireAccess(view, context.subject, { chain: resolution.chain, path }, 0);
  if (resolution.missing.length > 0) throw notFound(path);
  const { mount, key } = mountOf(view, resolution);
  const { inode, name } = deepest(resolution);
  return new StatusView(path, name, inode, { place: { mount, key }, childCount: inode.directory ? view.totals(inode.id).children : 0, self: true });
}

/** The path's inode, after a permission check. @throws NOT_FOUND, PERMISSION_DENIED */
export function checked(context: FileSystemContext, view: View, path: AlluxioPath, bits: number) {
  const found = existing(view, path);
  requireAccess(view, context.subject, { chain: found.chain, path }, found.target.inode.directory ? bits : bits & READ);
  return found;
}

/** All bytes of a file are cached. */
export function isFullyCached(status: Pick<FileStatus, 'length' | 'cachedBytes'>): boolean {
  return status.cachedBytes >= status.length;
}
