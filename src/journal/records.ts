/** What the journal's state tables hold, as values. Encodings are in codec.ts, keys in keys.ts. */

export type PersistenceState = 'NOT_PERSISTED' | 'TO_BE_PERSISTED' | 'PERSISTED' | 'LOST';
export type TtlAction = 'DELETE' | 'FREE';

export interface AclEntry {
  readonly type: 'user' | 'group' | 'mask' | 'other';
  /** '' for the owner's, the owning group's, mask and other entries. */
  readonly subject: string;
  /** rwx bits, 0-7. */
  readonly bits: number;
}

/** An inode's attributes; its name and parent are its key. */
export interface InodeRecord {
  readonly id: number;
  readonly directory: boolean;
  /** Bytes; 0 for a directory. */
  readonly length: number;
  readonly blockSize: number;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly accessedMs: number;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  readonly persistence: PersistenceState;
  readonly pinned: boolean;
  readonly pinnedMedia: readonly string[];
  /** Milliseconds after creation; -1 none. */
  readonly ttlMs: number;
  readonly ttlAction: TtlAction;
  readonly replicationMin: number;
  /** -1 unlimited. */
  readonly replicationMax: number;
  /** Bytes of its blocks that are cached; kept by apply() from block entries. */
  readonly cachedBytes: number;
  readonly acl: readonly AclEntry[];
  readonly defaultAcl: readonly AclEntry[];
  /** UfsStatus.contentHash when last seen in the under storage; '' if never. */
  readonly contentHash: string;
  /** Unsigned decimal CRC-64/XZ, '' when unknown. */
  readonly crc64: string;
  /** Directories: children have been read from the under storage. */
  readonly childrenLoaded: boolean;
  /** When its children (directory) or it (file) were last compared with the under storage; 0 never. */
  readonly syncedMs: number;
  /** The mount whose root this directory is; 0 when it is none. The root directory carries mount 1. */
  readonly mountId: number;
}

/** Totals of a directory over everything below it, and its direct children. */
export interface TotalsRecord {
  readonly children: number;
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  readonly cachedBytes: number;
  /** Directories below it (itself not counted) whose children have not been loaded: 0 and itself loaded means that the totals are complete. */
  readonly unloaded: number;
}

export interface BlockRecord {
  readonly fileId: number;
  readonly index: number;
  /** Bytes. */
  readonly length: number;
  /** Position of the cache directory in the configured list. */
  readonly directory: number;
  /** Of each MiB of the block, in order: the low 32 bits of XXH64. */
  readonly checksums: readonly number[];
  /** Last use as the eviction order knows it, ms; refreshed lazily. */
  readonly usedMs: number;
}

export interface MountRecord {
  readonly id: number;
  /** Inode of the directory it is mounted at. */
  readonly inodeId: number;
  readonly ufsUri: string;
  readonly readOnly: boolean;
  readonly shared: boolean;
  /** In clear: the store is 0700. Prefer references (`env:NAME`, `file:PATH`). */
  readonly properties: Readonly<Record<string, string>>;
}

/** A living or dead process: pids are reused, so start time and boot belong to it. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Start time of the process in clock ticks since boot (Linux) or ms; 0 where unknown. */
  readonly startedAt: number;
  readonly bootId: string;
  readonly command: string;
}

/** A path whose metadata is to be compared with the under storage again by whoever comes by; it covers everything below. */
export interface SyncRecord {
  /** The inode that it hangs at; it goes with it. */
  readonly id: number;
  /** Under automatic sync: compared again whenever the last comparison is older than the interval. */
  readonly automatic: boolean;
  /** Compared before this time means due; 0 asks for nothing. */
  readonly neededMs: number;
  /** Of an automatic one: the first comparison of the whole tree, and who makes it. */
  readonly initial: 'SKIPPED' | 'RUNNING' | 'DONE';
  readonly owner: Owner;
}

/** A lease is on a path by inode: nothing at or below (`tree`) or exactly at (`entry`) it may be changed by others. */
export interface LeaseTarget {
  readonly parentId: number;
  readonly name: string;
  readonly scope: 'entry' | 'tree';
}

/** How to finish or undo a long operation whose process died. */
export interface IntentRecord {
  readonly id: number;
  readonly owner: Owner;
  readonly user: string;
  readonly startedMs: number;
  readonly leases: readonly LeaseTarget[];
  /** Cache space that is promised to it; released with it. */
  readonly reserved: readonly { readonly directory: number; readonly bytes: number }[];
  readonly work: IntentWork;
  /** Somebody waits for what it holds: an owner that can (a resident) gives it up. */
  readonly wanted?: true;
  /** Of nobody's work: whoever just comes by leaves it alone until then, because its storage did not answer. */
  readonly notBeforeMs?: number;
}

export type IntentWork =
  /** A file being written. Its process died: drop its blocks, abandon its upload; an object that is complete becomes a file. */
  | { readonly kind: 'write'; readonly fileId: number; readonly mountId: number; readonly key: string; readonly through: boolean }
  /** Small files being written together, in the order of the leases. Died: as with `write`, for each of them. */
  | { readonly kind: 'writes'; readonly mountId: number; readonly through: boolean; readonly files: readonly { readonly fileId: number; readonly key: string }[] }
  /** A file being uploaded from the cache. Died: abandon the upload; the file stays to be persisted. `background`: by a resident, who gives way. */
  | { readonly kind: 'persist'; readonly fileId: number; readonly mountId: number; readonly key: string; readonly background?: true }
  /**
   * A rename of something persisted. `copy`: the namespace shows the old place; died: undo, or, where the store renames atomically, look which side it is on.
   * `delete`: the namespace shows the new place; died: finish deleting the old keys.
   */
  | { readonly kind: 'rename'; readonly inodeId: number; readonly mountId: number; readonly fromParentId?: number; readonly fromKey: string; readonly toKey: string; readonly toParentId: number; readonly toName: string; readonly phase: 'copy' | 'delete' }
  /** Directories being made in the storage, `levels` of them, `key` the deepest. Died: those that the namespace does not have go again. */
  | { readonly kind: 'make'; readonly mountId: number; readonly key: string; readonly levels: number }
  /** Owner, group or mode being changed in storages that keep them. Died: they get what the namespace says. */
  | { readonly kind: 'own'; readonly inodeIds: readonly number[] }
  /** A removal being checked: nothing has changed. Died: nothing to do. */
  | { readonly kind: 'remove' }
  /** A removal that has left the namespace: the inodes hang in limbo. Died: delete the keys (all below the key when `unchecked`), purge the inodes. */
  | { readonly kind: 'delete'; readonly inodeId: number; readonly parentId: number; readonly name: string; readonly mountId: number; readonly key: string; readonly directory: boolean; readonly unchecked: boolean }
  /** Detached inodes to purge with their cached blocks (unmount, rm --alluxioOnly, replaced by a sync). */
  | { readonly kind: 'purge'; readonly inodeId: number }
  /** Blocks being cached for a read or load. Died: drop what was promised and the temporary files. */
  | { readonly kind: 'cache'; readonly fileId: number }
  /**
   * Blocks whose records are gone and whose files are being unlinked; then the rest of the detached inode (0: none) is purged. `beforeMs`: and all files of the cache that
   * were last touched before then, which belong to a journal that this one has replaced.
   */
  | { readonly kind: 'evict'; readonly blocks: readonly { readonly fileId: number; readonly index: number; readonly directory: number }[]; readonly thenPurge: number; readonly beforeMs?: number };
