/** What would be lost with this machine, and waiting until nothing would. */
import type { Progress } from '../../terminal/progress.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { FileStatus } from './entries.ts';

/**
 * - `UPLOADING`: a living process is writing it to the under storage. `QUEUED`: the master will.
 * - `STRANDED`: it is to be persisted, but nobody is there who does. `EXCLUDED`: `alluxio.master.persistence.blacklist` keeps the master from it.
 * - `CACHE_ONLY`: it was written for the cache alone. `LOST`: its content is gone.
 */
export type UnstoredWhy = 'UPLOADING' | 'QUEUED' | 'STRANDED' | 'EXCLUDED' | 'CACHE_ONLY' | 'LOST';

/** A file that is not in the under storage. */
export interface Unstored {
  readonly status: FileStatus;
  readonly why: UnstoredWhy;
  /** `pid 4711 (fs persist /a)` of UPLOADING. */
  readonly by: string | undefined;
  /** Uploads that came to nothing, as far as the newest part of the log tells. */
  readonly tries: number;
}

/** A file whose copy in the under storage is missing, or not the same. */
export interface Differing {
  readonly path: AlluxioPath;
  readonly reason: string;
}

export interface DurableOptions {
  /** The time is over: what is done by then counts. */
  readonly deadline?: AbortSignal;
  /** The command shall end. */
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

export interface Settled {
  /** Still not in the under storage: the time was over, or there is nobody who would put it there. */
  readonly unstored: readonly Unstored[];
  readonly differing: readonly Differing[];
  /** Files whose copies were compared and are the same. */
  readonly files: number;
  /** The time was over before all copies had been compared. */
  readonly timedOut: boolean;
}

export interface Durability {
  /** Files at and below the path that are not in the under storage, in the order of a recursive listing. Asks no storage. @throws NOT_FOUND */
  unstored(path: AlluxioPath): AsyncIterable<readonly Unstored[]>;
  /**
   * Waits for the files that are there now to be persisted by whoever persists them, then asks the under storage for every file and compares length and
   * CRC-64 (where the store keeps none, that of its bytes; of files that were not written here, the state that was seen). Gives up at once where nobody is persisting.
   * @throws NOT_FOUND, and what the storage answers when it cannot be asked
   */
  settle(path: AlluxioPath, options?: DurableOptions): Promise<Settled>;
}
