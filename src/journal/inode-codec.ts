/**
 * Inodes, laid out by hand: a flags word says which fields follow, so that defaults cost nothing. A plain file with ETag and CRC takes about 65 bytes.
 */
import { AlluxioError } from '../errors.ts';
import { ByteReader, ByteWriter, endsEarly, LOWER_HEX, UPPER_HEX } from './bytes.ts';
import type { AclEntry, InodeRecord, PersistenceState } from './records.ts';
import { recordDamaged } from './remedy.ts';

const writer = new ByteWriter();
const reader = new ByteReader();

const STATES: readonly PersistenceState[] = ['NOT_PERSISTED', 'TO_BE_PERSISTED', 'PERSISTED', 'LOST'];
const ACL_TYPES: readonly AclEntry['type'][] = ['user', 'group', 'mask', 'other'];

/** Bits 0-1 hold the persistence state. */
const DIRECTORY = 1 << 2;
const PINNED = 1 << 3;
const LOADED = 1 << 4;
const FREE = 1 << 5;
const LENGTH = 1 << 6;
/** The block size is a power of two: its exponent follows instead of it. */
const BLOCK_EXPONENT = 1 << 7;
const BLOCK_SIZE = 1 << 8;
const MODIFIED = 1 << 9;
const ACCESSED = 1 << 10;
const GROUP = 1 << 11;
const MEDIA = 1 << 12;
const TTL = 1 << 13;
const REPLICATION = 1 << 14;
const CACHED = 1 << 15;
/** All of it is cached. */
const CACHED_ALL = 1 << 16;
const ACL = 1 << 17;
const DEFAULT_ACL = 1 << 18;
const CRC = 1 << 19;
const SYNCED = 1 << 20;
const MOUNT = 1 << 21;
/** How the content hash is kept: none, 16 bytes of upper or lower hex (an ETag), or text. */
const HASH_SHIFT = 22;
const HASH_UPPER = 1 << HASH_SHIFT;
const HASH_LOWER = 2 << HASH_SHIFT;
const HASH_TEXT = 3 << HASH_SHIFT;
/** From here on the bits mean nothing. */
const UNUSED = 2 ** (HASH_SHIFT + 2);

/** No sign, no leading zero: what comes back is what was put in. */
const CANONICAL = /^(?:0|[1-9]\d{0,19})$/;
const MAX_64 = 0xffff_ffff_ffff_ffffn;
const NO_ACL: readonly AclEntry[] = Object.freeze([]);
const NO_MEDIA: readonly string[] = Object.freeze([]);

/** The bytes of the ETag that hashFlag saw last. */
const etagBytes = new Uint8Array(16);

function hashFlag(hash: string): number {
  if (hash === '') return 0;
  if (hash.length !== 32) return HASH_TEXT;
  let letters = 0;
  for (let at = 0; at < 32; at++) {
    const digit = HEX_DIGITS[hash.charCodeAt(at)] ?? NO_DIGIT;
    if (digit === NO_DIGIT) return HASH_TEXT;
    letters |= digit & (UPPER_LETTER | LOWER_LETTER);
    if ((at & 1) === 0) etagBytes[at >> 1] = (digit & 15) << 4;
    else etagBytes[at >> 1] = (etagBytes[at >> 1] ?? 0) | (digit & 15);
  }
  if (letters === (UPPER_LETTER | LOWER_LETTER)) return HASH_TEXT;
  return letters === LOWER_LETTER ? HASH_LOWER : HASH_UPPER;
}

const UPPER_LETTER = 1 << 4;
const LOWER_LETTER = 1 << 5;
const NO_DIGIT = 255;
/** The value of a hexadecimal digit by its character code, and which case it is of. */
const HEX_DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX_DIGITS[text.charCodeAt(0)] = digit < 10 ? digit : digit | LOWER_LETTER;
  HEX_DIGITS[text.toUpperCase().charCodeAt(0)] = digit < 10 ? digit : digit | UPPER_LETTER;
}

function blockSizeFlag(size: number): number {
  if (size === 0) return 0;
  return size > 0 && Number.isInteger(Math.log2(size)) ? BLOCK_EXPONENT : BLOCK_SIZE;
}

function cachedFlag(inode: InodeRecord): number {
  if (inode.cachedBytes === 0) return 0;
  return inode.cachedBytes === inode.length ? CACHED_ALL : CACHED;
}

