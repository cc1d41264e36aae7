/** Takes in a request's body: hashed while it streams, durable when the promise resolves, gone when it fails. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { RunningCrc64 } from '../crc64.ts';
import { writeAll } from '../../write-file.ts';
import { startCrc64 } from '../crc64.ts';
import { OssError } from '../errors.ts';
import type { Blobs } from './blobs.ts';
import type { Store } from './index.ts';
import type { ThreadedMd5 } from './md5.ts';
import { pump } from './pump.ts';
import type { ReceivedBody } from './records.ts';

/** Bodies up to this size live in the index: one flush makes many of them durable. */
const INLINE_LIMIT = 16 * 1024;
/** Bodies up to this size are collected and written at once. */
const COLLECT_LIMIT = 1024 * 1024;
const SLOT_BYTES = 512 * 1024;
const SLOTS = 3;
/** Flushing while bytes still come in spreads the disk's work over the whole upload. */
const FLUSH_EVERY = 64 * 1024 * 1024;

interface Slot {
  readonly memory: SharedArrayBuffer;
  readonly bytes: Buffer;
}

const spareSlots: Slot[] = [];

function takeSlot(): Slot {
  const spare = spareSlots.pop();
  if (spare !== undefined) return spare;
  const memory = new SharedArrayBuffer(SLOT_BYTES);
  return { memory, bytes: Buffer.from(memory) };
}

/** A large body on its way to disk; up to SLOTS pieces are written and hashed at a time. */
class StreamedBody {
  readonly #busy: Promise<void>[] = [];
  readonly #md5: ThreadedMd5;
  #slot = takeSlot();
  #written: Promise<void> = Promise.resolve();
  #filled = 0;
  #size = 0;
  #unflushed = 0;
  #flushing: Promise<void> | undefined;

  constructor(
    readonly handle: FileHandle,
    readonly crc: RunningCrc64,
    readonly store: Store,
  ) {
    this.#md5 = store.md5.start();
  }

  /** The promise, where there is one, asks the sender to wait. */
  add(chunk: Buffer): Promise<void> | undefined {
    let wait: Promise<void> | undefined;
    for (let taken = 0; taken < chunk.length; ) {
      const run = Math.min(chunk.length - taken, SLOT_BYTES - this.#filled);
      chunk.copy(this.#slot.bytes, this.#filled, taken, taken + run);
      this.#filled += run;
      taken += run;
      if (this.#filled === SLOT_BYTES) wait = this.#pass() ?? wait;
    }
    return wait;
  }

  #pass(): Promise<void> | undefined {
    const slot = this.#slot;
    const bytes = slot.bytes.subarray(0, this.#filled);
    const position = this.#size;
    // One write at a time: the file system would only make two of them wait for each other, on two threads.
    this.#written = this.#written.then(() => writeAll(this.handle, bytes, position));
    const work = Promise.all([this.#written, this.#md5.update(slot.memory, bytes.length)]).then(() => {
      if (spareSlots.length < 16) spareSlots.push(slot);
    });
    // Awaited below or in settle(); until then a failure must not count as unhandled.
    work.catch(() => undefined);
    this.#busy.push(work);
    this.#size += bytes.length;
    this.#unflushed += bytes.length;
    this.crc.update(bytes);
    this.#slot = takeSlot();
    this.#filled = 0;
    if (this.#unflushed >= FLUSH_EVERY && this.#flushing === undefined) {
      this.#unflushed = 0;
      this.#flushing = this.store.blobs.sync(this.handle).finally(() => (this.#flushing = undefined));
      this.#flushing.catch(() => undefined);
    }
    return this.#busy.length >= SLOTS - 1 ? this.#busy.shift() : undefined;
  }

  async finish(): Promise<Omit<ReceivedBody, 'inline' | 'file'>> {
    if (this.#filled > 0) await this.#pass();
    await Promise.all(this.#busy);
    const [md5] = await Promise.all([this.#md5.digest(), this.#flushing]);
    await this.store.blobs.sync(this.handle);
    return { size: this.#size, md5, crc64: this.crc.value() };
  }

  /** After a failure: waits until nobody uses the file or the memory any more. */
  async abandon(): Promise<void> {
    await Promise.allSettled([...this.#busy, this.#flushing, this.#md5.digest()]);
  }
}

export interface ReceiveOptions {
  readonly maximum: number;
  /** Called at each piece; a fault point may hold it. */
  readonly onPiece?: () => Promise<void>;
}

async function hashCollected(chunks: Buffer[], size: number, blobs: Blobs): Promise<ReceivedBody> {
  const [only] = chunks;
  const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
  const crc = await startCrc64();
  crc.update(bytes);
  const sums = { size, md5: createHash('md5').update(bytes).digest('hex'), crc64: crc.value() };
  if (size <= INLINE_LIMIT) return { ...sums, inline: bytes };
  const { id, handle } = await blobs.create();
  try {
    await writeAll(handle, bytes, 0);
    await blobs.sync(handle);
  } catch (error) {
    await handle.close();
    await blobs.discard(id);
    throw error;
  }
  await handle.close();
  return { ...sums, file: id };
}

/** Collects a body until it is too large for that, then streams it to a file. */
class Reception {
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #streamed: { id: string; body: StreamedBody } | undefined;

  constructor(
    readonly store: Store,
    readonly options: ReceiveOptions,
  ) {}

  take(piece: Buffer): Promise<void> | undefined {
    this.#size += piece.length;
    if (this.#size > this.options.maximum) throw new OssError('EntityTooLarge', { extra: { MaxSizeAllowed: String(this.options.maximum) } });
    const slow = this.options.onPiece?.();
    if (slow !== undefined) return slow.then(() => this.#keep(piece));
    return this.#keep(piece);
  }

  #keep(piece: Buffer): Promise<void> | undefined {
    if (this.#streamed !== undefined) return this.#streamed.body.add(piece);
    this.#pieces.push(piece);
    return this.#size <= COLLECT_LIMIT ? undefined : this.#startStreaming();
  }

  async #startStreaming(): Promise<void> {
    const crc = await startCrc64();
    const { id, handle } = await this.store.blobs.create();
    this.#streamed = { id, body: new StreamedBody(handle, crc, this.store) };
    for (const early of this.#pieces.splice(0)) await this.#streamed.body.add(early);
  }

  async finish(): Promise<ReceivedBody> {
    if (this.#streamed === undefined) return hashCollected(this.#pieces, this.#size, this.store.blobs);
    const { id, body } = this.#streamed;
    const sums = await body.finish();
    this.#streamed = undefined;
    await body.handle.close();
    return { ...sums, file: id };
  }

  async abandon(): Promise<void> {
    if (this.#streamed === undefined) return;
    const { id, body } = this.#streamed;
    await body.abandon();
    await body.handle.close();
    await this.store.blobs.discard(id);
  }
}

/** @throws EntityTooLarge; IncompleteBody when the client went away. Either way nothing is left behind. */
export async function receiveBody(source: Readable, store: Store, options: ReceiveOptions): Promise<ReceivedBody> {
  const reception = new Reception(store, options);
  try {
    await pump(source, (piece) => reception.take(piece));
    return await reception.finish();
  } catch (error) {
    await reception.abandon();
    throw error;
  }
}

/** Removes a received body that was not taken into the index. */
export async function discardBody(store: Store, body: ReceivedBody): Promise<void> {
  if (body.file !== undefined) await store.blobs.discard(body.file);
}
