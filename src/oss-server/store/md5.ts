/**
 * MD5 of large bodies on other threads: it is the dearest step of an upload (0.6 GB/s a core), and the main thread
 * has the sockets to serve. Bytes are handed over in shared memory, never copied.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** As text, so that a bundle needs no second file and a TypeScript loader no say. */
const WORKER_SOURCE = `
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const running = new Map();
parentPort.on('message', ({ ticket, job, memory, length, last }) => {
  if (memory !== undefined) {
    let hash = running.get(job);
    if (hash === undefined) running.set(job, (hash = createHash('md5')));
    hash.update(new Uint8Array(memory, 0, length));
  }
  let hex = '';
  if (last) {
    hex = (running.get(job) ?? createHash('md5')).digest('hex');
    running.delete(job);
  }
  parentPort.postMessage({ ticket, hex });
});
`;

interface Waiting {
  resolve(hex: string): void;
  reject(error: Error): void;
}

class Md5Thread {
  readonly #worker = new Worker(WORKER_SOURCE, { eval: true });
  readonly #waiting = new Map<number, Waiting>();
  #tickets = 0;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', ({ ticket, hex }: { ticket: number; hex: string }) => {
      this.#waiting.get(ticket)?.resolve(hex);
      this.#waiting.delete(ticket);
    });
    this.#worker.on('error', (error: Error) => {
      this.#fail(error);
    });
    this.#worker.on('exit', () => {
      this.#fail(new Error('the hashing thread has ended'));
    });
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  post(message: { job: number; memory?: SharedArrayBuffer; length?: number; last?: boolean }): Promise<string> {
    this.#tickets += 1;
    const ticket = this.#tickets;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ticket, { resolve, reject });
      this.#worker.postMessage({ ticket, ...message });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The MD5 of one body, fed in order. */
export interface ThreadedMd5 {
  /** Resolves when the thread no longer needs the memory. */
  update(memory: SharedArrayBuffer, length: number): Promise<void>;
  /** The digest in hex; ends the job, also when its result is not wanted. */
  digest(): Promise<string>;
}

export class Md5Threads {
  readonly #threads: Md5Thread[] = [];
  #jobs = 0;

  start(): ThreadedMd5 {
    this.#jobs += 1;
    const job = this.#jobs;
    const size = Math.min(4, Math.max(1, availableParallelism() - 1));
    const place = job % size;
    const thread = (this.#threads[place] ??= new Md5Thread());
    return {
      update: async (memory, length) => {
        await thread.post({ job, memory, length });
      },
      digest: () => thread.post({ job, last: true }),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.filter((thread) => thread !== undefined).map((thread) => thread.close()));
    this.#threads.length = 0;
  }
}
