/** Deciding attribute changes, for one inode at a time. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { InodeChange } from '../journal/entries.ts';
import type { InodeRecord, TtlAction } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { mountOf, refuseReadOnly } from './mount-table.ts';
import type { Subject } from './permissions.ts';
import { WRITE, requireAccess, requireOwner, requireSuperuser } from './permissions.ts';

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

/** @throws PERMISSION_DENIED, READ_ONLY: owner changes need the superuser; group and mode the owner; the rest write access. */
export function requireChange(view: View, subject: Subject, at: { chain: readonly Child[]; path: AlluxioPath }, wanted: WantedChange): void {
  const posix = wanted.owner !== undefined || wanted.group !== undefined || wanted.mode !== undefined;
  if (posix) refuseReadOnly(mountOf(view, { ...at, missing: [] }), at.path);
  if (wanted.owner !== undefined) requireSuperuser(view, subject);
  if (wanted.group !== undefined || wanted.mode !== undefined) requireOwner(view, subject, at);
  if (!posix) requireAccess(view, subject, at, WRITE);
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
