/** A bounded history in memory: the last hour by the sample, the last day by the minute. */

export const SERIES = {
  cacheUsed: 'Cache used (bytes)',
  cacheTotal: 'Cache capacity (bytes)',
  files: 'Files known',
  bytes: 'Bytes known',
  pending: 'Files to be persisted',
  created: 'Paths created per minute',
  deleted: 'Paths removed per minute',
  renamed: 'Renames per minute',
  persisted: 'Files persisted per minute',
  cachedRate: 'Bytes cached per minute',
  memory: 'Memory of this process (bytes)',
  cpu: 'Processor use of this process (%)',
} as const satisfies Record<string, string>;

export type SeriesName = keyof typeof SERIES;
export type Sample = Readonly<Record<SeriesName, number>>;

/** Columns of equal length, oldest first. */
export interface History {
  readonly timesMs: readonly number[];
  readonly values: Readonly<Record<SeriesName, readonly number[]>>;
}

class Ring {
  readonly #length: number;
  readonly #times: number[] = [];
  readonly #samples: Sample[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  get lastMs(): number {
    return this.#times[this.#times.length - 1] ?? 0;
  }

  push(timeMs: number, sample: Sample): void {
    this.#times.push(timeMs);
    this.#samples.push(sample);
    if (this.#times.length <= this.#length) return;
    this.#times.shift();
    this.#samples.shift();
  }

  history(): History {
    const names = Object.keys(SERIES) as SeriesName[];
    const values = Object.fromEntries(names.map((name) => [name, this.#samples.map((sample) => sample[name])])) as Record<SeriesName, number[]>;
    return { timesMs: [...this.#times], values };
  }
}

const MINUTE_MS = 60_000;

export class Series {
  readonly #hour: Ring;
  readonly #day = new Ring((24 * 60 * MINUTE_MS) / MINUTE_MS);

  constructor(periodMs: number) {
    this.#hour = new Ring(Math.ceil((60 * MINUTE_MS) / periodMs));
  }

  push(timeMs: number, sample: Sample): void {
    this.#hour.push(timeMs, sample);
    // A clock that jumped back begins anew.
    if (timeMs - this.#day.lastMs >= MINUTE_MS || timeMs < this.#day.lastMs) this.#day.push(timeMs, sample);
  }

  history(span: 'hour' | 'day'): History {
    return span === 'hour' ? this.#hour.history() : this.#day.history();
  }
}
