/** Values of the other tables: small ones laid out by hand; rare ones (mounts, intents, path defaults) are JSON. */
import { ByteReader, ByteWriter } from './bytes.ts';
import type { BlockRecord, LeaseTarget, TotalsRecord } from './records.ts';

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
  return { parentId: reader.count(), name: reader.text() };
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
  return {
    children: reader.count(),
    files: reader.count(),
    directories: reader.count(),
    bytes: reader.count(),
    cachedBytes: reader.count(),
    unloaded: reader.count(),
  };
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
  for (let left = reader.count(); left > 0; left--) holders.push({ intentId: reader.count(), scope: reader.byte() === 1 ? 'tree' : 'entry' });
  return holders;
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
  return { fileId, index, length, directory, checksums, usedMs };
}

export function encodeSpace(space: { used: number; reserved: number }): Buffer {
  writer.start();
  writer.count(space.used);
  writer.count(space.reserved);
  return writer.done();
}

export function decodeSpace(bytes: Buffer): { used: number; reserved: number } {
  reader.start(bytes);
  return { used: reader.count(), reserved: reader.count() };
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

/** What the journal wrote itself needs no validation: a store of another format version is never opened. */
export function decodeJson<T>(bytes: Buffer): T {
  return JSON.parse(decodeText(bytes)) as T;
}
