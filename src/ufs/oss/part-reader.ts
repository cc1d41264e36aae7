/** Cuts a stream of chunks of any size into parts that lie in memory in one piece, with their CRC64. */
import { keep } from '../../checked-memory.ts';
import { createCrc64 } from '../crc64.ts';
import type { Crc64 } from '../crc64.ts';

export interface Part {
  readonly bytes: Uint8Array;
  readonly crc: bigint;
}

/** A part that lies where the source put it, until `release`. */
export interface KeptPart extends Part {
  release(): void;
}

const FIRST_BLOCK = 64 * 1024;

export class PartReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #crc: Crc64;
  #carried: Uint8Array = new Uint8Array(0);
  #ended = false;

  private constructor(source: AsyncIterable<Uint8Array>, crc: Crc64) {
    this.#source = source[Symbol.asyncIterator]();
    this.#crc = crc;
  }

  static async open(source: AsyncIterable<Uint8Array>): Promise<PartReader> {
    return new PartReader(source, await createCrc64());
  }

  /** The next `length` bytes where they lie, when they came in one piece whose memory may be kept. */
  async kept(length: number): Promise<KeptPart | undefined> {
    if (!(await this.more()) || this.#carried.length < length) return undefined;
    const bytes = this.#carried.subarray(0, length);
    const release = keep(bytes);
    if (release === undefined) return undefined;
    this.#carried = this.#carried.subarray(length);
    this.#crc.reset();
    this.#crc.update(bytes);
    return { bytes, crc: this.#crc.value(), release };
  }

  /** Fills the block; a shorter part is the last one. */
  readInto(block: Buffer): Promise<Part> {
    return this.#read(block, block.length);
  }

  /** The next `limit` bytes, fewer only at the end; `expected` is how many to make room for at first. */
  read(limit: number, expected: number): Promise<Part> {
    return this.#read(Buffer.allocUnsafeSlow(Math.max(1, Math.min(limit, expected))), limit);
  }

  async #read(start: Buffer, limit: number): Promise<Part> {
    let block = start;
    let filled = 0;
    this.#crc.reset();
    while (filled < limit && (await this.more())) {
      const taken = this.#carried.subarray(0, limit - filled);
      this.#carried = this.#carried.subarray(taken.length);
      this.#crc.update(taken);
      if (filled + taken.length > block.length) block = grown(block, filled, Math.min(limit, Math.max(block.length * 2, filled + taken.length, FIRST_BLOCK)));
      // Copied, since a source may use its chunks' memory again while the part is on its way.
      block.set(taken, filled);
      filled += taken.length;
    }
    return { bytes: block.subarray(0, filled), crc: this.#crc.value() };
  }

  /** True when at least one more byte follows. */
  async more(): Promise<boolean> {
    while (!this.#ended && this.#carried.length === 0) {
      const step = await this.#source.next();
      if (step.done === true) this.#ended = true;
      else this.#carried = step.value;
    }
    return this.#carried.length > 0;
  }

  /** Lets the source go, whether or not it was read to its end. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#source.return?.();
  }
}

function grown(block: Buffer, filled: number, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  larger.set(block.subarray(0, filled));
  return larger;
}
