/** Looking: what is there, and what the shell shows about it. */
import type { AclEntry, PersistenceState, TtlAction } from '../../journal/records.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { Problem } from './storage.ts';

/** Everything the shell shows about one path (`ls`, `stat`). */
export interface FileStatus {
  readonly id: number;
  readonly path: AlluxioPath;
  /** Last component; '' for the root. */
  readonly name: string;
  readonly directory: boolean;
  /** Bytes; 0 for a directory. */
  readonly length: number;
  readonly blockSize: number;
  /** Direct children known to the namespace; 0 for a file. */
  readonly childCount: number;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly accessedMs: number;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  /** ACL beyond the three base entries, which the mode holds: named entries, then their mask. */
  readonly acl: readonly AclEntry[];
  /** A directory's default ACL with its base entries; empty: none. */
  readonly defaultAcl: readonly AclEntry[];
  readonly persistence: PersistenceState;
  readonly pinned: boolean;
  readonly pinnedMedia: readonly string[];
  /** Milliseconds after creation, -1 for none. */
  readonly ttlMs: number;
  readonly ttlAction: TtlAction;
  readonly replicationMin: number;
  readonly replicationMax: number;
  /** Bytes held by the local cache. */
  readonly cachedBytes: number;
  readonly mountPoint: boolean;
  readonly mountId: number;
  /** Where it is, or would be, in the under storage. */
  readonly ufsPath: string;
  readonly fingerprint: string;
  readonly crc64: string | undefined;
  /** Directories: its children have been read from the under storage. */
  readonly childrenLoaded: boolean;
}

export interface BlockInfo {
  readonly id: number;
  readonly index: number;
  readonly length: number;
  /** Tier alias where it is cached, else undefined. */
  readonly tier: string | undefined;
}

/** Totals below a directory (itself not counted) or of one file; kept by the journal, so reading them costs one look-up. */
export interface Totals {
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  readonly cachedBytes: number;
}

/** How to look at the under storage before answering; each defaults to the configuration. */
export interface SyncOptions {
  readonly loadType?: 'ONCE' | 'ALWAYS' | 'NEVER';
  /** Milliseconds; -1 never, 0 always. */
  readonly syncIntervalMs?: number;
}

/** How to look at a whole tree. */
export interface TreeOptions extends SyncOptions {
  /** Told of each mount below the path whose storage does not answer; all else is gone through as ever. Without it the first of them is thrown. */
  onProblem?(problem: Problem): void;
}

export interface ListOptions extends TreeOptions {
  readonly recursive?: boolean;
  readonly signal?: AbortSignal;
  /** The statuses cannot tell `fingerprint` and `crc64`, and come in two thirds of the time. */
  readonly brief?: boolean;
}

export interface KnownName {
  readonly name: string;
  readonly directory: boolean;
}

export interface PageRange {
  readonly limit: number;
  /** Begins after this name. */
  readonly after?: string;
  /** Begins at this name, or where it would be. */
  readonly from?: string;
  /** Ends before this name. */
  readonly before?: string;
  /** Begins at this position, from 0: for whoever knows no name. */
  readonly offset?: number;
}

export interface EntryPage {
  readonly entries: readonly FileStatus[];
  /** The last name of this page, when more come after it. */
  readonly next: string | undefined;
  /** The first name of this page, when there are others before it. */
  readonly previous: string | undefined;
}

export interface Entries {
  /** @throws NOT_FOUND `Path "<plain>" does not exist.` */
  status(path: AlluxioPath, options?: SyncOptions): Promise<FileStatus>;
  exists(path: AlluxioPath, options?: SyncOptions): Promise<boolean>;
  /**
   * Batches of children (or all descendants, each directory before its content) in name order, each entry once. A file lists as itself.
   * Streams: the first batch comes at once when metadata is loaded, memory holds one batch. @throws NOT_FOUND
   */
  list(path: AlluxioPath, options?: ListOptions): AsyncIterable<readonly FileStatus[]>;
  /**
   * One page of a directory's children in name order, read from where it begins: page one thousand costs what page one does. A file is a page of itself.
   * @throws NOT_FOUND
   */
  page(path: AlluxioPath, range: PageRange, options?: SyncOptions): Promise<EntryPage>;
  /** Paths that match a pattern whose only metacharacter is `*` (sheet §1.3), ascending. A pattern without `*` is returned as it is, unchecked. */
  glob(pattern: AlluxioPath): Promise<AlluxioPath[]>;
  /** Loads missing metadata below the path once, then answers from kept totals. @throws NOT_FOUND */
  totals(path: AlluxioPath, options?: TreeOptions): Promise<Totals>;
  blocks(path: AlluxioPath): Promise<BlockInfo[]>;
  /** The known names in a directory that begin so, in name order; undefined when there are more than `limit`. Never asks the under storage, changes nothing. @throws NOT_FOUND */
  known(directory: AlluxioPath, wanted: { prefix: string; limit: number }): Promise<readonly KnownName[] | undefined>;
  /** Reads metadata from the under storage: ALWAYS, or with `force` as sync interval 0. */
  loadMetadata(path: AlluxioPath, options: { recursive: boolean; force: boolean }): Promise<void>;
}
