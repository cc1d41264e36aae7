/** For those who look on. */
import type { LogRecord } from '../../journal/journal.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { FileStatus, Totals } from './entries.ts';

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
