/**
 * The body of an answer as it comes: chunks go round in a few pieces of memory, and a reader who is slower than the network makes the connection wait.
 */
import type { ByteStream } from '../../byte-stream.ts';

const EMPTY = new Uint8Array(0);

export interface StreamedBodyOptions {
  /** Of the body. */
  readonly length: number;
  /** A chunk for each, all of one length. Each goes through several hands, which costs as much as receiving some KiB. */
  readonly memory: readonly Uint8Array[];
  /** There is room again. */
  readonly resume: () => void;
  /** The reader wants no more. */
  readonly close: () => void;
}

export class StreamedBody implements ByteStream {
  readonly #options: StreamedBodyOptions;
  readonly #chunkBytes: number;
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
    this.#chunkBytes = options.memory[0]?.length ?? 0;
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
    const at = this.#filled % this.#chunkBytes;
    return this.#chunk(Math.floor(this.#filled / this.#chunkBytes), at, at + this.#options.length - this.#filled);
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
    const { length } = this.#options;
    try {
      for (let at = 0; at < length; at += this.#chunkBytes) {
        if (this.#ready() <= this.#given) await this.#more();
        const chunk = this.#chunk(this.#given, 0, length - at);
        this.#given += 1;
        yield chunk;
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

  #chunk(number: number, from: number, to: number): Uint8Array {
    const { memory } = this.#options;
    return (memory[number % memory.length] ?? EMPTY).subarray(from, Math.min(this.#chunkBytes, to));
  }

  #ready(): number {
    return this.complete ? Math.ceil(this.#filled / this.#chunkBytes) : Math.floor(this.#filled / this.#chunkBytes);
  }

  #hasRoom(): boolean {
    return this.complete || Math.floor(this.#filled / this.#chunkBytes) - this.#freed < this.#options.memory.length;
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
