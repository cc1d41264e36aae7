/** Times to live: when an inode's is over, and what becomes of it then. */
import type { Child } from '../journal/journal.ts';
import type { InodeChange } from '../journal/entries.ts';
import type { InodeRecord } from '../journal/records.ts';

/** It counts from the creation. */
export function isExpired(inode: InodeRecord, nowMs: number): boolean {
  return inode.ttlMs >= 0 && inode.createdMs + inode.ttlMs <= nowMs;
}

/** `chain`: from the root to a path. */
export function holdsExpired(chain: readonly Child[], nowMs: number): boolean {
  return chain.some(({ inode }) => isExpired(inode, nowMs));
}

/** What FREE leaves: nothing pinned, nothing to expire any more. */
export const FREED: InodeChange = Object.freeze({ pinned: false, pinnedMedia: [], replicationMin: 0, ttlMs: -1, ttlAction: 'DELETE' });

/** The expiry comes again later. */
export function postponed(inode: InodeRecord, untilMs: number): InodeChange {
  return { ttlMs: Math.max(0, Math.floor(untilMs - inode.createdMs)) };
}
