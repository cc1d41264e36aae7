/** New inodes: what they take from their parent, the acting user and the under storage. */
import type { AclEntry, InodeRecord, TtlAction } from '../journal/records.ts';
import type { UfsStatusLike } from './fingerprint.ts';
import { inheritAcl } from './acl.ts';

/** The mount at `/`. */
export const ROOT_MOUNT_ID = 1;

export interface NewInode {
  readonly id: number;
  readonly nowMs: number;
  readonly owner: string;
  readonly group: string;
  readonly umask: number;
  /** Default of the kind: 0666 or 0777, masked. */
  readonly mode?: number | undefined;
  readonly parent: InodeRecord;
}

export interface NewFile extends NewInode {
  readonly length: number;
  readonly blockSize: number;
  readonly ttlMs: number;
  readonly ttlAction: TtlAction;
  readonly replicationMin: number;
  readonly replicationMax: number;
  readonly acl?: readonly AclEntry[] | undefined;
}

/**
 * Every property, in the order of a decoded record: V8 keeps an object that was spread from a whole one fast, while one to which a literal adds more than a
 * dozen properties after a spread becomes a dictionary, which costs 30 µs to make and slows every later look at it.
 */
const PLAIN = {
  id: 0,
  directory: false,
  length: 0,
  blockSize: 0,
  createdMs: 0,
  modifiedMs: 0,
  accessedMs: 0,
  owner: '',
  group: '',
  mode: 0,
  persistence: 'NOT_PERSISTED',
  pinned: false,
  pinnedMedia: [],
  ttlMs: -1,
  ttlAction: 'DELETE',
  replicationMin: 0,
  replicationMax: -1,
  cachedBytes: 0,
  acl: [],
  defaultAcl: [],
  contentHash: '',
  crc64: '',
  childrenLoaded: false,
  syncedMs: 0,
  mountId: 0,
} as const satisfies InodeRecord;

/** A directory made by a user: nothing can be unknown in it, so its children count as loaded. */
export function newDirectory(input: NewInode): InodeRecord {
  const mode = input.mode ?? 0o777 & ~input.umask;
  const inherited = inheritAcl(input.parent.defaultAcl, mode);
  return {
    ...PLAIN,
    ...common(input),
    directory: true,
    mode: inherited.mode,
    acl: inherited.acl,
    defaultAcl: input.parent.defaultAcl,
    persistence: 'NOT_PERSISTED',
    childrenLoaded: true,
  };
}

export function newFile(input: NewFile): InodeRecord {
  const mode = input.mode ?? 0o666 & ~input.umask;
  const inherited = input.acl === undefined ? inheritAcl(input.parent.defaultAcl, mode) : { mode, acl: input.acl };
  return {
    ...PLAIN,
    ...common(input),
    directory: false,
    mode: inherited.mode,
    acl: inherited.acl,
    length: input.length,
    blockSize: input.blockSize,
    ttlMs: input.ttlMs,
    ttlAction: input.ttlAction,
    replicationMin: input.replicationMin,
    replicationMax: input.replicationMax,
    persistence: 'NOT_PERSISTED',
  };
}

/** Something found in the under storage: PERSISTED, owned as the parent where the store has no owners. */
export function loadedInode(input: { id: number; nowMs: number; parent: InodeRecord; status: UfsStatusLike; blockSize: number }): InodeRecord {
  const { status, parent } = input;
  const directory = status.kind === 'directory';
  const inherited = inheritAcl(parent.defaultAcl, 0o777);
  // A storage without owners has no modes either: what its files get is made up, and the default ACL knows better.
  const ownMode = directory || status.owner !== '' || parent.defaultAcl.length === 0;
  return {
    ...PLAIN,
    id: input.id,
    directory,
    length: directory ? 0 : status.size,
    blockSize: directory ? 0 : input.blockSize,
    createdMs: input.nowMs,
    modifiedMs: status.modifiedMs ?? input.nowMs,
    accessedMs: status.modifiedMs ?? input.nowMs,
    owner: status.owner === '' ? parent.owner : status.owner,
    group: status.group === '' ? parent.group : status.group,
    mode: ownMode ? status.mode : inherited.mode,
    acl: inherited.acl,
    defaultAcl: directory ? parent.defaultAcl : [],
    persistence: 'PERSISTED',
    pinned: parent.pinned,
    pinnedMedia: parent.pinnedMedia,
    contentHash: directory ? '' : status.contentHash,
    crc64: status.crc64 ?? '',
    syncedMs: input.nowMs,
  };
}

function common(input: NewInode) {
  return {
    id: input.id,
    createdMs: input.nowMs,
    modifiedMs: input.nowMs,
    accessedMs: input.nowMs,
    owner: input.owner,
    group: input.group,
    pinned: input.parent.pinned,
    pinnedMedia: input.parent.pinnedMedia,
  };
}
