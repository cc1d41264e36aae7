/** `alluxio fsck`: what does not fit together, and mending it. */
import type { TableFinding, TableFindingKind } from '../../journal/journal.ts';
import type { BlockRecord, IntentRecord } from '../../journal/records.ts';
import type { UnfinishedWrite } from '../../ufs/ufs.ts';
import type { AlluxioPath } from '../../uri.ts';

export type FindingKind = TableFindingKind | 'intent' | 'block-file' | 'cache-file' | 'object' | 'upload';

export interface Finding {
  readonly kind: FindingKind;
  /** The inode that it is about, 0 for none; and where it is, as far as a path leads there. */
  readonly id: number;
  readonly path: AlluxioPath | undefined;
  /** The file of the cache, or the unfinished write in a storage, that it is about. */
  readonly file: string | undefined;
  readonly text: string;
  /** What repair() does about it; undefined when it can do nothing. */
  readonly remedy: string | undefined;
  /** For repair(). */
  readonly cause: Cause;
}

export type Cause =
  | { readonly of: 'table'; readonly finding: TableFinding }
  | { readonly of: 'limbo'; readonly id: number }
  | { readonly of: 'intent'; readonly intent: IntentRecord }
  | { readonly of: 'block'; readonly block: BlockRecord }
  | { readonly of: 'stray' }
  | { readonly of: 'object'; readonly path: AlluxioPath }
  | { readonly of: 'upload'; readonly write: UnfinishedWrite };

export interface FsckOptions {
  /** Persisted files here and below are compared with their storage, which is also asked for writes that nobody finishes. */
  readonly path: AlluxioPath;
  /** False: no storage is asked. */
  readonly storage: boolean;
  /** Every cached block is read and compared with its checksums, and every file with the CRC64 of its copy in the storage. */
  readonly deep: boolean;
  readonly signal: AbortSignal;
}

export interface Fsck {
  /**
   * What is wrong, as it is found: the tables of one state first, then the cache, then the storage. What other processes are at is not wrong. Changes nothing.
   * @throws PERMISSION_DENIED for all but the superuser; what a storage or a disk says that does not answer, after everything that could be found without it
   */
  check(options: FsckOptions): AsyncIterable<Finding>;
  /** Mends what has a remedy, each as it is by then; resolves with what failed. */
  repair(findings: readonly Finding[], signal: AbortSignal): Promise<{ readonly finding: Finding; readonly error: Error }[]>;
}
