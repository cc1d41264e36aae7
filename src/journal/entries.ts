/**
 * The closed set of log entries. Each is self-contained data: ids, times and random values are decided before and written here, so that a replay
 * needs nothing else. What stands in `before`, `from` and `lost` changes no state: it is there for those who read the log, to undo. Totals of ancestors, the TTL index, the to-be-persisted index, cachedBytes and usage are consequences that apply() keeps.
 */
import type { Repair } from './audit/findings.ts';
import type { BlockRecord, InodeRecord, IntentRecord, MountRecord, SyncRecord } from './records.ts';

/** Changes to an inode's attributes; what is absent stays. `length` may change only together with dropping its blocks. */
export type InodeChange = Partial<Omit<InodeRecord, 'id' | 'directory' | 'cachedBytes'>>;

export interface FoundInode {
  readonly name: string;
  readonly inode: InodeRecord;
}

export type Entry =
  /** A new inode. The name must be free. */
  | { readonly type: 'inode-created'; readonly parentId: number; readonly name: string; readonly inode: InodeRecord }
  /** What a listing of the under storage named in one directory: as many `inode-created`. One record for some, since a bucket has millions. */
  | { readonly type: 'inodes-found'; readonly parentId: number; readonly found: readonly FoundInode[] }
  /** `before`: a user's command changed it, and this is how it was. */
  | { readonly type: 'inode-changed'; readonly id: number; readonly change: InodeChange; readonly before?: InodeChange }
  /** Moves an inode with all below it: rename, and into LIMBO_ID (under a name made of its id) to detach. `from`: a user's command moved or removed it, from here. */
  | { readonly type: 'inode-moved'; readonly id: number; readonly toParentId: number; readonly toName: string; readonly from?: { readonly parentId: number; readonly name: string } }
  /** Removes one inode; a directory must have no children. Its block records go with it (their files are the cache's to unlink, before or after). */
  | { readonly type: 'inode-removed'; readonly id: number }
  /** Bytes promised in a cache directory; must fit its quota, which the caller checked in this transaction. */
  | { readonly type: 'space-reserved'; readonly directory: number; readonly bytes: number }
  | { readonly type: 'space-released'; readonly directory: number; readonly bytes: number }
  /** A block is in the cache; replaces an older record of the same block. */
  | { readonly type: 'block-added'; readonly block: BlockRecord }
  | { readonly type: 'block-removed'; readonly fileId: number; readonly index: number }
  | { readonly type: 'block-used'; readonly fileId: number; readonly index: number; readonly usedMs: number }
  | { readonly type: 'mount-added'; readonly mount: MountRecord }
  /** Replaces flags, options or (root mount only) the URI. `before`: what it was, without secrets. */
  | { readonly type: 'mount-changed'; readonly mount: MountRecord; readonly before?: MountRecord }
  /** `before`: what it was, without secrets. `lost`: a file that was only in the cache, and went with it. */
  | { readonly type: 'mount-removed'; readonly id: number; readonly before?: MountRecord; readonly lost?: string }
  | { readonly type: 'intent-opened'; readonly intent: IntentRecord }
  /** Replaces the record: progress of a long operation, or another owner that took it over. */
  | { readonly type: 'intent-changed'; readonly intent: IntentRecord }
  | { readonly type: 'intent-closed'; readonly id: number }
  /** Adds or replaces the sync record of an inode. */
  | { readonly type: 'sync-set'; readonly sync: SyncRecord }
  | { readonly type: 'sync-cleared'; readonly id: number }
  | { readonly type: 'path-defaults-set'; readonly path: string; readonly properties: Readonly<Record<string, string>> }
  | { readonly type: 'fact-set'; readonly name: string; readonly value: string }
  /** Written by allocate(): the sequence's new value. */
  | { readonly type: 'sequence-moved'; readonly next: number }
  /** `alluxio fsck --repair`: a record becomes what the others say. Where nothing is wrong it changes nothing. */
  | { readonly type: 'record-repaired'; readonly repair: Repair };

export type EntryType = Entry['type'];
