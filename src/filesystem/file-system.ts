/**
 * The file system: what users do, in groups of operations. Commands talk to this page and to nothing below it.
 *
 * Rules for all of them
 * - A path is plain and absolute (uri.ts). Permission is checked for the acting user; a refusal changes nothing.
 * - Messages of thrown errors are Alluxio's (sheet fs-commands.md §1.14), ready to be printed.
 * - Whatever a method acknowledged (its promise resolved) survives `kill -9`. What it did not acknowledge is there whole or not at all:
 *   long work runs as intent, work, commit (design.md §4), and the next command finishes or undoes what a dead process left.
 * - An abort signal ends the work early with CANCELLED, the intent undone.
 * - Multi-path work goes on after a failure, reports each path through `onProblem`, and leaves the verdict to the caller.
 */
import type { Admin } from './admin.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { AlluxioPath, UfsUri } from '../uri.ts';
import type { LogRecord } from '../journal/journal.ts';
import type { AclEntry, PersistenceState, TtlAction } from '../journal/records.ts';
import type { AclChange } from '../namespace/acl.ts';
import type { Progress } from '../terminal/progress.ts';

export type { AclEntry, PersistenceState, TtlAction } from '../journal/records.ts';
export type { LogRecord } from '../journal/journal.ts';
export type { AclAction, WantedEntry } from '../namespace/acl.ts';

export const WRITE_TYPES = ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH', 'TRY_CACHE', 'NONE'] as const;
export type WriteType = (typeof WRITE_TYPES)[number];
export const READ_TYPES = ['CACHE', 'CACHE_PROMOTE', 'NO_CACHE'] as const;
export type ReadType = (typeof READ_TYPES)[number];

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

export interface ListOptions extends SyncOptions {
  readonly recursive?: boolean;
  readonly signal?: AbortSignal;
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
}

export interface EntryPage {
  readonly entries: readonly FileStatus[];
  /** The last name of this page, when more come after it. */
  readonly next: string | undefined;
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
  totals(path: AlluxioPath): Promise<Totals>;
  blocks(path: AlluxioPath): Promise<BlockInfo[]>;
  /** The known names in a directory that begin so, in name order; undefined when there are more than `limit`. Never asks the under storage, changes nothing. @throws NOT_FOUND */
  known(directory: AlluxioPath, wanted: { prefix: string; limit: number }): Promise<readonly KnownName[] | undefined>;
  /** Reads metadata from the under storage: ALWAYS, or with `force` as sync interval 0. */
  loadMetadata(path: AlluxioPath, options: { recursive: boolean; force: boolean }): Promise<void>;
}

export interface AttributeChange {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  readonly pinned?: boolean;
  readonly pinnedMedia?: readonly string[];
  readonly ttl?: { readonly ms: number; readonly action: TtlAction };
  readonly replicationMin?: number;
  readonly replicationMax?: number;
  readonly recursive?: boolean;
}

export interface AclRequest extends AclChange {
  readonly recursive?: boolean;
}

export interface DeleteOptions {
  readonly recursive: boolean;
  /** Skip the check that the under storage holds nothing unknown. Default from the configuration. */
  readonly unchecked?: boolean;
  readonly alluxioOnly?: boolean;
  /** Also remove mount points below (`rm -R -m`). */
  readonly deleteMountPoint?: boolean;
  readonly signal?: AbortSignal;
}

export interface Changes {
  /** Creates missing parents when `recursive`. @throws ALREADY_EXISTS `Not allowed to create directory because path already exists: <plain>` … */
  makeDirectory(path: AlluxioPath, options: { recursive: boolean; writeType?: WriteType; mode?: number }): Promise<void>;
  /** @throws as sheet fs-commands.md `mv`, in that order of checks. */
  rename(from: AlluxioPath, to: AlluxioPath, signal?: AbortSignal): Promise<void>;
  /** @throws as sheet `rm`. */
  delete(path: AlluxioPath, options: DeleteOptions): Promise<void>;
  setAttributes(path: AlluxioPath, change: AttributeChange): Promise<void>;
  /** @throws as sheet `setfacl`; with `recursive` all below is changed, or nothing is. */
  setAcl(path: AlluxioPath, request: AclRequest): Promise<void>;
}

export interface CreateOptions {
  readonly writeType?: WriteType;
  readonly blockSize?: number;
  /** Total bytes if known. */
  readonly size?: number;
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly acl?: readonly AclEntry[];
  readonly signal?: AbortSignal;
}

export interface OpenOptions {
  readonly offset?: number;
  readonly length?: number;
  readonly readType?: ReadType;
  readonly signal?: AbortSignal;
}

