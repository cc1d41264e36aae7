/** Looks at the process and the store every few seconds, for charts and for whoever asks in between. */
import { messageOf } from '../../errors.ts';
import type { Metric, Snapshot } from './metrics.ts';
import { metricsOf, snapshot } from './metrics.ts';
import type { OperationCounts } from './operations.ts';
import { OperationCounter } from './operations.ts';
import type { History, Sample } from './series.ts';
import { Series } from './series.ts';
import type { ServedResident } from '../served.ts';

const MINUTE_MS = 60_000;

interface Earlier {
  readonly timeMs: number;
  readonly counts: OperationCounts;
  readonly cpuMicros: number;
}

export class Recorder {
  readonly #resident: ServedResident;
  readonly #counter: OperationCounter;
  #series: Series;
  readonly #timer: NodeJS.Timeout;
  #earlier: Earlier;

  constructor(
    resident: ServedResident,
    log: (line: string) => void,
    readonly periodMs: number,
  ) {
    this.#resident = resident;
    this.#series = new Series(periodMs);
    this.#counter = new OperationCounter(resident.fs);
    this.#earlier = this.#mark();
    let failing = false;
    const sample = async (): Promise<void> => {
      try {
        await this.sample();
        failing = false;
      } catch (error) {
        if (!failing) log(`Metrics cannot be recorded: ${messageOf(error)}`);
        failing = true;
      }
    };
    this.#timer = setInterval(() => void sample(), periodMs).unref();
    void sample();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Counters and charts begin anew. */
  async clear(): Promise<void> {
    await this.#counter.clear();
    this.#series = new Series(this.periodMs);
    this.#earlier = this.#mark();
  }

  /** Adds a point to the charts. */
  async sample(): Promise<void> {
    await this.#counter.catchUp();
    const [now, before] = [this.#mark(), this.#earlier];
    this.#earlier = now;
    const minutes = Math.max(now.timeMs - before.timeMs, 1) / MINUTE_MS;
    const rate = (name: keyof OperationCounts): number => (now.counts[name] - before.counts[name]) / minutes;
    const { capacity, known, pending } = await snapshot(this.#resident);
    const sample: Sample = {
      cacheUsed: capacity.used,
      cacheTotal: capacity.total,
      files: known.files,
      bytes: known.bytes,
      pending,
      created: rate('Master.FilesCreated') + rate('Master.DirectoriesCreated') + rate('Master.PathsLoaded'),
      deleted: rate('Master.PathsDeleted'),
      renamed: rate('Master.PathsRenamed'),
      persisted: rate('Master.FilesPersisted'),
      cachedRate: rate('Worker.BytesCached'),
      memory: process.memoryUsage.rss(),
      cpu: (100 * (now.cpuMicros - before.cpuMicros)) / 1000 / Math.max(now.timeMs - before.timeMs, 1),
    };
    this.#series.push(now.timeMs, sample);
  }

  history(span: 'hour' | 'day'): History {
    return this.#series.history(span);
  }

  snapshot(): Promise<Snapshot> {
    return snapshot(this.#resident);
  }

  async metrics(): Promise<Metric[]> {
    await this.#counter.catchUp();
    return metricsOf(this.#resident, await this.snapshot(), this.#counter.counts);
  }

  #mark(): Earlier {
    const { user, system } = process.cpuUsage();
    return { timeMs: Date.now(), counts: { ...this.#counter.counts }, cpuMicros: user + system };
  }
}