function flagsOf(inode: InodeRecord): number {
  const state = STATES.indexOf(inode.persistence);
  if (state < 0) throw new AlluxioError('INTERNAL', `Unknown persistence state ${inode.persistence}.`);
  return (
    state |
    (inode.directory ? DIRECTORY : 0) |
    (inode.pinned ? PINNED : 0) |
    (inode.childrenLoaded ? LOADED : 0) |
    (inode.ttlAction === 'FREE' ? FREE : 0) |
    (inode.length === 0 ? 0 : LENGTH) |
    blockSizeFlag(inode.blockSize) |
    (inode.modifiedMs === inode.createdMs ? 0 : MODIFIED) |
    (inode.accessedMs === inode.modifiedMs ? 0 : ACCESSED) |
    (inode.group === inode.owner ? 0 : GROUP) |
    (inode.pinnedMedia.length === 0 ? 0 : MEDIA) |
    (inode.ttlMs < 0 ? 0 : TTL) |
    (inode.replicationMin === 0 && inode.replicationMax === -1 ? 0 : REPLICATION) |
    cachedFlag(inode) |
    (inode.acl.length === 0 ? 0 : ACL) |
    (inode.defaultAcl.length === 0 ? 0 : DEFAULT_ACL) |
    (inode.crc64 === '' ? 0 : CRC) |
    (inode.syncedMs === 0 ? 0 : SYNCED) |
    (inode.mountId === 0 ? 0 : MOUNT) |
    hashFlag(inode.contentHash)
  );
}

function writeAcl(acl: readonly AclEntry[]): void {
  writer.count(acl.length);
  for (const entry of acl) {
    writer.byte((ACL_TYPES.indexOf(entry.type) << 3) | (entry.bits & 7));
    writer.text(entry.subject);
  }
}

function readAcl(): AclEntry[] {
  const entries: AclEntry[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const head = reader.byte();
    entries.push({ type: ACL_TYPES[head >> 3] ?? unknownKind(), subject: reader.text(), bits: head & 7 });
  }
  return entries;
}

function unknownKind(): never {
  throw recordDamaged('an inode holds what there is no kind of');
}

function readTexts(): string[] {
  const texts: string[] = [];
  for (let left = reader.count(); left > 0; left--) texts.push(reader.text());
  return texts;
}

function writeCrc64(text: string): void {
  const value = CANONICAL.test(text) ? BigInt(text) : MAX_64 + 1n;
  if (value > MAX_64) throw new AlluxioError('INTERNAL', `"${text}" is not a CRC-64 in decimal.`);
  writer.uint64(value);
}

/** Fields that most inodes leave at their defaults. */
function writeRareFields(inode: InodeRecord, flags: number): void {
  if (flags & MEDIA) {
    writer.count(inode.pinnedMedia.length);
    for (const medium of inode.pinnedMedia) writer.text(medium);
  }
  if (flags & TTL) writer.count(inode.ttlMs);
  if (flags & REPLICATION) {
    writer.signed(inode.replicationMin);
    writer.signed(inode.replicationMax);
  }
  if (flags & CACHED) writer.count(inode.cachedBytes);
  if (flags & ACL) writeAcl(inode.acl);
  if (flags & DEFAULT_ACL) writeAcl(inode.defaultAcl);
  if (flags & MOUNT) writer.count(inode.mountId);
}

/** File systems tell times in fractions of a millisecond; records hold whole ones. */
export function inWholeMs(inode: InodeRecord): InodeRecord {
  const { createdMs, modifiedMs, accessedMs, syncedMs, ttlMs } = inode;
  const whole = Number.isInteger(createdMs) && Number.isInteger(modifiedMs) && Number.isInteger(accessedMs) && Number.isInteger(syncedMs);
  if (whole && Number.isInteger(ttlMs)) return inode;
  return {
    ...inode,
    createdMs: Math.floor(createdMs),
    modifiedMs: Math.floor(modifiedMs),
    accessedMs: Math.floor(accessedMs),
    syncedMs: Math.floor(syncedMs),
    ttlMs: Math.floor(ttlMs),
  };
}

let lastEncoded: { readonly inode: InodeRecord; readonly bytes: Buffer } | undefined;

/** The state and the log hold the same bytes of a new inode: the second time they are at hand. */
export function encodeInode(inode: InodeRecord): Buffer {
  if (lastEncoded?.inode === inode) return lastEncoded.bytes;
  const bytes = encodeFields(inode);
  lastEncoded = { inode, bytes };
  return bytes;
}

