/** When to look at the under storage. */
import type { Child, View } from '../../journal/journal.ts';
import type { InodeRecord } from '../../journal/records.ts';
import { syncDemand } from '../../namespace/sync-points.ts';
import type { AlluxioPath } from '../../uri.ts';
import { configFor } from '../path-config.ts';
import type { FileSystemContext } from '../context.ts';
import type { SyncOptions } from '../file-system.ts';

export interface EffectiveSync {
  readonly loadType: 'ONCE' | 'ALWAYS' | 'NEVER';
  readonly syncIntervalMs: number;
  /** Compared before this time means due; 0 asks for nothing. */
  readonly neededMs: number;
}

export const SYNC_INTERVAL = 'alluxio.user.file.metadata.sync.interval';

export function syncOptions(context: FileSystemContext, path: AlluxioPath, options: SyncOptions): EffectiveSync {
  const config = configFor(context, path);
  return {
    loadType: options.loadType ?? config.choice('alluxio.user.file.metadata.load.type', ['ONCE', 'ALWAYS', 'NEVER']),
    syncIntervalMs: options.syncIntervalMs ?? config.duration(SYNC_INTERVAL),
    neededMs: 0,
  };
}

/** What is wanted at a place: sync points and marks above it may ask for more. `chain`: from the root to the place. */
export function wantedAt(context: FileSystemContext, view: View, chain: readonly Child[], wanted: EffectiveSync): EffectiveSync {
  const { automatic, neededMs } = syncDemand(view, chain);
  if (!automatic) return neededMs === 0 ? wanted : { ...wanted, neededMs };
  const interval = context.config.duration('alluxio.master.ufs.active.sync.interval');
  return { ...wanted, neededMs, syncIntervalMs: wanted.syncIntervalMs < 0 ? interval : Math.min(interval, wanted.syncIntervalMs) };
}

/** A sync is due when the last one is older than the interval, unless that is negative, or older than a mark. */
export function isSyncDue(inode: InodeRecord, wanted: EffectiveSync, nowMs: number): boolean {
  if (wanted.syncIntervalMs >= 0 && nowMs - inode.syncedMs >= wanted.syncIntervalMs) return true;
  // A file that was made here after the mark needs no look.
  return Math.max(inode.syncedMs, inode.directory ? 0 : inode.createdMs) < wanted.neededMs;
}
