/**
 * Every key of the journal. One B-tree; the first byte of a key is its table, numbers are big-endian so that bytes sort as numbers do.
 *
 *   I parentId(6) name            → inode            directory entry: attributes. One range lists a directory in name order.
 *   R id(6)                       → parentId, name   where an inode hangs
 *   T directoryId(6)              → totals           absent while all are 0
 *   B fileId(6) index(4)          → block            a block in the cache
 *   U directory(2) usedMs(6)      → -                use order of a cache directory, least recently used first
 *     fileId(6) index(4)
 *   S directory(2)                → used, reserved   space of a cache directory; absent while both are 0
 *   E expiryMs(6) id(6)           → -                inodes with a TTL, soonest first
 *   P id(6)                       → -                files in state TO_BE_PERSISTED
 *   M id(6)                       → mount            JSON
 *   N id(6)                       → intent           JSON
 *   K parentId(6) name            → holders          leases: which open intents hold a directory entry, and whether as a tree
 *   Y id(6)                       → sync             JSON; a path to be compared with the under storage, gone with its inode
 *   F name                        → value            facts about the store, UTF-8
 *   D                             → path defaults    JSON, one record: paths may be longer than a key
 *   Q                             → next number      what allocate() gives next
 *   L seq(6)                      → log record       the log; never empty once something was appended, so that its last key gives the next seq
 *   X                             → -                this store was replaced by a newer one (format); whoever still has it open must stop
 *
 * A replay gives the same bytes in every table but L and X.
 */
import { AlluxioError } from '../errors.ts';

export const TABLE = {
  inode: 0x49,
  place: 0x52,
  totals: 0x54,
  block: 0x42,
  use: 0x55,
  space: 0x53,
  expiry: 0x45,
  toPersist: 0x50,
  mount: 0x4d,
  intent: 0x4e,
  lease: 0x4b,
  sync: 0x59,
  fact: 0x46,
  pathDefaults: 0x44,
  sequence: 0x51,
  log: 0x4c,
  retired: 0x58,
} as const;

/** Bytes of a name. LMDB keys end at 1,978 bytes. */
export const MAX_NAME_BYTES = 1900;
const MAX_48 = 2 ** 48 - 1;
/** Longer names are written by the runtime, which is faster then. */
const ASCII_AT_MOST = 64;
/** Where the name begins in an inode key. */
export const NAME_OFFSET = 7;

function put48(key: Buffer, value: number, at: number): number {
  if (!(value >= 0 && value <= MAX_48)) throw new AlluxioError('INTERNAL', `${value} does not fit into a key.`);
  const high = Math.floor(value / 0x1_0000_0000);
  key[at] = high >>> 8;
  key[at + 1] = high;
  key[at + 2] = value >>> 24;
  key[at + 3] = value >>> 16;
  key[at + 4] = value >>> 8;
  key[at + 5] = value;
  return at + 6;
}

export function get48(key: Buffer, at: number): number {
  return key.readUIntBE(at, 6);
}

function numbered(table: number, value: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key[0] = table;
  put48(key, value, 1);
  return key;
}

function invalidName(why: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', `Invalid name: ${why}.`, { hint: `Names are valid Unicode of at most ${MAX_NAME_BYTES} bytes in UTF-8.` });
}

/** @throws INVALID_ARGUMENT for a lone surrogate and for a name over 1,900 bytes: two such names could become one key, or none. */
export function inodeKey(parentId: number, name: string): Buffer {
  return entryKey(TABLE.inode, parentId, name);
}

export function leaseKey(parentId: number, name: string): Buffer {
  return entryKey(TABLE.lease, parentId, name);
}

function entryKey(table: number, parentId: number, name: string, suffix = 0): Buffer {
  return asciiKey(table, parentId, name, suffix) ?? unicodeKey(table, parentId, name, suffix);
}

/** Nearly every name, written while it is looked at; undefined for the others. */
function asciiKey(table: number, parentId: number, name: string, suffix: number): Buffer | undefined {
  const size = name.length;
  if (size > ASCII_AT_MOST) return undefined;
  const key = startKey(table, parentId, size + suffix);
  for (let i = 0; i < size; i++) {
    const code = name.charCodeAt(i);
    if (code > 127) return undefined;
    key[NAME_OFFSET + i] = code;
  }
  if (suffix === 1) key[NAME_OFFSET + size] = 0;
  return key;
}