export interface Content {
  /**
   * Creates a file from the source; the path shows it only when all bytes are safe where the write type wants them. The parent must exist
   * (`File <plain> creation failed. Component <i>(<name>) does not exist`). ASYNC_THROUGH persists before this resolves when no master runs.
   * @throws ALREADY_EXISTS `Not allowed to create file because path already exists: <plain>`
   */
  create(path: AlluxioPath, source: AsyncIterable<Uint8Array>, options?: CreateOptions): Promise<FileStatus>;
  /** The bytes, from the cache where it has them, else from the under storage, filling the cache as the read type says. @throws NOT_FOUND, IS_A_DIRECTORY `Path "<plain>" must be a file.` */
  open(path: AlluxioPath, options?: OpenOptions): Promise<ByteStream>;
}

export interface MountOptions {
  readonly readOnly: boolean;
  readonly shared: boolean;
  /** Properties of this mount, in clear; kept by the journal only. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface MountPoint {
  readonly id: number;
  readonly path: AlluxioPath;
  readonly ufsUri: UfsUri;
  /** `oss`, `local`. */
  readonly type: string;
  readonly readOnly: boolean;
  readonly shared: boolean;
  /** Credentials masked. */
  readonly properties: Readonly<Record<string, string>>;
  /** Bytes, undefined where unknown. */
  readonly space: { readonly capacity: number; readonly used: number } | undefined;
}

export interface Mounts {
  /** Sorted by path. `space: true` asks each storage. */
  list(options?: { space?: boolean }): Promise<MountPoint[]>;
  /** @throws as sheet configuration-and-ufs.md §4.2, in that order. */
  mount(path: AlluxioPath, uri: UfsUri, options: MountOptions): Promise<void>;
  unmount(path: AlluxioPath): Promise<void>;
  update(path: AlluxioPath, options: MountOptions): Promise<void>;
}

export type Problem = { readonly path: string; readonly error: Error };

export interface CopyReport {
  /** One file done: names as the command prints them. */
  onCopied(from: string, to: string): void;
  onDirectory(path: string): void;
  onProblem(problem: { from: string; to: string; error: Error }): void;
  readonly progress?: Progress;
}

export interface TransferOptions {
  /** Files at once; default `alluxio.user.transfer.threads`. */
  readonly parallel?: number;
  readonly preserve?: boolean;
  readonly recursive?: boolean;
  readonly writeType?: WriteType;
  readonly readType?: ReadType;
  readonly signal?: AbortSignal;
}

/** What the job service copies with. */
export interface MigrateOptions extends TransferOptions {
  /** Files that exist at the target are replaced; else each is a problem. */
  readonly overwrite: boolean;
}

export interface Storage {
  /** Caches every block below the path. `onFile` after each entry, children before their directory; `alreadyCached` when nothing had to be read. */
  load(path: AlluxioPath, options: { onEntry(status: FileStatus, alreadyCached: boolean): void; onProblem(p: Problem): void; progress?: Progress; signal?: AbortSignal }): Promise<void>;
  /** @throws FAILED_PRECONDITION with the sheet's two texts (not persisted; pinned). */
  free(path: AlluxioPath, options: { forced: boolean }): Promise<void>;
  /** Drops every cached block that the under storage has a copy of, pinned ones too (the pins stay). The superuser's. @throws PERMISSION_DENIED */
  freeAll(): Promise<{ readonly freedBytes: number; readonly keptBytes: number }>;
  /** Files below the path that are not in the under storage. */
  pending(path: AlluxioPath): AsyncIterable<readonly FileStatus[]>;
  /** Persists one file and its ancestors; fine when it is persisted already. @throws what went wrong */
  persist(path: AlluxioPath, options?: { signal?: AbortSignal; progress?: Progress }): Promise<void>;
  capacity(): Promise<TierUsage[]>;
}

export interface TierUsage {
  readonly tier: string;
  readonly directories: readonly { readonly path: string; readonly capacity: number; readonly used: number }[];
}

/** A path under automatic sync. */
export interface SyncPoint {
  readonly path: AlluxioPath;
  /** The first comparison of the whole tree. */
  readonly initial: 'SKIPPED' | 'RUNNING' | 'DONE';
}

