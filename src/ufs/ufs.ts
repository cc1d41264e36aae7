/**
 * The under storage, as the file system sees it: a tree of files and directories below one root URI.
 * One instance serves one mount. The suite test/contract/ufs.suite.ts tests each sentence on this page,
 * on every implementation.
 *
 * Keys are relative to the mount root: `''` is the root itself, `'a/b'` something below; never a leading
 * or trailing slash. Any valid UTF-8 name without `/` and other than `.`, `..` and `''` is a name.
 *
 * Absence is `undefined`, `false` or NOT_FOUND as each method says. A store that refuses (UNAUTHENTICATED,
 * PERMISSION_DENIED), that does not answer (UNAVAILABLE, TIMEOUT) or throttles (THROTTLED) always raises:
 * it is never taken for absence. Only the driver translates the vendor's errors; it keeps vendor code,
 * HTTP status and request id in `details`, and never puts a credential into a message.
 *
 * Every method may be repeated after a failure without harm. Drivers do not retry; the retry wrapper does.
 */
import type { ByteStream } from '../byte-stream.ts';
import type { UfsUri } from '../uri.ts';

export interface UfsStatus {
  readonly kind: 'file' | 'directory';
  /** Bytes; 0 for a directory. */
  readonly size: number;
  /** Milliseconds since 1970; undefined where the store keeps none (a directory of an object store). */
  readonly modifiedMs: number | undefined;
  /** Changes whenever the content changes: the ETag, or inode-size-mtime of a local file. '' for a directory. */
  readonly contentHash: string;
  /** CRC-64/XZ (ECMA-182) of the content as an unsigned decimal, where the store keeps it. */
  readonly crc64: string | undefined;
  /** '' where the store has no owners. */
  readonly owner: string;
  readonly group: string;
  /** Permission bits, e.g. 0o755; 0o777 where the store has none. */
  readonly mode: number;
}

export interface UfsEntry extends UfsStatus {
  /** Relative to the listed directory: `name`, or `sub/name` in a recursive listing. No trailing slash, no marker suffix. */
  readonly name: string;
}

export interface UfsPage {
  readonly entries: readonly UfsEntry[];
  /** Keys of the store that no path can name (`a//b`, `/x`, a component `.` or `..`, what lies below a file): counted, never shown as something else. */
  readonly unusable: readonly string[];
  /** How many of those only a file hides that has the name of a directory above them. */
  readonly hidden?: number;
  /** How many of them are links of the store that lead nowhere. */
  readonly broken?: number;
  /** Removes what this page calls unusable. Absent where there is nothing, or where it cannot be done. @throws what the store says */
  removeUnusable?(): Promise<void>;
}

export interface ListOptions {
  /** All descendants, directories inferred from their descendants' keys included; default: direct children only. */
  readonly recursive?: boolean;
  /** What an earlier listing of this kind of this directory noted. It can only make this one faster, and whatever it is, the listing is right. */
  readonly places?: readonly string[];
  /** Told at the end of a long listing: what to give the next one. A store that lists as fast without never tells. */
  readonly note?: (places: readonly string[]) => void;
  readonly signal?: AbortSignal;
}

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** The source must still have this content hash. */
  readonly ifContentHash?: string;
}

export interface ReadOptions {
  /** First byte, default 0. */
  readonly offset?: number;
  /** Bytes, default to the end. Less is delivered where the file ends earlier. */
  readonly length?: number;
  /** The content must still be this one (UfsStatus.contentHash), else FAILED_PRECONDITION. */
  readonly ifContentHash?: string;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  /** Total bytes if known: lets the driver choose one request or many parts. */
  readonly size?: number;
  /** False: ALREADY_EXISTS when the key is a file already, and the old content stays. Default true. */
  readonly overwrite?: boolean;
  readonly mode?: number;
  readonly signal?: AbortSignal;
}

export interface UfsWritten {
  readonly size: number;
  readonly contentHash: string;
  readonly crc64: string;
  readonly modifiedMs: number;
}

export interface DeleteFailure {
  readonly key: string;
  readonly error: Error;
}

