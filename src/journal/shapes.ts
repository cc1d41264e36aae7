/**
 * What the records that are kept as JSON hold. The store has no checksum of values: a flipped bit shows here, or later as an error that nobody understands. Names that are not
 * known are let through, as a later version may add some.
 */
import type { EntryType } from './entries.ts';
import type { IntentWork } from './records.ts';

export type Shape = (value: unknown) => boolean;

const MAX_48 = 2 ** 48 - 1;

const text: Shape = (value) => typeof value === 'string';
const flag: Shape = (value) => typeof value === 'boolean';
/** Times may have fractions, and lie before 1970. */
const number: Shape = (value) => typeof value === 'number' && Number.isFinite(value);
/** What fits into a key. */
const id: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_48;

function word(...words: readonly unknown[]): Shape {
  return (value) => words.includes(value);
}

function optional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

function list(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

function record(fields: Readonly<Record<string, Shape>>): Shape {
  const shapes = Object.entries(fields);
  return (value) => isObject(value) && shapes.every(([name, shape]) => shape(value[name]));
}

/** Any names, all of one kind. */
function map(shape: Shape): Shape {
  return (value) => isObject(value) && Object.values(value).every(shape);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const owner = record({ host: text, pid: number, startedAt: number, bootId: text, command: text });

export const MOUNT = record({ id, inodeId: id, ufsUri: text, readOnly: flag, shared: flag, properties: map(text) });
export const SYNC = record({ id, automatic: flag, neededMs: number, initial: word('SKIPPED', 'RUNNING', 'DONE'), owner });
export const PATH_DEFAULTS = list((value) => Array.isArray(value) && value.length === 2 && text(value[0]) && map(text)(value[1]));

const stored = { mountId: id, key: text };
const WORK: Readonly<Record<IntentWork['kind'], Shape>> = {
  write: record({ ...stored, fileId: id, through: flag }),
  writes: record({ mountId: id, through: flag, files: list(record({ fileId: id, key: text })) }),
  persist: record({ ...stored, fileId: id, background: optional(word(true)) }),
  rename: record({ inodeId: id, mountId: id, fromParentId: optional(id), fromKey: text, toKey: text, toParentId: id, toName: text, phase: word('copy', 'delete') }),
  make: record({ ...stored, levels: number }),
  own: record({ inodeIds: list(id) }),
  remove: record({}),
  delete: record({ ...stored, inodeId: id, parentId: id, name: text, directory: flag, unchecked: flag }),
  purge: record({ inodeId: id }),
  cache: record({ fileId: id }),
  evict: record({ blocks: list(record({ fileId: id, index: id, directory: id })), thenPurge: id, beforeMs: optional(number) }),
};

export const INTENT = record({
  id,
  owner,
  user: text,
  startedMs: number,
  leases: list(record({ parentId: id, name: text, scope: word('entry', 'tree') })),
  reserved: list(record({ directory: id, bytes: number })),
  work: kindOf('kind', WORK),
  wanted: optional(word(true)),
  notBeforeMs: optional(number),
});

const acl = list(record({ type: word('user', 'group', 'mask', 'other'), subject: text, bits: number }));
const ATTRIBUTES: Readonly<Record<string, Shape>> = {
  length: number,
  blockSize: number,
  createdMs: number,
  modifiedMs: number,
  accessedMs: number,
  owner: text,
  group: text,
  mode: number,
  persistence: word('NOT_PERSISTED', 'TO_BE_PERSISTED', 'PERSISTED', 'LOST'),
  pinned: flag,
  pinnedMedia: list(text),
  ttlMs: number,
  ttlAction: word('DELETE', 'FREE'),
  replicationMin: number,
  replicationMax: number,
  acl,
  defaultAcl: acl,
  contentHash: text,
  crc64: text,
  childrenLoaded: flag,
  syncedMs: number,
  mountId: id,
};
const change = record(Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, shape]) => [name, optional(shape)])));
const inode = record({ ...ATTRIBUTES, id, directory: flag });
const block = record({ fileId: id, index: id, length: number, directory: id, checksums: list(number), usedMs: number });

const ENTRIES: Readonly<Record<EntryType, Shape>> = {
  'inode-created': record({ parentId: id, name: text, inode }),
  'inodes-found': record({ parentId: id, found: list(record({ name: text, inode })) }),
  'inode-changed': record({ id, change, before: optional(change) }),
  'inode-moved': record({ id, toParentId: id, toName: text, from: optional(record({ parentId: id, name: text })) }),
  'inode-removed': record({ id }),
  'space-reserved': record({ directory: id, bytes: number }),
  'space-released': record({ directory: id, bytes: number }),
  'block-added': record({ block }),
  'block-removed': record({ fileId: id, index: id }),
  'block-used': record({ fileId: id, index: id, usedMs: number }),
  'mount-added': record({ mount: MOUNT }),
  'mount-changed': record({ mount: MOUNT, before: optional(MOUNT) }),
  'mount-removed': record({ id, before: optional(MOUNT) }),
  'intent-opened': record({ intent: INTENT }),
  'intent-changed': record({ intent: INTENT }),
  'intent-closed': record({ id }),
  'sync-set': record({ sync: SYNC }),
  'sync-cleared': record({ id }),
  'path-defaults-set': record({ path: text, properties: map(text) }),
  'fact-set': record({ name: text, value: text }),
  'sequence-moved': record({ next: id }),
  'record-repaired': record({ repair: record({ what: text }) }),
};

/** A log entry that is kept as JSON. */
export const ENTRY = kindOf('type', ENTRIES);

/** One of several kinds; `name` says which. */
function kindOf(name: string, kinds: Readonly<Record<string, Shape>>): Shape {
  return (value) => {
    if (!isObject(value)) return false;
    const kind = value[name];
    return typeof kind === 'string' && Object.hasOwn(kinds, kind) && kinds[kind]?.(value) === true;
  };
}
