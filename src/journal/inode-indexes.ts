/** What the attributes of an inode say to the indexes. */
import type { InodeRecord } from './records.ts';

export function expiryOf(inode: InodeRecord | undefined): number | undefined {
  return inode === undefined || inode.ttlMs < 0 ? undefined : inode.createdMs + inode.ttlMs;
}

export function waits(inode: InodeRecord): boolean {
  return !inode.directory && inode.persistence === 'TO_BE_PERSISTED';
}
