/** Which paths are compared with the under storage again, and when: automatic sync, marks, and the flag of loaded children. */
import { AlluxioError } from '../errors.ts';
import type { View } from '../journal/journal.ts';
import type { SyncRecord } from '../journal/records.ts';
import { WRITE } from '../namespace/permissions.ts';
import { existing } from '../namespace/resolve.ts';
import { syncDemand, syncPoints } from '../namespace/sync-points.ts';
import { isAlive } from '../process-identity.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { SyncPoint, Syncing } from './file-system.ts';
import { directoryAt, inconsistenciesOf, repairPaths } from './inconsistencies.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import { checked } from './status.ts';
import { transactWhenFree } from './transact.ts';

export function createSyncing(context: FileSystemContext): Syncing {
  return {
    inconsistencies: (path, signal) => inconsistenciesOf(context, path, signal),
    repair: (paths, options) => repairPaths(context, paths, options),
    points: () => Promise.resolve(context.journal.read(automaticPoints)),
    start: (path) => start(context, path),
    stop: (path) => stop(context, path),
    mark: (path) => mark(context, path),
    setChildrenLoaded: (path, loaded) => setChildrenLoaded(context, path, loaded),
  };
}

function automaticPoints(view: View): SyncPoint[] {
  return syncPoints(view)
    .filter(({ sync }) => sync.automatic)
    .map(({ sync, path }) => ({ path, initial: initialOf(sync) }));
}

/** Whose first comparison was broken off needs no other: each part of the tree is compared when somebody comes by. */
function initialOf({ initial, owner }: SyncRecord): SyncPoint['initial'] {
  return initial === 'RUNNING' && !isAlive(owner) ? 'SKIPPED' : initial;
}

async function start(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  await lookUp(context, path);
  const whole = context.config.boolean('alluxio.master.ufs.active.sync.initial.sync.enabled');
  const id = await transactWhenFree(context, (tx) => {
    checked(context, tx, path, WRITE);
    const inode = directoryAt(tx, path);
    if (syncDemand(tx, existing(tx, path).chain).automatic) {
      throw new AlluxioError('FAILED_PRECONDITION', `URI ${path} is already a sync point`, { path });
    }
    // What is known already was not watched so far, so all of it is due.
    const sync: SyncRecord = { id: inode.id, automatic: true, neededMs: context.now(), initial: whole ? 'RUNNING' : 'SKIPPED', owner: context.owner };
    tx.append({ type: 'sync-set', sync });
    return inode.id;
  });
  if (!whole) return;
  await loadTree(context, path, { loadType: 'ALWAYS' });
  await transactWhenFree(context, (tx) => {
    const sync = tx.syncs().find((record) => record.id === id);
    if (sync !== undefined) tx.append({ type: 'sync-set', sync: { ...sync, initial: 'DONE' } });
  });
}

async function stop(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  await lookUp(context, path);
  await transactWhenFree(context, (tx) => {
    const { id } = checked(context, tx, path, WRITE).target.inode;
    if (!tx.syncs().some((sync) => sync.id === id && sync.automatic)) {
      throw new AlluxioError('FAILED_PRECONDITION', `${path} is not a sync point`, { path, hint: 'See the paths that are: alluxio fs getSyncPathList' });
    }
    tx.append({ type: 'sync-cleared', id });
  });
}

async function mark(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  await lookUp(context, path);
  await transactWhenFree(context, (tx) => {
    const { id } = checked(context, tx, path, WRITE).target.inode;
    for (const { sync, path: below } of syncPoints(tx)) {
      // An older mark below says less than the new one.
      if (sync.id !== id && !sync.automatic && isAtOrBelow(below, path)) tx.append({ type: 'sync-cleared', id: sync.id });
    }
    const known = tx.syncs().find((sync) => sync.id === id);
    const sync: SyncRecord = known ?? { id, automatic: false, neededMs: 0, initial: 'SKIPPED', owner: context.owner };
    tx.append({ type: 'sync-set', sync: { ...sync, neededMs: context.now() } });
  });
}

async function setChildrenLoaded(context: FileSystemContext, path: AlluxioPath, childrenLoaded: boolean): Promise<void> {
  await lookUp(context, path);
  await transactWhenFree(context, (tx) => {
    checked(context, tx, path, WRITE);
    tx.append({ type: 'inode-changed', id: directoryAt(tx, path).id, change: { childrenLoaded } });
  });
}
