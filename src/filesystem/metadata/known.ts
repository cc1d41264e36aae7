/** Whether the namespace has what is asked of it, or the storage must be asked: without the code that asks it. */
import type { Child } from '../../journal/journal.ts';
import type { MountRecord } from '../../journal/records.ts';
import { mountOf } from '../../namespace/mount-table.ts';
import { existing } from '../../namespace/resolve.ts';
import { touchesSyncPoint } from '../../namespace/sync-points.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { FileSystemContext } from '../context.ts';
import type { SyncOptions } from '../file-system.ts';
import { isSyncDue, syncOptions, wantedAt } from './options.ts';

export interface Place {
  readonly child: Child;
  readonly mount: MountRecord;
  readonly key: string;
}

/** What a directory's children need, and where they come from; undefined when all is known, as of a file. */
export function childrenToLoad(context: FileSystemContext, path: AlluxioPath, options: SyncOptions = {}): { place: Place; task: 'add' | 'compare' } | undefined {
  const asked = syncOptions(context, path, options);
  const { place, wanted } = context.journal.read((view) => {
    const { target, chain } = existing(view, path);
    const { mount, key } = mountOf(view, { path, chain, missing: [] });
    return { place: { child: target, mount, key }, wanted: wantedAt(context, view, chain, asked) };
  });
  const { inode } = place.child;
  // A directory that is only here has nothing to look at, unless it is the root of a mount.
  if (!inode.directory || (inode.persistence !== 'PERSISTED' && inode.mountId === 0)) return undefined;
  if (isSyncDue(inode, wanted, context.now())) return { place, task: 'compare' };
  return wanted.loadType === 'ALWAYS' || (wanted.loadType === 'ONCE' && !inode.childrenLoaded) ? { place, task: 'add' } : undefined;
}

/** What everything below a path needs; undefined when all is known. The totals say whether anything has still to be loaded. */
export function treeToLoad(context: FileSystemContext, path: AlluxioPath, options: SyncOptions = {}): 'add' | 'compare' | undefined {
  const { syncIntervalMs, loadType } = syncOptions(context, path, options);
  if (syncIntervalMs >= 0 || context.journal.read((view) => touchesSyncPoint(view, path))) return 'compare';
  if (loadType === 'NEVER') return undefined;
  return loadType === 'ONCE' && isComplete(context, path) ? undefined : 'add';
}

function isComplete(context: FileSystemContext, path: AlluxioPath): boolean {
  return context.journal.read((view) => {
    const { target } = existing(view, path);
    return !target.inode.directory || (target.inode.childrenLoaded && view.totals(target.inode.id).unloaded === 0);
  });
}
