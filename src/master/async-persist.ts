/**
 * What was written with ASYNC_THROUGH goes to the under storage, oldest first, several files at a time. The queue is the journal's own: it survives everything. A file that
 * fails is tried again after a pause of its own; a storage that does not answer stops all but one file in a while.
 */
import { hasCode, isAlluxioError, messageOf } from '../errors.ts';
import { neverPersisted } from '../filesystem/never-persisted.ts';
import type { UploadQueue } from '../filesystem/upkeep.ts';
import type { JobSpec } from '../resident/jobs.ts';
import type { Surroundings } from '../resident/run.ts';
import type { AlluxioPath } from '../uri.ts';

const AT_ONCE = 8;
const PAGE = 256;
const NAME = 'persist';
/** Somebody waited for a path: no upload is begun for a moment, so that he comes in between. */
const YIELD_MS = 500;
/** An hour without the storage must not be followed by another one without a try. */
const LONGEST_OUTAGE_PAUSE_MS = 30_000;
const FEW = 1000;
const COUNT_MS = 5000;

interface Failure {
  readonly pauseMs: number;
  readonly againMs: number;
}

export class AsyncPersist implements JobSpec {
  readonly name = NAME;
  readonly everyMs: number;
  readonly onChange = true;
  readonly #uploads: UploadQueue;
  readonly #log: Surroundings['log'];
  readonly #firstPauseMs: number;
  readonly #longestPauseMs: number;
  readonly #never: readonly string[];
  readonly #failures = new Map<number, Failure>();
  readonly #running = new Map<number, AbortController>();
  #outage: { readonly why: string; readonly pauseMs: number; readonly againMs: number } | undefined;
  #quietUntilMs = 0;
  #backlog = 0;
  #countedMs = 0;

  constructor({ upkeep, config, log }: Surroundings) {
    this.#uploads = upkeep.uploads;
    this.#log = log;
    this.everyMs = Math.max(100, config.duration('alluxio.master.persistence.scheduler.interval'));
    this.#firstPauseMs = Math.max(10, config.duration('alluxio.master.persistence.initial.interval'));
    this.#longestPauseMs = Math.max(this.#firstPauseMs, config.duration('alluxio.master.persistence.max.interval'));
    this.#never = neverPersisted(config);
  }

  /** Goes through the queue until everything in it is done or waits for its pause to end. */
  async run(signal: AbortSignal): Promise<number> {
    let done = 0;
    const queue = this.#waiting(signal);
    const lane = async (): Promise<void> => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        if (await this.#persist(next.value, signal)) done += 1;
        // One at a time finds out whether the storage is back.
        if (this.#outage !== undefined || performance.now() < this.#quietUntilMs) return;
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#outage === undefined ? AT_ONCE : 1 }, lane));
    } finally {
      this.#count();
    }
    return done;
  }

  changed(): void {
    if (this.#running.size === 0) return;
    for (const id of this.#uploads.wanted()) {
      this.#quietUntilMs = performance.now() + YIELD_MS;
      this.#running.get(id)?.abort();
    }
  }

  backlog(): number {
    return this.#backlog;
  }

  trouble(): string | undefined {
    return this.#outage?.why;
  }

  /** Files whose turn it is, in the order in which they were written. */
  *#waiting(signal: AbortSignal): Generator<{ id: number; path: AlluxioPath }> {
    const now = performance.now();
    if (now < (this.#outage?.againMs ?? 0) || now < this.#quietUntilMs) return;
    for (let after = 0; !signal.aborted; ) {
      const page = this.#uploads.waiting({ after, limit: PAGE });
      for (const { id, path } of page) {
        after = id;
        // Without a path it is being removed.
        if (path === undefined || this.#running.has(id) || (this.#failures.get(id)?.againMs ?? 0) > now) continue;
        if (this.#never.some((text) => path.includes(text))) continue;
        yield { id, path };
      }
      if (page.length < PAGE) return;
    }
  }

  async #persist(file: { id: number; path: AlluxioPath }, signal: AbortSignal): Promise<boolean> {
    const own = new AbortController();
    this.#running.set(file.id, own);
    try {
      await this.#uploads.upload(file, AbortSignal.any([signal, own.signal]));
      this.#failures.delete(file.id);
      if (this.#outage !== undefined) this.#log.info(NAME, 'The under storage answers again.');
      this.#outage = undefined;
      return true;
    } catch (error) {
      if (!signal.aborted && !own.signal.aborted) this.#failed(file, error);
      return false;
    } finally {
      this.#running.delete(file.id);
    }
  }

  #failed({ id, path }: { id: number; path: AlluxioPath }, error: unknown): void {
    // Renamed or removed since the queue was read: if it still waits, its turn comes under its new path.
    if (hasCode(error, 'NOT_FOUND')) return;
    if (isAlluxioError(error) && error.retryable && error.code !== 'BUSY') {
      // Several files at once are one failure of the storage.
      if (performance.now() < (this.#outage?.againMs ?? 0)) return;
      if (this.#outage === undefined) this.#log.warn(NAME, `The under storage does not take ${path}; what waits is kept and tried again: ${error.message}`);
      const pauseMs = Math.min(LONGEST_OUTAGE_PAUSE_MS, this.#longestPauseMs, 2 * (this.#outage?.pauseMs ?? this.#firstPauseMs / 2));
      this.#outage = { why: error.message, pauseMs, againMs: performance.now() + pauseMs };
      return;
    }
    const before = this.#failures.get(id);
    const pauseMs = before === undefined ? this.#firstPauseMs : Math.min(this.#longestPauseMs, 2 * before.pauseMs);
    this.#failures.set(id, { pauseMs, againMs: performance.now() + pauseMs });
    if (before === undefined && !hasCode(error, 'BUSY')) this.#log.warn(NAME, `${path} cannot be persisted now, it is tried again: ${messageOf(error)}`);
  }

  /** A long queue is not counted every second. */
  #count(): void {
    const now = performance.now();
    if (this.#backlog > FEW && now - this.#countedMs < COUNT_MS) return;
    this.#backlog = this.#uploads.length();
    this.#countedMs = now;
  }
}
