/**
 * The metadata journal: state tables and the log of what changed them, in one transactional store that many processes share.
 *
 * - `read` gives one consistent state to a synchronous callback; it never waits for writers. The callback may run again, when others have written meanwhile: it changes nothing outside of itself.
 * - `transact` runs a synchronous, deterministic callback without side effects: no network, no files, no clock, no random; it may run twice.
 *   A callback that throws leaves nothing behind, and the promise rejects with its error. Several callbacks of one process may share a commit.
 *   The promise resolves when the change is durable (synced), never before.
 * - State changes only through entries: `append` applies the entry to the tables and adds it to the log, in this transaction. Replaying the log
 *   into an empty store gives the same state, byte for byte.
 * - One writer at a time over all processes; a callback should take milliseconds. Work on millions of records goes in several transactions.
 *
 * @see keys.ts for every key shape, entries.ts for the closed set of entries.
 */
import type { TableFinding } from './audit/findings.ts';
import type { Entry } from './entries.ts';
import type { BlockRecord, InodeRecord, IntentRecord, LeaseTarget, MountRecord, SyncRecord, TotalsRecord } from './records.ts';

/** A directory entry: where an inode hangs, and what it is. */
export interface Child {
  readonly parentId: number;
  readonly name: string;
  readonly inode: InodeRecord;
}

export interface HeldLease extends LeaseTarget {
  readonly intentId: number;
}

export interface UsageRecord {
  /** Bytes of recorded blocks. */
  readonly used: number;
  /** Bytes promised to blocks being written. */
  readonly reserved: number;
}

/** Reading the state. Valid only inside the callback it was given to. */
export interface ChildRange {
  readonly after?: string;
  readonly before?: string;
  /** Greatest name first. */
  readonly reverse?: boolean;
  /** So many are passed over first: some 50 ns each. */
  readonly skip?: number;
  readonly limit?: number;
  /** Inodes with an empty `contentHash` and `crc64`, which take a third of the time. */
  readonly brief?: boolean;
}

export interface View {
  /** The entry `name` of a directory. */
  child(parentId: number, name: string): InodeRecord | undefined;
  /** Where an inode hangs. The root (id 1) hangs at parent 0 under the name ''. */
  locate(id: number): Child | undefined;
  /** Entries of a directory in name order (UTF-8 bytes). */
  children(parentId: number, range?: ChildRange): Child[];
  totals(directoryId: number): TotalsRecord;
  block(fileId: number, index: number): BlockRecord | undefined;
  blocks(fileId: number): BlockRecord[];
  /** Blocks of one cache directory, least recently used first. */
  blocksByUse(directory: number, range: { limit: number; after?: BlockRecord }): BlockRecord[];
  usage(directory: number): UsageRecord;
  mounts(): MountRecord[];
  mount(id: number): MountRecord | undefined;
  intents(): IntentRecord[];
  intent(id: number): IntentRecord | undefined;
  /** Who holds exactly this directory entry: kept by apply() from the open intents' leases, so that a check costs one look-up per path component. */
  lease(parentId: number, name: string): HeldLease | undefined;
  /** Every lease of every open intent. */
  leases(): HeldLease[];
  /** Ids of files in state TO_BE_PERSISTED, ascending. */
  toBePersisted(range?: { after?: number; limit?: number }): number[];
  /** Ids of inodes whose TTL is over at or before `ms`, soonest first. */
  expired(ms: number, limit: number): number[];
  /** Paths that are to be compared with the under storage again, by inode. */
  syncs(): SyncRecord[];
  /** Path defaults: path → properties. */
  pathDefaults(): Map<string, Readonly<Record<string, string>>>;
  /** Facts about the whole store: `superuser`, `clusterId`, … */
  fact(name: string): string | undefined;
  /** The number that the next allocation would give; see Transaction.allocate. */
  sequence(): number;
  /** The newest log record's number, 0 when there is none. */
  lastSeq(): number;
  /** Log records from `from` on, oldest first, as a replay needs them: with the credentials of mounts, as `mounts` has them. */
  log(range: { from: number; limit?: number }): LogRecord[];
}

export interface Transaction extends View {
  append(entry: Entry): void;
  /** A number never given before in this store: inode ids, intent ids, mount ids. */
  allocate(): number;
  /**
   * What somebody else does in this transaction: the callback's entries are logged as that actor's. One that throws before it appended anything has done nothing, and
   * the transaction may go on; after that, the whole transaction fails.
   */
  as<T>(actor: Actor, fn: (tx: Transaction) => T & NotPromise<T>): T;
}

/** Who a log record is attributed to. */
export interface Actor {
  readonly user: string;
  /** The command line without credentials, e.g. `fs mv`. */
  readonly command: string;
  /** The run of the command: what it does in several transactions belongs together. See newRun. */
  readonly run?: number | undefined;
  /** The run that this one undoes. */
  readonly undoes?: number | undefined;
}

export interface LogRecord extends Actor {
  readonly seq: number;
  readonly timeMs: number;
  readonly entry: Entry;
}

export interface BackupCounts {
  readonly entries: number;
  readonly inodes: number;
  /** Files whose content is not kept: those that are lost already, and those that are only in the cache. */
  readonly lost: number;
  /** Of these, those that are only in the cache: they can still be persisted. */
  readonly unsaved: number;
}

export interface BackupStream {
  /** The newest log record that is in it. */
  readonly lastSeq: number;
  /** To be read to its end, or ended early. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Of what has been read so far. */
  readonly counts: BackupCounts;
}

/** Log records `first` to `last` as bytes that a restore replays. */
export interface LogSegment {
  readonly first: number;
  readonly last: number;
  readonly bytes: Buffer;
}

export interface RestoreReport {
  readonly entries: number;
  /** Log records of segments that were applied after the backup. */
  readonly replayed: number;
  readonly lastSeq: number;
}

/** A promise-returning callback is a compile error. */
export type NotPromise<T> = T extends PromiseLike<unknown> ? never : T;

export interface Journal {
  read<T>(fn: (view: View) => T & NotPromise<T>): T;
  transact<T>(actor: Actor, timeMs: number, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T>;
  /** Log records from `seq` on, oldest first. */
  log(range?: { from?: number; limit?: number }): LogRecord[];
  /** One state as bytes, without blocks and secrets (backup-image.ts); writers go on meanwhile. */
  backup(): Promise<BackupStream>;
  /** The log from `from` on, as much of it as `limit` says, without secrets. Undefined when there is nothing new; 'pruned' when `from` is no longer there. */
  segment(from: number, limit: number): Promise<LogSegment | 'pruned' | undefined>;
  /** All tables of one state against each other; writers go on meanwhile. In steps: most bring nothing. */
  audit(): AsyncIterable<readonly TableFinding[]>;
  /** Drops log records below `seq`. */
  pruneLog(below: number): Promise<number>;
  close(): Promise<void>;
}

export type { Repair, TableFinding, TableFindingKind } from './audit/findings.ts';

/** Ids with a fixed meaning. */
export const ROOT_ID = 1;
/** Detached trees hang below this directory until they are purged; no path leads here. */
export const LIMBO_ID = 2;