function encodeFields(given: InodeRecord): Buffer {
  const inode = inWholeMs(given);
  const flags = flagsOf(inode);
  writer.start();
  writer.uint32(flags);
  writer.count(inode.id);
  writer.time(inode.createdMs);
  writer.count(inode.mode);
  writer.text(inode.owner);
  if (flags & LENGTH) writer.count(inode.length);
  if (flags & BLOCK_EXPONENT) writer.byte(Math.log2(inode.blockSize));
  if (flags & BLOCK_SIZE) writer.count(inode.blockSize);
  if (flags & MODIFIED) writer.signed(inode.modifiedMs - inode.createdMs);
  if (flags & ACCESSED) writer.signed(inode.accessedMs - inode.modifiedMs);
  if (flags & GROUP) writer.text(inode.group);
  const hash = flags & HASH_TEXT;
  if (hash === HASH_TEXT) writer.text(inode.contentHash);
  else if (hash !== 0) writer.raw(etagBytes);
  if (flags & CRC) writeCrc64(inode.crc64);
  if (flags & SYNCED) writer.signed(inode.syncedMs - inode.createdMs);
  writeRareFields(inode, flags);
  return writer.done();
}

function readHash(kind: number): string {
  if (kind === 0) return '';
  if (kind === HASH_TEXT) return reader.text();
  return reader.hex(16, kind === HASH_UPPER ? UPPER_HEX : LOWER_HEX);
}

function skipHash(kind: number): '' {
  if (kind === 0) return '';
  return reader.skip(kind === HASH_TEXT ? reader.count() : 16);
}

function readBlockSize(flags: number): number {
  if (flags & BLOCK_EXPONENT) return 2 ** reader.byte();
  return flags & BLOCK_SIZE ? reader.count() : 0;
}

/** What a date can hold, and a key. */
const LATEST = 8.64e15;
const MAX_48 = 2 ** 48 - 1;

function isNoDate(ms: number): boolean {
  return ms > LATEST || ms < -LATEST;
}

export interface DecodeRange {
  readonly at?: number;
  readonly end?: number;
  /** Leaves contentHash and crc64 empty. */
  readonly brief?: boolean;
}

/** Reads fields in the order in which encodeInode wrote them. */
export function decodeInode(bytes: Buffer, { at = 0, end = bytes.length, brief = false }: DecodeRange = {}): InodeRecord {
  reader.start(bytes, at);
  const flags = reader.uint32();
  if (flags >= UNUSED) unknownKind();
  const id = reader.count();
  const createdMs = reader.time();
  const mode = reader.count();
  const owner = reader.repeatedText();
  const length = flags & LENGTH ? reader.count() : 0;
  const blockSize = readBlockSize(flags);
  const modifiedMs = flags & MODIFIED ? createdMs + reader.signed() : createdMs;
  const accessedMs = flags & ACCESSED ? modifiedMs + reader.signed() : modifiedMs;
  const group = flags & GROUP ? reader.text() : owner;
  const contentHash = brief ? skipHash(flags & HASH_TEXT) : readHash(flags & HASH_TEXT);
  const crc64 = flags & CRC ? (brief ? reader.skip(8) : reader.uint64().toString()) : '';
  const syncedMs = flags & SYNCED ? createdMs + reader.signed() : 0;
  const pinnedMedia = flags & MEDIA ? readTexts() : NO_MEDIA;
  const ttlMs = flags & TTL ? reader.count() : -1;
  const replicationMin = flags & REPLICATION ? reader.signed() : 0;
  const replicationMax = flags & REPLICATION ? reader.signed() : -1;
  const cachedBytes = flags & CACHED ? reader.count() : flags & CACHED_ALL ? length : 0;
  const acl = flags & ACL ? readAcl() : NO_ACL;
  const defaultAcl = flags & DEFAULT_ACL ? readAcl() : NO_ACL;
  const mountId = flags & MOUNT ? reader.count() : 0;
  if (reader.at !== end) throw endsEarly();
  if (id > MAX_48 || mountId > MAX_48 || blockSize > Number.MAX_SAFE_INTEGER || isNoDate(modifiedMs) || isNoDate(accessedMs) || isNoDate(syncedMs)) throw recordDamaged(`inode ${id} holds a number that no inode has`);
  return {
    id,
    directory: (flags & DIRECTORY) !== 0,
    length,
    blockSize,
    createdMs,
    modifiedMs,
    accessedMs,
    owner,
    group,
    mode,
    persistence: STATES[flags & 3] ?? 'LOST',
    pinned: (flags & PINNED) !== 0,
    pinnedMedia,
    ttlMs,
    ttlAction: flags & FREE ? 'FREE' : 'DELETE',
    replicationMin,
    replicationMax,
    cachedBytes,
    acl,
    defaultAcl,
    contentHash,
    crc64,
    childrenLoaded: (flags & LOADED) !== 0,
    syncedMs,
    mountId,
  };
}
