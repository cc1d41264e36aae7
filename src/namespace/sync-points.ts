/** Paths whose metadata is to be compared with the under storage again: under automatic sync, or marked by hand. */
import type { Child, View } from '../journal/journal.ts';
import type { SyncRecord } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow } from '../uri.ts';
import { pathOfInode } from './resolve.ts';

/** What the records at and above a path ask for together. */
export interface SyncDemand {
  readonly automatic: boolean;
  /** Compared before this time means due. */
  readonly neededMs: number;
}

const NOTHING: SyncDemand = Object.freeze({ automatic: false, neededMs: 0 });

/** `chain`: from the root to the path. */
export function syncDemand(view: View, chain: readonly Child[]): SyncDemand {
  const records = view.syncs();
  if (records.length === 0) return NOTHING;
  const above = records.filter(({ id }) => chain.some(({ inode }) => inode.id === id));
  return { automatic: above.some(({ automatic }) => automatic), neededMs: Math.max(0, ...above.map(({ neededMs }) => neededMs)) };
}

/** Records with their paths, sorted by path; those of detached inodes are left out. */
export function syncPoints(view: View): { readonly sync: SyncRecord; readonly path: AlluxioPath }[] {
  return view
    .syncs()
    .flatMap((sync) => {
      const path = pathOfInode(view, sync.id);
      return path === undefined ? [] : [{ sync, path }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** True when a record lies at, above or below the path: what is known of the tree may not be taken as it is. */
export function touchesSyncPoint(view: View, path: AlluxioPath): boolean {
  return view.syncs().length > 0 && syncPoints(view).some((point) => isAtOrBelow(path, point.path) || isAtOrBelow(point.path, path));
}
