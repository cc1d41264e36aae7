/**
 * Makes a directory known before it is shown, but lets no reader wait for a storage: a directory that was never listed may hold millions, and OSS
 * may not answer at all. What is known after a moment is shown; the rest is read on.
 */
import { isAlluxioError, messageOf } from '../errors.ts';
import type { AlluxioPath } from '../uri.ts';
import type { WatchedFileSystem } from './served.ts';

export type Freshness = { readonly state: 'fresh' } | { readonly state: 'loading' } | { readonly state: 'failed'; readonly why: string };

const PATIENCE_MS = 1_500;
/** Readings at once: many readers must not keep the storage busy for others. */
const MOST = 4;

export class Refresher {
  readonly #fs: WatchedFileSystem;
  readonly #running = new Map<AlluxioPath, Promise<Freshness>>();

  constructor(fs: WatchedFileSystem) {
    this.#fs = fs;
  }

  async refresh(path: AlluxioPath): Promise<Freshness> {
    const running = this.#running.get(path) ?? this.#start(path);
    if (running === undefined) return { state: 'loading' };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Freshness>((resolve) => (timer = setTimeout(() => resolve({ state: 'loading' }), PATIENCE_MS)));
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #start(path: AlluxioPath): Promise<Freshness> | undefined {
    if (this.#running.size >= MOST) return undefined;
    const running = this.#fs.entries
      .page(path, { limit: 1 })
      .then((): Freshness => ({ state: 'fresh' }))
      .catch((error: unknown): Freshness => (isAlluxioError(error) && error.code === 'NOT_FOUND' ? { state: 'fresh' } : { state: 'failed', why: messageOf(error) }))
      .finally(() => this.#running.delete(path));
    this.#running.set(path, running);
    return running;
  }
}
