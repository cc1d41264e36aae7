/**
 * Callbacks that wait at the same time share one transaction of the store, and so one sync of the disk. A callback that fails before it wrote anything
 * just fails. One that fails after it wrote takes the transaction with it: then each callback runs again in a transaction of its own.
 */
import { performance } from 'node:perf_hooks';
import type { Actor, NotPromise, Transaction } from './journal.ts';
import { StaleState } from './kv.ts';
import type { KvEngine, KvReader, KvWriter } from './kv.ts';
import { WriteSession, type LogLimit, type TransactionView } from './session.ts';
import type { MountReading } from './tables.ts';

/** While the write lock is held others wait: no new callback is begun after this. */
const BUDGET_MS = 20;
/** How often a callback is run again that was shown an old state; nothing of it was kept. */
const STALE_TRIES = 3;

interface Job {
  readonly actor: Actor;
  readonly timeMs: number;
  /** Runs the callback; the returned function tells its caller, once that is allowed. */
  run(tx: Transaction): () => void;
  reject(error: unknown): void;
}

export interface SessionOptions {
  readonly limit?: LogLimit | undefined;
  readonly mountReading?: MountReading | undefined;
}

class FailedAfterWriting extends Error {
  constructor(readonly reason: unknown) {
    super('a callback failed after it had written');
  }
}

export class GroupCommit {
  readonly #engine: KvEngine;
  readonly #check: (kv: KvReader) => void;
  readonly #options: SessionOptions;
  #queue: Job[] = [];
  #draining: Promise<void> | undefined;

  /** @param check runs first in each transaction; what it throws fails all of it. */
  constructor(engine: KvEngine, check: (kv: KvReader) => void, options: SessionOptions = {}) {
    this.#engine = engine;
    this.#check = check;
    this.#options = options;
  }

  add<T>(actor: Actor, timeMs: number, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = (tx: Transaction) => {
        const value: T = fn(tx);
        return () => resolve(value);
      };
      this.#queue.push({ actor, timeMs, run, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is queued or running. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#commitQueued();
    } finally {
      this.#draining = undefined;
    }
  }

  /** Takes its callbacks when the lock has been got, so that all that came meanwhile are in. */
  async #commitQueued(): Promise<void> {
    const taken: Job[] = [];
    try {
      const settle = await this.#engine.write((kv) => {
        const started = performance.now();
        return this.#run(kv, () => {
          const job = taken.length === 0 || performance.now() - started < BUDGET_MS ? this.#queue.shift() : undefined;
          if (job !== undefined) taken.push(job);
          return job;
        });
      });
      for (const tell of settle) tell();
    } catch (error) {
      const stale = isStale(error);
      if (stale || (error instanceof FailedAfterWriting && taken.length > 1)) {
        for (const job of taken) await this.#commitAlone(job, stale ? STALE_TRIES : 0);
        return;
      }
      const failed = taken.length > 0 ? taken : this.#queue.splice(0);
      for (const job of failed) job.reject(reasonOf(error));
    }
  }

  async #commitAlone(job: Job, triesLeft: number): Promise<void> {
    let next: Job | undefined = job;
    try {
      const settle = await this.#engine.write((kv) =>
        this.#run(kv, () => {
          const current = next;
          next = undefined;
          return current;
        }),
      );
      for (const tell of settle) tell();
    } catch (error) {
      if (isStale(error) && triesLeft > 0) return this.#commitAlone(job, triesLeft - 1);
      job.reject(reasonOf(error));
    }
  }

  /** Returns what to tell the callers after the commit. */
  #run(kv: KvWriter, take: () => Job | undefined): (() => void)[] {
    this.#check(kv);
    const session = new WriteSession(kv, this.#options.mountReading);
    const settle: (() => void)[] = [];
    for (let job = take(); job !== undefined; job = take()) settle.push(runJob(session, job));
    session.finish(this.#options.limit);
    return settle;
  }
}

function runJob(session: WriteSession, job: Job): () => void {
  const tx: TransactionView = session.begin(job.actor, job.timeMs);
  try {
    const tell = job.run(tx);
    tx.complete();
    return tell;
  } catch (error) {
    if (tx.wrote || error instanceof StaleState) throw new FailedAfterWriting(error);
    return () => job.reject(error);
  } finally {
    tx.end();
  }
}

function isStale(error: unknown): boolean {
  return reasonOf(error) instanceof StaleState;
}

function reasonOf(error: unknown): unknown {
  return error instanceof FailedAfterWriting ? error.reason : error;
}