function unicodeKey(table: number, parentId: number, name: string, suffix: number): Buffer {
  const size = Buffer.byteLength(name);
  if (size > MAX_NAME_BYTES) throw invalidName(`it has ${size} bytes`);
  if (size !== name.length && /\p{Surrogate}/u.test(name)) throw invalidName('it holds half of a surrogate pair');
  const key = startKey(table, parentId, size + suffix);
  key.write(name, NAME_OFFSET);
  if (suffix === 1) key[NAME_OFFSET + size] = 0;
  return key;
}

function startKey(table: number, parentId: number, size: number): Buffer {
  const key = Buffer.allocUnsafe(NAME_OFFSET + size);
  key[0] = table;
  put48(key, parentId, 1);
  return key;
}

/** The smallest key after the entry `name`. */
export function inodeKeyAfter(parentId: number, name: string): Buffer {
  return entryKey(TABLE.inode, parentId, name, 1);
}

export const placeKey = (id: number): Buffer => numbered(TABLE.place, id);
export const totalsKey = (directoryId: number): Buffer => numbered(TABLE.totals, directoryId);
export const toPersistKey = (id: number): Buffer => numbered(TABLE.toPersist, id);
export const mountKey = (id: number): Buffer => numbered(TABLE.mount, id);
export const intentKey = (id: number): Buffer => numbered(TABLE.intent, id);
export const syncKey = (id: number): Buffer => numbered(TABLE.sync, id);
export const logKey = (seq: number): Buffer => numbered(TABLE.log, seq);

export function blockKey(fileId: number, index: number): Buffer {
  const key = Buffer.allocUnsafe(11);
  key[0] = TABLE.block;
  key.writeUInt32BE(index, put48(key, fileId, 1));
  return key;
}

export function useKey(use: { directory: number; usedMs: number; fileId: number; index: number }, suffix = 0): Buffer {
  const key = Buffer.alloc(19 + suffix);
  key[0] = TABLE.use;
  key.writeUInt16BE(use.directory, 1);
  key.writeUInt32BE(use.index, put48(key, use.fileId, put48(key, use.usedMs, 3)));
  return key;
}

/** The block that a use-order key names. */
export function parseUseKey(key: Buffer): { fileId: number; index: number } {
  return { fileId: get48(key, 9), index: key.readUInt32BE(15) };
}

export function spaceKey(directory: number): Buffer {
  const key = Buffer.allocUnsafe(3);
  key[0] = TABLE.space;
  key.writeUInt16BE(directory, 1);
  return key;
}

/** Times outside of what a key can hold are as good as its ends. */
export function expiryKey(expiryMs: number, id: number): Buffer {
  const key = Buffer.allocUnsafe(13);
  key[0] = TABLE.expiry;
  put48(key, id, put48(key, Math.min(Math.max(Math.floor(expiryMs), 0), MAX_48), 1));
  return key;
}

export function factKey(name: string): Buffer {
  const key = Buffer.from(` ${name}`);
  if (key.length > MAX_NAME_BYTES) throw invalidName(`it has ${key.length} bytes`);
  key[0] = TABLE.fact;
  return key;
}

export const pathDefaultsKey = (): Buffer => Buffer.of(TABLE.pathDefaults);
export const sequenceKey = (): Buffer => Buffer.of(TABLE.sequence);
export const retiredKey = (): Buffer => Buffer.of(TABLE.retired);

/** All keys of a table, or those beginning with a number: `from` included, `to` not. */
export function tableRange(table: number): { from: Buffer; to: Buffer } {
  return { from: Buffer.of(table), to: Buffer.of(table + 1) };
}

/** All keys `table number…`. */
export function numberRange(table: number, value: number): { from: Buffer; to: Buffer } {
  return { from: numbered(table, value), to: numbered(table, value + 1) };
}

export function directoryUseRange(directory: number): { from: Buffer; to: Buffer } {
  const from = Buffer.of(TABLE.use, directory >> 8, directory & 255);
  return { from, to: directory === 0xffff ? Buffer.of(TABLE.use + 1) : Buffer.of(TABLE.use, (directory + 1) >> 8, (directory + 1) & 255) };
}