export interface UnfinishedWrite {
  /** What it would have become; undefined where only its directory is known. */
  readonly key: string | undefined;
  /** For people: where it lies. */
  readonly place: string;
  /** By the store's clock. */
  readonly begunMs: number;
  /** Since it was begun or, where the store knows that, last written to. */
  readonly ageMs: number;
  /** A process of this machine that lives is at it. */
  readonly living: boolean;
  /** Removes it, and never the file itself. Fine when it is gone. */
  abandon(): Promise<void>;
}

/** What a storage can do, as data; nobody asks for its type. */
export interface UfsCapabilities {
  /** `rename` is one atomic step of the store, also for directories. */
  readonly atomicRename: boolean;
  /** No real directories: they exist by marker or by their children. */
  readonly objectStore: boolean;
  /** Owner, group and mode are kept by the store. */
  readonly ownership: boolean;
}

export interface Ufs {
  readonly uri: UfsUri;
  /** `oss`, `local`: shown by `mount`. */
  readonly type: string;
  readonly capabilities: UfsCapabilities;

  /** The file or directory at the key. A file wins over a prefix of the same name. Undefined only when truly absent. */
  status(key: string, signal?: AbortSignal): Promise<UfsStatus | undefined>;

  /**
   * Pages of the directory's entries, streamed: memory holds a page, not the directory. No order promised between
   * pages; each entry comes once; directory markers are directories, never files; the directory itself is not listed.
   * An existing empty directory gives no entries. @throws NOT_FOUND when the key is not a directory (the root always is).
   */
  list(key: string, options?: ListOptions): AsyncIterable<UfsPage>;

  /**
   * The bytes of a file. The stream delivers exactly what was asked, or fails (CORRUPT when the CRC64 of a whole-file
   * read differs from the store's; UNAVAILABLE when cut short), never a shorter "success". The caller consumes or closes it.
   * @throws NOT_FOUND, FAILED_PRECONDITION
   */
  read(key: string, options?: ReadOptions): Promise<ByteStream>;

  /**
   * Writes a whole file from the source. Nothing is visible at the key before success, then all of it at once; parents need not
   * exist and are not created on an object store (a local one creates them). CRC64 is computed while streaming and compared with the
   * store's answer: a difference is CORRUPT and leaves no object. On failure or abort no part upload or temporary file stays.
   * The source is consumed once; large sources go up in parts, in parallel, memory bounded by part size × parallelism.
   */
  write(key: string, source: AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<UfsWritten>;

  /** True when the key is a symbolic link, wherever that leads: what is below it lies elsewhere. False for the root, and where a store has no links. */
  isLink(key: string): Promise<boolean>;

  /** Deletes files, and links themselves. Absent ones are success. Resolves with those that could not be deleted, each with its own error. */
  deleteFiles(keys: readonly string[], signal?: AbortSignal): Promise<DeleteFailure[]>;

  /** Makes the directory and its missing parents; success when it exists. @throws ALREADY_EXISTS when a file is in the way. */
  makeDirectory(key: string): Promise<void>;

  /** Removes an empty directory (its markers, both spellings). False when it is absent or not empty. Never touches the root. */
  removeDirectory(key: string): Promise<boolean>;

  /**
   * Copies one file inside the store without moving bytes through this process where the store can.
   * Overwrites the target. @throws NOT_FOUND; FAILED_PRECONDITION when the source is not the one that is meant
   */
  copyFile(from: string, to: string, options?: CopyOptions): Promise<UfsWritten>;

  /**
   * Moves a file or directory where `capabilities.atomicRename`; others throw UNSUPPORTED and the file system copies and deletes.
   * @throws NOT_FOUND, ALREADY_EXISTS when the target exists.
   */
  rename(from: string, to: string): Promise<void>;

  /** Sets owner, group or mode; does nothing where `capabilities.ownership` is false. */
  setOwnership(key: string, change: { owner?: string; group?: string; mode?: number }): Promise<void>;

  /**
   * What writers began and did not finish: multipart uploads, temporary files. Of exactly this file, or of all at and below the key. Whether somebody is still at it,
   * the store may not know. An absent key is one with nothing. Page by page.
   */
  unfinishedWrites(key: string, scope: 'file' | 'tree', signal?: AbortSignal): AsyncIterable<readonly UnfinishedWrite[]>;

  /** Bytes in all and used, or undefined where unknown (object stores). */
  space(): Promise<{ capacity: number; used: number } | undefined>;
}