/** Keeping metadata and under storage true to each other. */
export interface Syncing {
  /** Persisted paths at and below that the under storage has otherwise or not at all, ascending. Changes nothing. @throws NOT_FOUND */
  inconsistencies(path: AlluxioPath, signal?: AbortSignal): Promise<AlluxioPath[]>;
  /** Drops what is known of each path, with its cached blocks, and reads it again; never touches the under storage, never loses what is only here. */
  repair(paths: readonly AlluxioPath[], options: { threads: number; onRepaired(path: AlluxioPath, directory: boolean): void; onProblem(p: Problem): void; signal?: AbortSignal }): Promise<void>;
  /** Sorted by path. */
  points(): Promise<SyncPoint[]>;
  /** Compares the tree now, and from now on whenever a command comes by and the last look is older than the interval. @throws NOT_A_DIRECTORY, FAILED_PRECONDITION when it is a sync point already */
  start(path: AlluxioPath): Promise<void>;
  /** @throws FAILED_PRECONDITION when it is no sync point */
  stop(path: AlluxioPath): Promise<void>;
  /** The next access to the path or anything below compares it. */
  mark(path: AlluxioPath): Promise<void>;
  /** False: the next listing asks the under storage for children that are not known yet. @throws NOT_A_DIRECTORY */
  setChildrenLoaded(path: AlluxioPath, loaded: boolean): Promise<void>;
}

/** What a file has in the cache, by use: the longest unused first. */
export interface CachedPage {
  readonly files: readonly FileStatus[];
  /** Where the next page begins; undefined when there is none. */
  readonly next: string | undefined;
}

/** A long operation under way, or left by a process that died. */
export interface OpenOperation {
  readonly id: number;
  /** `write`, `persist`, `rename`, … */
  readonly kind: string;
  readonly user: string;
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly alive: boolean;
}

/** The state of the store for those who watch it. Nothing here asks a storage or waits for a writer. */
export interface Watch {
  /** Everything that the namespace knows; what was never listed is not counted. */
  known(): Totals;
  /** Paths of files in state TO_BE_PERSISTED, at most `limit`. */
  toBePersisted(limit: number): AlluxioPath[];
  operations(): OpenOperation[];
  /** Blocks in the cache, counted in steps that keep nobody waiting. */
  blockCount(): Promise<number>;
  /** Files with bytes in the cache. `after` is an earlier page's `next`. @throws INVALID_ARGUMENT for anything else */
  cached(range: { limit: number; after?: string }): CachedPage;
  /** True when the mode lets everybody (`r--`: 4, `r-x`: 5) there, every directory above included. False for a path that does not exist. */
  openToAll(path: AlluxioPath, bits: number): boolean;
  fact(name: string): string | undefined;
  lastSeq(): number;
  /** Log records from `from` on, oldest first, credentials masked. */
  log(range: { from: number; limit: number }): LogRecord[];
}

/** Something that somebody did. */
export interface Deed {
  readonly seq: number;
  readonly timeMs: number;
  readonly user: string;
  /** The command line, without what is secret. */
  readonly command: string;
  /** As in `create`, `mkdir`, `rename`, `delete`, `load` (found in the under storage), `persist`, `chmod`. */
  readonly what: string;
  /** As it was called then; undefined where the log does not reach back so far. */
  readonly path: AlluxioPath | undefined;
  /** Of a rename. */
  readonly to: AlluxioPath | undefined;
}

export interface FileSystem {
  readonly entries: Entries;
  readonly changes: Changes;
  readonly content: Content;
  readonly mounts: Mounts;
  readonly storage: Storage;
  readonly syncing: Syncing;
  /** Loaded when it is asked for. */
  admin(): Promise<Admin>;
  /** Copies between the local disk and the namespace, and inside it; see transfers/. */
  readonly transfers: Transfers;
  /** The newest deeds at and below the path, oldest first, as far back as the log reaches. */
  history(path: AlluxioPath, options: { readonly limit: number }): Promise<Deed[]>;
  /** For residents: a command has no use for it, and does not load it. */
  watch(): Promise<Watch>;
  /** The acting user. */
  readonly user: string;
  close(): Promise<void>;
}

/**
 * `cp`, `copyFromLocal`, `copyToLocal`: exactly the tables of sheet fs-commands.md `cp`, what goes where included.
 * Each resolves when all is done, after reporting every problem; throws only for what stops the whole (missing source, wrong kind of target).
 */
export interface Transfers {
  /** `source` is an absolute local path or pattern; `typedTarget` is echoed. */
  upload(source: string, target: { plain: AlluxioPath; typed: string }, options: TransferOptions, report: CopyReport): Promise<void>;
  download(source: { plain: AlluxioPath; typed: string }, target: string, options: TransferOptions, report: CopyReport): Promise<void>;
  /** `distributedCp`: the target plays the source's part. @throws FAILED_PRECONDITION when it lies below the source */
  migrate(source: { plain: AlluxioPath; typed: string }, target: { plain: AlluxioPath; typed: string }, options: MigrateOptions, report: CopyReport): Promise<void>;
  copy(source: { plain: AlluxioPath; typed: string }, target: { plain: AlluxioPath; typed: string }, options: TransferOptions, report: CopyReport): Promise<void>;
}
