/** Work side by side: so many tasks at a time, a producer that waits for a free lane, and so no list of what is still to be done. */
import { AlluxioError } from '../../errors.ts';

/** What a task has to tell when it is done; run when its turn comes. */
export type Outcome = () => void;

export interface Lanes {
  /**
   * Resolves when the task has begun, after waiting for a free lane. A task that rejects ends the whole: no other begins.
   * @throws that error, or CANCELLED
   */
  start(task: () => Promise<Outcome | undefined>): Promise<void>;
}

export interface LaneOptions {
  /** Tasks at a time. */
  readonly width: number;
  /** Outcomes are told in the order in which tasks began; otherwise as they end. */
  readonly ordered: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Outcomes that may wait for a slow earlier task before the producer has to. */
const HELD_BACK = 4096;

/** Runs the producer and all that it starts; rejects, when everything has ended, with the first failure of any. */
export async function inLanes(options: LaneOptions, produce: (lanes: Lanes) => Promise<void>): Promise<void> {
  const lanes = new ParallelLanes(options);
  try {
    await produce(lanes);
  } catch (error) {
    lanes.fail(error);
  }
  await lanes.ended();
}

class ParallelLanes implements Lanes {
  readonly #options: LaneOptions;
  #running = 0;
  #begun = 0;
  #told = 0;
  readonly #held = new Map<number, Outcome | undefined>();
  #failure: { readonly error: unknown } | undefined;
  /** The producer, or `ended`, waiting for a task to end. */
  #wake: (() => void) | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  async start(task: () => Promise<Outcome | undefined>): Promise<void> {
    while (this.#failure === undefined && (this.#running >= this.#options.width || this.#held.size >= HELD_BACK)) await this.#change();
    if (this.#failure !== undefined) throw this.#failure.error;
    throwIfCancelled(this.#options.signal);
    this.#running += 1;
    void this.#run(this.#begun++, task);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  async ended(): Promise<void> {
    while (this.#running > 0) await this.#change();
    throwIfCancelled(this.#options.signal);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #run(turn: number, task: () => Promise<Outcome | undefined>): Promise<void> {
    let outcome: Outcome | undefined;
    try {
      outcome = await task();
    } catch (error) {
      this.fail(error);
    }
    this.#running -= 1;
    try {
      this.#tell(turn, outcome);
    } catch (error) {
      this.fail(error);
    }
    this.#wake?.();
  }

  #tell(turn: number, outcome: Outcome | undefined): void {
    if (!this.#options.ordered) return outcome?.();
    this.#held.set(turn, outcome);
    while (this.#held.has(this.#told)) {
      const next = this.#held.get(this.#told);
      this.#held.delete(this.#told);
      this.#told += 1;
      next?.();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AlluxioError('CANCELLED', 'Cancelled: the copy was not finished.');
}

/** Bytes that all running tasks may hold together. */
export interface Budget {
  /** Waits until so much is free, holds it during the work. More than there is means: all of it. */
  hold<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

export function createBudget(limit: number): Budget {
  let free = limit;
  const queue: { readonly bytes: number; readonly go: () => void }[] = [];
  const admit = (): void => {
    for (let next = queue[0]; next !== undefined && next.bytes <= free; next = queue[0]) {
      queue.shift();
      free -= next.bytes;
      next.go();
    }
  };
  return {
    async hold(bytes, work) {
      const share = Math.min(bytes, limit);
      if (queue.length === 0 && share <= free) free -= share;
      else await new Promise<void>((go) => queue.push({ bytes: share, go }));
      try {
        return await work();
      } finally {
        free += share;
        admit();
      }
    },
  };
}
