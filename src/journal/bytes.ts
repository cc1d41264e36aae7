/**
 * Reading and writing the compact binary forms. One scratch buffer is reused for every record: what `done()` returns is valid until the next `start()`,
 * unless it is copied.
 */
import { AlluxioError } from '../errors.ts';
import { recordDamaged } from './remedy.ts';

const TWO_32 = 0x1_0000_0000;
/** Characters of a text that is copied one by one. Below 128, so that its length is one byte. */
const SHORT = 20;
/** Times are stored as unsigned 48-bit numbers around this origin, so that files older than 1970 are no special case. */
const TIME_ORIGIN = 2 ** 47;

function checkInteger(value: number): void {
  if (!Number.isSafeInteger(value)) throw new AlluxioError('INTERNAL', `${value} is not an integer that a record can hold.`);
}

export function endsEarly(): AlluxioError {
  return recordDamaged('a record ends early');
}

/** Character codes of the sixteen digits. */
export const LOWER_HEX = Uint8Array.from(Buffer.from('0123456789abcdef'));
export const UPPER_HEX = Uint8Array.from(Buffer.from('0123456789ABCDEF'));
const hexText = Buffer.alloc(32);
const wide = new BigUint64Array(1);
const wideBytes = new Uint8Array(wide.buffer);

export class ByteWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #at = 0;

  start(): this {
    this.#at = 0;
    return this;
  }

  /** A copy of what was written. */
  done(): Buffer {
    const copy = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(copy, 0, 0, this.#at);
    return copy;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at);
  }

  /** A whole number from 0 up, seven bits a byte. */
  count(value: number): void {
    checkInteger(value);
    if (value < 0) throw new AlluxioError('INTERNAL', `${value} is negative where a record cannot hold that.`);
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      // The lowest bits, also of what does not fit into 32: a remainder would be a call into the C library.
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  /** A whole number of either sign, short when it is near 0. */
  signed(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value);
  }

  time(ms: number): void {
    checkInteger(ms);
    const shifted = ms + TIME_ORIGIN;
    if (shifted < 0 || shifted >= 2 * TIME_ORIGIN) throw new AlluxioError('INTERNAL', `${ms} is no time that a record can hold.`);
    this.#reserve(6);
    this.#at = this.#bytes.writeUIntLE(shifted, this.#at, 6);
  }

  text(value: string): void {
    if (this.#shortAscii(value)) return;
    const size = Buffer.byteLength(value);
    this.count(size);
    this.#reserve(size);
    this.#at += this.#bytes.write(value, this.#at, size);
  }

  /** Most owners, groups and names: a call into the runtime would cost more than the loop. */
  #shortAscii(value: string): boolean {
    const size = value.length;
    if (size > SHORT) return false;
    this.#reserve(size + 1);
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[start + i] = code;
    }
    bytes[this.#at] = size;
    this.#at = start + size;
    return true;
  }

  /** Bytes as they are, without their length. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    for (const byte of value) this.#bytes[this.#at++] = byte;
  }

  uint64(value: bigint): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeBigUInt64LE(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.count(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }
}

/** Owners and groups repeat from record to record: the same bytes as last time give the same string, without decoding. */
class LastText {
  #bytes = Buffer.alloc(0);
  #text = '';

  read(source: Buffer, start: number, end: number): string {
    const size = end - start;
    const bytes = this.#bytes;
    if (bytes.length === size) {
      let same = 0;
      while (same < size && bytes[same] === source[start + same]) same++;
      if (same === size) return this.#text;
    }
    this.#text = source.toString('utf8', start, end);
    this.#bytes = Buffer.from(this.#text);
    return this.#text;
  }
}

export class ByteReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #last = new LastText();

  start(bytes: Buffer, at = 0): this {
    this.#bytes = bytes;
    this.#at = at;
    return this;
  }

  /** All that was given must have been read. @throws CORRUPT */
  end<T>(record: T): T {
    if (this.#at !== this.#bytes.length) throw recordDamaged('a record is longer or shorter than what it holds');
    return record;
  }

  /** What has been read ends here. */
  get at(): number {
    return this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw endsEarly();
    return value;
  }

  // Few calls: most commands end before the engine has made them fast.
  uint32(): number {
    const bytes = this.#bytes;
    const at = this.#skip(4);
    return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) + (bytes[at + 3] ?? 0) * 0x100_0000;
  }

  count(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw endsEarly();
    return byte < 128 ? byte : this.#rest(byte & 127);
  }

  /** Of a count whose lowest seven bits are known. */
  #rest(lowest: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let value = lowest;
    let byte = 128;
    for (let shift = 7; shift < 28 && byte > 127; shift += 7) {
      byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
    }
    for (let factor = 2 ** 28; byte > 127; factor *= 128) {
      byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
    }
    // What no writer of ours can have put in, NaN included, is no count.
    if (at > bytes.length || !(value <= Number.MAX_SAFE_INTEGER)) throw endsEarly();
    this.#at = at;
    return value;
  }

  signed(): number {
    const value = this.count();
    return (value & 1) === 0 ? value / 2 : -(value + 1) / 2;
  }

  time(): number {
    const low = this.uint32();
    const at = this.#skip(2);
    const high = (this.#bytes[at] ?? 0) | ((this.#bytes[at + 1] ?? 0) << 8);
    return high * TWO_32 + low - TIME_ORIGIN;
  }

  text(): string {
    const size = this.count();
    const start = this.#skip(size);
    return this.#bytes.toString('utf8', start, start + size);
  }

  /** Like text(), for values that are mostly the same from record to record. */
  repeatedText(): string {
    const size = this.count();
    const start = this.#skip(size);
    return this.#last.read(this.#bytes, start, start + size);
  }

  /** So many bytes in hexadecimal digits: one call into the runtime, where its own way takes one more for capitals. */
  hex(size: number, digits: Uint8Array): string {
    const start = this.#skip(size);
    for (let at = 0; at < size; at++) {
      const byte = this.#bytes[start + at] ?? 0;
      hexText[2 * at] = digits[byte >> 4] ?? 0;
      hexText[2 * at + 1] = digits[byte & 15] ?? 0;
    }
    return hexText.toString('latin1', 0, 2 * size);
  }

  uint64(): bigint {
    const start = this.#skip(8);
    for (let at = 0; at < 8; at++) wideBytes[at] = this.#bytes[start + at] ?? 0;
    return wide[0] ?? 0n;
  }

  /** A view of the bytes, valid as long as the source is. */
  bytes(): Buffer {
    const size = this.count();
    const start = this.#skip(size);
    return this.#bytes.subarray(start, start + size);
  }

  skip(size: number): '' {
    this.#skip(size);
    return '';
  }

  #skip(size: number): number {
    const start = this.#at;
    this.#at = start + size;
    if (this.#at > this.#bytes.length) throw endsEarly();
    return start;
  }
}
