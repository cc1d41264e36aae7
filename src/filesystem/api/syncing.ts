/** Namespace and under storage kept true to each other. */
import type { AlluxioPath } from '../../uri.ts';
import type { Problem } from './storage.ts';

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
