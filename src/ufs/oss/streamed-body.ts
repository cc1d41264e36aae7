/**
 * The body of an answer as it comes: chunks go round in a few pieces of memory, and a reader who is slower than the network makes the connection wait.
 */
import type { ByteStream } from '../../byte-stream.ts';

const CHUNKS = 3;
/** Each chunk goes through several hands, which costs as much as receiving some KiB. */
const CHUNK_BYTES = 1 << 20;

/** Memory that one body needs. */
export const STREAM_BYTES = CHUNKS * CHUNK_BYTES;

export interface StreamedBodyOptions {
  /** Of the body. */
  readonly length: number;
  /** At least STREAM_BYTES. */
  readonly memory: Uint8Array;
  /** There is room again. */
  readonly resume: () => void;
  /** The reader wants no more. */
  readonly close: () => void;
}

export class StreamedBody implements ByteStream {
  readonly #options: StreamedBodyOptions;
  /** Bytes that have come, over the whole body. */
  #filled = 0;
  /** Chunks given to the reader, and those that he has let go. */
  #given = 0;
  #freed = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  /** Milliseconds that the reader waited for bytes. */
  waitedMs = 0;

  constructor(options: StreamedBodyOptions) {
    this.#options = options;
  }

  get complete(): boolean {
    return this.#filled === this.#options.length;
  }

  get length(): number {
    return this.#options.length;
  }

  get filled(): number {
    return this.#filled;
  }

  /** Where the next bytes go; only to be written to while there is room. */
  target(): Uint8Array {
    const at = this.#filled % CHUNK_BYTES;
    const begin = (Math.floor(this.#filled / CHUNK_BYTES) % CHUNKS) * CHUNK_BYTES;
    return this.#options.memory.subarray(begin + at, begin + Math.min(CHUNK_BYTES, at + this.#options.length - this.#filled));
  }

  /** Says that so many bytes were put into the target. False: there is no room until `resume` is called. */
  took(bytes: number): boolean {
    this.#filled += bytes;
    if (this.#ready() > this.#given) this.#wake?.();
    return this.#hasRoom();
  }

  /** No more comes. What has come in whole chunks is still delivered. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { length, memory } = this.#options;
    try {
      for (let at = 0; at < length; at += CHUNK_BYTES) {
        if (this.#ready() <= this.#given) await this.#more();
        const begin = (this.#given % CHUNKS) * CHUNK_BYTES;
        this.#given += 1;
        yield memory.subarray(begin, begin + Math.min(CHUNK_BYTES, length - at));
        const full = !this.#hasRoom();
        this.#freed += 1;
        if (full && this.#failure === undefined) this.#options.resume();
      }
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    if (!this.complete) this.#options.close();
    return Promise.resolve();
  }

  #ready(): number {
    return this.complete ? Math.ceil(this.#filled / CHUNK_BYTES) : Math.floor(this.#filled / CHUNK_BYTES);
  }

  #hasRoom(): boolean {
    return this.complete || Math.floor(this.#filled / CHUNK_BYTES) - this.#freed < CHUNKS;
  }

  async #more(): Promise<void> {
    const since = performance.now();
    while (this.#ready() <= this.#given) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.waitedMs += performance.now() - since;
  }
}
