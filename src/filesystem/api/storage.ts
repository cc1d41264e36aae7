/** What is cached, what is stored. */
import type { Progress } from '../../terminal/progress.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { FileStatus } from './entries.ts';

export type Problem = { readonly path: AlluxioPath; readonly error: Error };

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
