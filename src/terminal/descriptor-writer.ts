/**
 * Writes to a file descriptor in big chunks, without loading Node's stream classes (they cost a command more than its work does).
 * What can be written without waiting is written at once; what a slow reader keeps waiting goes through the thread pool, so that signals are seen meanwhile.
 */
import { closeSync, constants, openSync, write as writeCallback, writeSync } from 'node:fs';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';

/** Text beyond this leaves the string buffer for the queue. */
const CHUNK = 64 * 1024;
/** Above this, writers wait. */
const HIGH_WATER = 1024 * 1024;
/** What a pipe takes without a reader (Linux), so that a synchronous write cannot hang. */
const PIPE_SIZE = 64 * 1024;
/** Output older than this is shown at the next chance, however little it is. */
const STALE_MS = 50;

/** The reader has gone (`| head`): a quiet end. */
export function outputClosed(): AlluxioError {
  return new AlluxioError('CANCELLED', 'The output was closed.', { exitStatus: 0 });
}

/** Loading what stands behind `performance` would take longer than most listings. */
function nowMs(): number {
  return process.uptime() * 1000;
}

export interface DescriptorOptions {
  /** Ends the waiting for a reader that does not read. */
  readonly signal?: AbortSignal | undefined;
  /** `immediate`: no reader can keep it waiting, as with a file or /dev/null. `pipe`: it takes some at once. */
  readonly kind?: 'immediate' | 'pipe';
}

/** The same pipe once more, as one that says so when it is full. Undefined where there is no such way. */
function promptPipe(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

export class DescriptorWriter {
  readonly #descriptor: number;
  readonly #signal: AbortSignal | undefined;
  /** What never keeps us waiting; undefined where nothing is known to be so. */
  #prompt: number | undefined;
  #text = '';
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #flight: Promise<void> | undefined;
  #scheduled = false;
  #lastWriteMs = nowMs();
  #closed = false;
  #failure: Error | undefined;

  constructor(descriptor: number, options: DescriptorOptions = {}) {
    this.#descriptor = descriptor;
    this.#signal = options.signal;
    this.#prompt = options.kind === 'immediate' ? descriptor : options.kind === 'pipe' ? promptPipe(descriptor) : undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  text(text: string): void {
    if (this.#closed) return;
    this.#text += text;
    if (this.#text.length >= CHUNK) this.#enqueueText();
    if (this.#scheduled || this.#flight !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  /** Resolves when the chunk is written, and its memory may be used again. @throws as drained */
  async bytes(chunk: Uint8Array): Promise<void> {
    this.#enqueueText();
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.byteLength;
    this.#start();
    await this.#until(0);
  }

  /** Resolves when more may be written. @throws CANCELLED when the reader has gone; what the system said otherwise */
  async drained(): Promise<void> {
    const pending = this.#queuedBytes + this.#text.length;
    if (this.#prompt !== undefined && pending >= CHUNK && this.#flight === undefined) {
      this.#start();
      // Signals are seen between turns, which a long output would otherwise not have.
      await new Promise(setImmediate);
    } else if (pending >= CHUNK || (pending > 0 && nowMs() - this.#lastWriteMs > STALE_MS)) this.#start();
    await this.#until(HIGH_WATER);
  }

  /** Writes what little there is at once, so that a line on another stream does not overtake it. Does nothing while a big write is on its way. */
  flushSmall(): void {
    if (this.#flight !== undefined || this.#closed) return;
    if (this.#queuedBytes + this.#text.length > PIPE_SIZE / 4) return;
    this.#enqueueText();
    this.#writeAllNow();
  }

  /** Resolves when everything is written. @throws as drained */
  async end(): Promise<void> {
    this.flushSmall();
    while (this.#flight !== undefined || this.#queuedBytes > 0 || this.#text !== '') {
      this.#start();
      await this.#flight;
    }
    if (this.#prompt !== undefined && this.#prompt !== this.#descriptor) closeSync(this.#prompt);
    this.#prompt = undefined;
    this.#raise();
  }

  #raise(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw outputClosed();
  }

  /** Waits until no more than that many bytes are queued. */
  async #until(bytes: number): Promise<void> {
    while (this.#queuedBytes > bytes && this.#flight !== undefined) {
      this.#signal?.throwIfAborted();
      await settledOrAborted(this.#flight, this.#signal);
    }
    this.#raise();
  }

  #writeAllNow(): void {
    while (this.#queue.length > 0 && this.#writeNow()) continue;
  }

  #enqueueText(): void {
    if (this.#text === '') return;
    const chunk = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.byteLength;
  }

  #start(): void {
    if (this.#flight !== undefined) return;
    this.#enqueueText();
    this.#lastWriteMs = nowMs();
    if (this.#prompt !== undefined) this.#writeAllNow();
    const chunk = this.#queue.shift();
    if (chunk === undefined) return;
    this.#flight = this.#writeWhole(chunk).then(() => {
      this.#flight = undefined;
      this.#queuedBytes -= chunk.byteLength;
      if (this.#closed) this.#discard();
      else this.#start();
    });
  }

  async #writeWhole(chunk: Uint8Array): Promise<void> {
    let offset = 0;
    while (offset < chunk.byteLength && !this.#closed) {
      try {
        offset += await writeSome(this.#descriptor, chunk, offset);
      } catch (error) {
        if (systemCode(error) === 'EAGAIN') await new Promise((resolve) => setTimeout(resolve, 5));
        else this.#fail(error);
      }
    }
  }

  /** One chunk; false when the descriptor would block. */
  #writeNow(): boolean {
    const chunk = this.#queue[0];
    if (chunk === undefined) return false;
    let written = 0;
    try {
      written = writeSync(this.#prompt ?? this.#descriptor, chunk);
    } catch (error) {
      if (systemCode(error) === 'EAGAIN') return false;
      this.#fail(error);
      this.#discard();
      return false;
    }
    this.#queuedBytes -= written;
    if (written < chunk.byteLength) this.#queue[0] = chunk.subarray(written);
    else this.#queue.shift();
    return true;
  }

  #fail(error: unknown): void {
    this.#closed = true;
    const code = systemCode(error);
    if (code === 'EPIPE') return;
    this.#failure = new AlluxioError(code === 'ENOSPC' ? 'NO_SPACE' : 'UNAVAILABLE', `Could not write the output: ${messageOf(error)}`, { cause: error });
  }

  #discard(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#text = '';
  }
}

/** Leaves no listener behind: a long output waits thousands of times. */
function settledOrAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void work.then(done, done);
  });
}

function writeSome(descriptor: number, chunk: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writeCallback(descriptor, chunk, offset, chunk.byteLength - offset, null, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}
