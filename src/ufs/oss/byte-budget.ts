/** Memory that several transfers share: each takes what it is about to fill, and waits, in order of asking, while none is left. */
import { throwIfAborted } from '../wrappers/retry.ts';

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

export class ByteBudget {
  #taken = 0;
  readonly #waiting: Waiting[] = [];

  constructor(readonly total: number) {}

  /** Something larger than the whole budget gets it when nobody else holds any. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (this.#waiting.length === 0 && this.tryTake(bytes)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ bytes, go: resolve }));
    if (signal?.aborted === true) {
      this.give(bytes);
      throwIfAborted(signal);
    }
  }

  tryTake(bytes: number): boolean {
    if (this.#taken > 0 && this.#taken + bytes > this.total) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    for (let next = this.#waiting[0]; next !== undefined && this.tryTake(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.go();
    }
  }
}

/** A budget whose blocks are used again: fresh memory of this size costs the system a page fault for each 4 KiB, and the collector a round. */
export class BlockPool {
  readonly budget: ByteBudget;
  #free: Buffer[] = [];

  constructor(total: number) {
    this.budget = new ByteBudget(total);
  }

  /** A block of what was taken of the budget before; `give` gives both back. */
  block(bytes: number): Buffer {
    // Blocks of another size would only stand beside those that are needed.
    this.#free = this.#free.filter((block) => block.length === bytes);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** Nobody reads the block, or writes to it, any more. */
  give(block: Buffer): void {
    this.#free.push(block);
    this.budget.give(block.length);
  }
}
