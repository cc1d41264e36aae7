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
  return context.journal.read((view) => {
    checked(context, view, path, READ);
    return readStatus(view, path);
  });
}

/** Unchecked: for a path that the caller made or may read. @throws NOT_FOUND */
export function readStatus(view: View, path: AlluxioPath): FileStatus {
  const { target, chain } = existing(view, path);
  const { mount, key } = mountOf(view, { path, chain, missing: [] });
  const { inode, name } = target;
  return new StatusView(path, name, inode, { place: { mount, key }, childCount: inode.directory ? view.totals(inode.id).children : 0, self: true });
}

/** The path's inode, after a permission check; for a path that does not exist, the last directory that does is asked. @throws PERMISSION_DENIED, NOT_FOUND */
export function checked(context: FileSystemContext, view: View, path: AlluxioPath, bits: number) {
  const resolution = resolve(view, path);
  requireAccess(view, context.subject, resolution, bits);
  if (resolution.missing.length > 0) throw notFound(path);
  return { target: deepest(resolution), chain: resolution.chain };
}

/** All bytes of a file are cached. */
export function isFullyCached(status: Pick<FileStatus, 'length' | 'cachedBytes'>): boolean {
  return status.cachedBytes >= status.length;
}
