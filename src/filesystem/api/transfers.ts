/** Copies between the local disk and the namespace, and inside it. */
import type { Progress } from '../../terminal/progress.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { ReadType, WriteType } from './content.ts';

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
  /** Gets the id of each file and directory of the source that is at the target now. */
  readonly copied?: Set<number>;
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
