/** Values of the other tables: small ones laid out by hand; rare ones (mounts, intents, path defaults) are JSON. */
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entries.ts';
import type { BlockRecord, IntentRecord, LeaseTarget, MountRecord, SyncRecord, TotalsRecord } from './records.ts';
import { recordDamaged } from './remedy.ts';
import { ENTRY, INTENT, MOUNT, PATH_DEFAULTS, SYNC } from './shapes.ts';
import type { Shape } from './shapes.ts';

const writer = new ByteWriter();
const reader = new ByteReader();

export interface Place {
  readonly parentId: number;
  readonly name: string;
}

export function encodePlace(place: Place): Buffer {
  writer.start();
  writer.count(place.parentId);
  writer.text(place.name);
  return writer.done();
}

export function decodePlace(bytes: Buffer): Place {
  reader.start(bytes);
  return reader.end({ parentId: reader.count(), name: reader.text() });
}

/** The parent alone: what a walk to the root needs. */
export function decodeParent(bytes: Buffer): number {
  return reader.start(bytes).count();
}

export function encodeTotals(totals: TotalsRecord): Buffer {
  writer.start();
  writer.count(totals.children);
  writer.count(totals.files);
  writer.count(totals.directories);
  writer.count(totals.bytes);
  writer.count(totals.cachedBytes);
  writer.count(totals.unloaded);
  return writer.done();
}

export function decodeTotals(bytes: Buffer): TotalsRecord {
  reader.start(bytes);
  return reader.end({
    children: reader.count(),
    files: reader.count(),
    directories: reader.count(),
    bytes: reader.count(),
    cachedBytes: reader.count(),
    unloaded: reader.count(),
  });
}

const SCOPES: readonly LeaseTarget['scope'][] = ['entry', 'tree'];

function unknownScope(): never {
  throw recordDamaged('a lease is of no kind that there is');
}

export interface LeaseHolder {
  readonly intentId: number;
  readonly scope: LeaseTarget['scope'];
}

export function encodeHolders(holders: readonly LeaseHolder[]): Buffer {
  writer.start();
  writer.count(holders.length);
  for (const { intentId, scope } of holders) {
    writer.count(intentId);
    writer.byte(scope === 'tree' ? 1 : 0);
  }
  return writer.done();
}

export function decodeHolders(bytes: Buffer): LeaseHolder[] {
  reader.start(bytes);
  const holders: LeaseHolder[] = [];
  for (let left = reader.count(); left > 0; left--) holders.push({ intentId: reader.count(), scope: SCOPES[reader.byte()] ?? unknownScope() });
  return reader.end(holders);
}

export function encodeBlock(block: BlockRecord): Buffer {
  writer.start();
  writer.count(block.length);
  writer.count(block.directory);
  writer.time(block.usedMs);
  writer.count(block.checksums.length);
  for (const checksum of block.checksums) writer.uint32(checksum);
  return writer.done();
}

export function decodeBlock(bytes: Buffer, fileId: number, index: number): BlockRecord {
  reader.start(bytes);
  const [length, directory, usedMs] = [reader.count(), reader.count(), reader.time()];
  const checksums: number[] = [];
  for (let left = reader.count(); left > 0; left--) checksums.push(reader.uint32());
  return reader.end({ fileId, index, length, directory, checksums, usedMs });
}

export function encodeSpace(space: { used: number; reserved: number }): Buffer {
  writer.start();
  writer.count(space.used);
  writer.count(space.reserved);
  return writer.done();
}

export function decodeSpace(bytes: Buffer): { used: number; reserved: number } {
  reader.start(bytes);
  return reader.end({ used: reader.count(), reserved: reader.count() });
}

export function encodeNumber(value: number): Buffer {
  writer.start();
  writer.count(value);
  return writer.done();
}

export function decodeNumber(bytes: Buffer): number {
  return reader.start(bytes).count();
}

/** Values from the store may sit in a larger, reused buffer: `length` says how much of it counts. */
export function decodeText(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.length);
}

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** @throws CORRUPT, with the kind of record, when it is not what the journal wrote */
function decodeJson<T>(bytes: Buffer, what: string, shape: Shape): T {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch (error) {
    throw recordDamaged(`${what} cannot be read`, error);
  }
  if (!shape(value)) throw recordDamaged(`${what} is not what was written`);
  return value as T;
}

export function decodeMount(bytes: Buffer, id: number): MountRecord {
  return itself(decodeJson<MountRecord>(bytes, `mount ${id}`, MOUNT), id, 'mount');
}

export function decodeIntent(bytes: Buffer, id: number): IntentRecord {
  return itself(decodeJson<IntentRecord>(bytes, `intent ${id}`, INTENT), id, 'intent');
}

export function decodeSync(bytes: Buffer, id: number): SyncRecord {
  return itself(decodeJson<SyncRecord>(bytes, `the sync record of inode ${id}`, SYNC), id, 'the sync record of inode');
}

export function decodePathDefaults(bytes: Buffer): [path: string, properties: Record<string, string>][] {
  return decodeJson(bytes, 'the record of the path defaults', PATH_DEFAULTS);
}

/** An entry of the log that is kept as JSON. */
export function decodeEntry(text: string, seq: number): Entry {
  return decodeJson(Buffer.from(text), `record ${seq} of the log`, ENTRY);
}

/** A record says its key once more. */
function itself<T extends { readonly id: number }>(record: T, id: number, what: string): T {
  if (record.id !== id) throw recordDamaged(`${what} ${id} says that it is ${record.id}`);
  return record;
}
