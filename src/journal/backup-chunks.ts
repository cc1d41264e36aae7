/**
 * The bytes of a backup, before they are compressed: chunks, each with a checksum, between a header and a trailer that counts what lies between and holds a digest
 * of all of it. Nothing in it depends on when or where it was written: the same state gives the same bytes.
 *
 *   chunk    kind(1) length(4) payload crc32(4), the checksum over all before it
 *   'H'      JSON: what this is
 *   'R'      rows: count of bytes, bytes; …
 *   'T'      JSON: { rows, sha256 of all chunks before it, …}
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AlluxioError } from '../errors.ts';

const HEADER = 0x48;
const ROWS = 0x52;
const TRAILER = 0x54;
const FRAME = 5;
const CRC = 4;
const CHUNK_BYTES = 256 * 1024;
/** A row is a key and a value of the journal; more than this can only be damage. */
const MAX_CHUNK_BYTES = 64 * 2 ** 20;

export type Json = Readonly<Record<string, string | number>>;

export class ChunkWriter {
  readonly #digest: Hash = createHash('sha256');
  #rows = 0;
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES + 4096);
  #at = FRAME;

  get rows(): number {
    return this.#rows;
  }

  header(value: Json): Buffer {
    return this.#framed(HEADER, Buffer.from(JSON.stringify(value)));
  }

  /** Adds a row made of parts. The full chunk, when there is one now. */
  row(...parts: readonly Uint8Array[]): Buffer | undefined {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    this.#reserve(size + 4 + CRC);
    this.#at = this.#buffer.writeUInt32BE(size, this.#at);
    for (const part of parts) {
      this.#buffer.set(part, this.#at);
      this.#at += part.length;
    }
    this.#rows++;
    return this.#at >= CHUNK_BYTES ? this.#take() : undefined;
  }

  /** What is left, and the trailer. */
  *end(value: Json): Generator<Buffer> {
    if (this.#at > FRAME) yield this.#take();
    yield this.#framed(TRAILER, Buffer.from(JSON.stringify({ rows: this.#rows, ...value, sha256: this.#digest.digest('hex') })), false);
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(this.#at + size);
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }

  #take(): Buffer {
    const chunk = this.#framed(ROWS, this.#buffer.subarray(FRAME, this.#at));
    this.#at = FRAME;
    return chunk;
  }

  #framed(kind: number, payload: Uint8Array, digested = true): Buffer {
    const chunk = Buffer.allocUnsafe(FRAME + payload.length + CRC);
    chunk[0] = kind;
    chunk.writeUInt32BE(payload.length, 1);
    chunk.set(payload, FRAME);
    chunk.writeUInt32BE(crc32(chunk.subarray(0, FRAME + payload.length)), FRAME + payload.length);
    if (digested) this.#digest.update(chunk);
    return chunk;
  }
}

export type Chunk = { readonly kind: 'header' | 'trailer'; readonly value: Readonly<Record<string, unknown>> } | { readonly kind: 'rows'; readonly rows: readonly Buffer[] };

/**
 * Reads chunks and checks them: the first is a header, the last a trailer whose counts and digest are right, and nothing follows it.
 * @param what the name of the backup, for messages
 * @throws CORRUPT
 */
export async function* readChunks(source: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Chunk> {
  const digest = createHash('sha256');
  let rows = 0;
  let state: 'start' | 'rows' | 'end' = 'start';
  for await (const { kind, bytes } of framesOf(source, what)) {
    const payload = bytes.subarray(FRAME, bytes.length - CRC);
    if (state === 'end' || (state === 'start') !== (kind === HEADER)) throw altered(what);
    if (kind === TRAILER) {
      const value = jsonOf(payload, what);
      if (value.rows !== rows || value.sha256 !== digest.digest('hex')) throw altered(what);
      state = 'end';
      yield { kind: 'trailer', value };
      continue;
    }
    digest.update(bytes);
    state = 'rows';
    if (kind === HEADER) yield { kind: 'header', value: jsonOf(payload, what) };
    else {
      const list = rowsOf(payload, what);
      rows += list.length;
      yield { kind: 'rows', rows: list };
    }
  }
  if (state !== 'end') throw truncated(what);
}

interface Frame {
  readonly kind: number;
  /** The whole frame. Its own memory. */
  readonly bytes: Buffer;
}

async function* framesOf(source: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Frame> {
  let pending = Buffer.alloc(0);
  for await (const piece of source) {
    pending = pending.length === 0 ? Buffer.from(piece) : Buffer.concat([pending, piece]);
    let at = 0;
    while (pending.length - at >= FRAME) {
      const kind = pending.readUInt8(at);
      const length = pending.readUInt32BE(at + 1);
      if (![HEADER, ROWS, TRAILER].includes(kind) || length > MAX_CHUNK_BYTES) throw altered(what);
      const end = at + FRAME + length + CRC;
      if (pending.length < end) break;
      const bytes = pending.subarray(at, end);
      if (crc32(bytes.subarray(0, bytes.length - CRC)) !== bytes.readUInt32BE(bytes.length - CRC)) throw altered(what);
      yield { kind, bytes };
      at = end;
    }
    pending = pending.subarray(at);
  }
  if (pending.length > 0) throw truncated(what);
}

function rowsOf(payload: Buffer, what: string): Buffer[] {
  const rows: Buffer[] = [];
  for (let at = 0; at < payload.length; ) {
    if (payload.length - at < 4) throw altered(what);
    const end = at + 4 + payload.readUInt32BE(at);
    if (end > payload.length) throw altered(what);
    rows.push(payload.subarray(at + 4, end));
    at = end;
  }
  return rows;
}

function jsonOf(payload: Buffer, what: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload.toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw altered(what);
}

const HINT = 'Nothing was changed. Use another backup.';

export function altered(what: string, cause?: unknown): AlluxioError {
  return new AlluxioError('CORRUPT', `Backup ${what} is damaged: its bytes are not what was written.`, { hint: HINT, cause });
}

export function truncated(what: string): AlluxioError {
  return new AlluxioError('CORRUPT', `Backup ${what} is damaged: it ends early.`, { hint: HINT });
}
