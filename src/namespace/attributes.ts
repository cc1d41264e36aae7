/** Deciding attribute changes, for one inode at a time. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { Entry, InodeChange } from '../journal/entries.ts';
import type { InodeRecord, TtlAction } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { refusedBelow } from './descendants.ts';
import { mountOf, refuseReadOnly } from './mount-table.ts';
import type { Subject } from './permissions.ts';
import { WRITE, requireAccess, requireOwner, requireSuperuser } from './permissions.ts';
import { deepest, notFound, resolve } from './resolve.ts';

export interface WantedChange {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  readonly pinned?: boolean;
  readonly pinnedMedia?: readonly string[];
  readonly ttl?: { readonly ms: number; readonly action: TtlAction };
  readonly replicationMin?: number;
  readonly replicationMax?: number;
}

/**
 * The inode to change. Owner changes need the superuser; group and mode the owner; the rest write access.
 * @throws READ_ONLY, NOT_FOUND, PERMISSION_DENIED
 */
export function placeToChange(view: View, subject: Subject, path: AlluxioPath, wanted: WantedChange): { target: Child; chain: readonly Child[] } {
  const posix = wanted.owner !== undefined || wanted.group !== undefined || wanted.mode !== undefined;
  const resolution = resolve(view, path);
  if (posix) refuseReadOnly(mountOf(view, resolution), path);
  if (resolution.missing.length > 0) throw notFound(path);
  if (wanted.owner !== undefined) requireSuperuser(view, subject);
  if (wanted.group !== undefined || wanted.mode !== undefined) requireOwner(view, subject, resolution);
  if (!posix) requireAccess(view, subject, resolution, WRITE);
  return { target: deepest(resolution), chain: resolution.chain };
}

/** A recursive change asks everything below for the same; pins and replication limits are handed down without asking. @throws PERMISSION_DENIED for the first that refuses */
export function requireChangeBelow(view: View, subject: Subject, top: { child: Child; path: AlluxioPath }, wanted: WantedChange): void {
  if (wanted.pinned !== undefined || wanted.replicationMin !== undefined || wanted.replicationMax !== undefined) return;
  const demand = wanted.group !== undefined || wanted.mode !== undefined ? 'owner' : 'write';
  for (const { error } of refusedBelow(view, subject, top, demand)) throw error;
}

/** A user's change, with what was before. */
export function changedByUser(inode: InodeRecord, change: InodeChange): Entry {
  const before = Object.fromEntries(Object.keys(change).map((key) => [key, inode[key as keyof InodeChange]])) as InodeChange;
  return { type: 'inode-changed', id: inode.id, change, before };
}

/** The inode's change, replication limits checked against each other. @throws INVALID_ARGUMENT */
export function changeOf(inode: InodeRecord, wanted: WantedChange): InodeChange {
  const change: InodeChange = {
    ...(wanted.owner === undefined ? {} : { owner: wanted.owner }),
    ...(wanted.group === undefined ? {} : { group: wanted.group }),
    ...(wanted.mode === undefined ? {} : { mode: wanted.mode }),
    ...(wanted.pinned === undefined ? {} : { pinned: wanted.pinned }),
    ...(wanted.pinnedMedia === undefined ? {} : { pinnedMedia: wanted.pinnedMedia }),
    ...(wanted.ttl === undefined ? {} : { ttlMs: wanted.ttl.ms, ttlAction: wanted.ttl.action }),
  };
  if (wanted.replicationMin === undefined && wanted.replicationMax === undefined) return change;
  return { ...change, ...replicationChange(inode, wanted) };
}

function replicationChange(inode: InodeRecord, wanted: WantedChange): InodeChange {
  const replicationMin = wanted.replicationMin ?? inode.replicationMin;
  const replicationMax = wanted.replicationMax ?? inode.replicationMax;
  if (replicationMin < 0) throw new AlluxioError('INVALID_ARGUMENT', 'Min replication must be a non-negative integer');
  if (replicationMax !== -1 && replicationMin > replicationMax) {
    throw new AlluxioError(
      'INVALID_ARGUMENT',
      `Cannot set min and max replication to be ${replicationMin} and ${replicationMax}: min replication must be smaller or equal than max replication`,
    );
  }
  return { replicationMin, replicationMax, ...(inode.directory ? {} : { pinned: replicationMin > 0 }) };
}
