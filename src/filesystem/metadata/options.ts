/** When to look at the under storage. */
import type { InodeRecord } from '../../journal/records.ts';
import type { AlluxioPath } from '../../uri.ts';
import { configFor } from '../path-config.ts';
import type { FileSystemContext } from '../context.ts';
import type { SyncOptions } from '../file-system.ts';

export interface EffectiveSync {
  readonly loadType: 'ONCE' | 'ALWAYS' | 'NEVER';
  readonly syncIntervalMs: number;
}

export function syncOptions(context: FileSystemContext, path: AlluxioPath, options: SyncOptions): EffectiveSync {
  const config = configFor(context, path);
  return {
    loadType: options.loadType ?? config.choice('alluxio.user.file.metadata.load.type', ['ONCE', 'ALWAYS', 'NEVER']),
    syncIntervalMs: options.syncIntervalMs ?? config.duration('alluxio.user.file.metadata.sync.interval'),
  };
}

/** A sync is due when the interval is not negative and the last one is older than it. */
export function isSyncDue(inode: InodeRecord, wanted: EffectiveSync, nowMs: number): boolean {
  return wanted.syncIntervalMs >= 0 && nowMs - inode.syncedMs >= wanted.syncIntervalMs;
}
