/**
 * The background work of a resident: each job runs when its time has come or the journal has changed, one run of a job at a time. Between runs there is one look at the
 * journal's number four times a second, and nothing else.
 */
import { hasCode, messageOf } from '../errors.ts';
import type { BackgroundJob } from '../http/resident.ts';

export interface JobSpec {
  readonly name: string;
  /** From the end of a run to the next one, when nothing changes. */
  readonly everyMs: number;
  /** Also runs as soon as the journal has changed. */
  readonly onChange?: boolean;
  /** Does what there is to do, and says how much that was. */
  run(signal: AbortSignal): Promise<number>;
  /** Called when the journal has changed, also while a run goes on. */
  changed?(): void;
  /** Things that wait, where that is known. */
  backlog?(): number | undefined;
  /** Told what an operator has changed in this process. */
  operated?(command: string, text: string): void;
  /** What keeps it from its work although no run has failed. */
  trouble?(): string | undefined;
  /** After its last run. */
  close?(): Promise<void>;
}

export interface JobsSettings {
  readonly signal: AbortSignal;
  /** The journal's newest number. @throws UNFORMATTED when the journal was replaced */
  revision(): number;
  /** A failure that was not there before, or its end. */
  tell(level: 'debug' | 'info' | 'warn', job: string, text: string): void;
  /** Nothing more can be done in this process. */
  fatal(error: unknown): void;
}

const TICK_MS = 250;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

interface Job {
  readonly spec: JobSpec;
  running: Promise<void> | undefined;
  nextMs: number;
  seen: number;
  failures: number;
  lastRunMs: number | undefined;
  lastFailure: string | undefined;
  done: number;
}

export class Jobs {
  readonly #jobs: readonly Job[];
  readonly #settings: JobsSettings;
  #timer: NodeJS.Timeout | undefined;
  #seen = -1;

  constructor(specs: readonly JobSpec[], settings: JobsSettings) {
    this.#jobs = specs.map((spec) => ({ spec, running: undefined, nextMs: 0, seen: -1, failures: 0, lastRunMs: undefined, lastFailure: undefined, done: 0 }));
    this.#settings = settings;
  }

  start(): void {
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Resolves when no job runs any more; the signal of the settings tells them to end. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#jobs.flatMap((job) => job.running ?? []));
    await Promise.all(this.#jobs.flatMap(({ spec }) => spec.close?.() ?? []));
  }

  states(): BackgroundJob[] {
    return this.#jobs.map(({ spec, lastRunMs, lastFailure, done }) => ({ name: spec.name, lastRunMs, lastFailure: lastFailure ?? spec.trouble?.(), backlog: spec.backlog?.(), done }));
  }

  operated(command: string, text: string): void {
    for (const { spec } of this.#jobs) spec.operated?.(command, text);
  }

  #tick(): void {
    if (this.#settings.signal.aborted) return;
    try {
      const revision = this.#settings.revision();
      const changed = revision !== this.#seen;
      this.#seen = revision;
      // Not the time of day: that may be set back.
      const now = performance.now();
      for (const job of this.#jobs) {
        if (changed) job.spec.changed?.();
        if (job.running !== undefined || (job.nextMs > now && (job.failures > 0 || job.spec.onChange !== true || job.seen === revision))) continue;
        job.seen = revision;
        job.running = this.#run(job);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #run(job: Job): Promise<void> {
    const { signal, tell } = this.#settings;
    try {
      const started = performance.now();
      const done = await job.spec.run(signal);
      job.done += done;
      if (done > 0) tell('debug', job.spec.name, `${done} done in ${Math.round(performance.now() - started)} ms`);
      if (job.lastFailure !== undefined) tell('info', job.spec.name, 'It works again.');
      job.failures = 0;
      job.lastFailure = undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, 'UNFORMATTED')) return this.#fail(error);
      const text = messageOf(error);
      if (text !== job.lastFailure) tell('warn', job.spec.name, text);
      job.lastFailure = text;
      job.failures += 1;
    } finally {
      job.lastRunMs = Date.now();
      job.nextMs = performance.now() + (job.failures === 0 ? job.spec.everyMs : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (job.failures - 1)));
      job.running = undefined;
    }
  }

  #fail(error: unknown): void {
    clearInterval(this.#timer);
    this.#settings.fatal(error);
  }
}
