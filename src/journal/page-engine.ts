/**
 * The journal's store for a command that mostly only looks: it reads the file by pages and has no part in LMDB, whose code and mapping take a command longer than
 * most of its work (docs/decisions/0014-looking-without-lmdb.md). What writes, or reads for long, gets LMDB for the rest of the process.
 *
 * Nobody knows of this reader, so that pages may be written upon while it reads. But never those of the newest committed state: a crash would lose that. So each
 * page counts when its state is still the newest one after the page was read; else the read begins again, with a newer state.
 */
import { AlluxioError } from '../errors.ts';
import type { KvEngine, KvReader, KvSnapshot, KvWriter } from './kv.ts';
import { PageReader, StateMoved } from './lmdb-pages.ts';

/** Beginnings of one read, while others commit all the time. */
const MOST_TRIES = 1000;
/** From here on a try waits a moment before. */
const PATIENT_TRIES = 10;

export class PageEngine implements KvEngine {
  readonly #name: string;
  readonly #pages: PageReader;
  readonly #open: () => Promise<KvEngine>;
  #lmdb: KvEngine | undefined;
  #opening: Promise<KvEngine> | undefined;
  #reading = false;

  /** Undefined when the file is of another layout. `open` gives the engine for everything else. */
  static over(file: string, settings: { readonly name: string; readonly open: () => Promise<KvEngine> }): PageEngine | undefined {
    const pages = PageReader.open(file, { watching: true });
    return pages === undefined ? undefined : new PageEngine(pages, settings);
  }

  private constructor(pages: PageReader, settings: { readonly name: string; readonly open: () => Promise<KvEngine> }) {
    this.#pages = pages;
    this.#name = settings.name;
    this.#open = settings.open;
  }

  read<T>(fn: (kv: KvReader) => T): T {
    // A read within a read sees the same state, also when LMDB has come meanwhile.
    if (this.#reading) return fn(this.#pages);
    if (this.#lmdb !== undefined) return this.#lmdb.read(fn);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (tries >= PATIENT_TRIES) pause();
      const done = this.#try(fn);
      if (done !== undefined) return done.result;
      // Where others write all the time, the next reads shall not have to try.
      this.#openAhead();
    }
    throw new AlluxioError('UNAVAILABLE', `Others write to the journal in ${this.#name} so often that it could not be read.`, { hint: 'Try again.' });
  }

  #try<T>(fn: (kv: KvReader) => T): { readonly result: T } | undefined {
    if (!this.#pages.showNewest()) return undefined;
    this.#reading = true;
    try {
      const result = fn(this.#pages);
      return this.#pages.moved ? undefined : { result };
    } catch (error) {
      if (error instanceof StateMoved || this.#pages.moved) return undefined;
      throw error;
    } finally {
      this.#reading = false;
    }
  }

  async snapshot(): Promise<KvSnapshot> {
    return (await this.#whole()).snapshot();
  }

  async write<T>(fn: (kv: KvWriter) => T): Promise<T> {
    return (await this.#whole()).write(fn);
  }

  async close(): Promise<void> {
    this.#pages.close();
    const opened = await this.#opening?.catch(notOpened);
    await opened?.close();
  }

  /** Where LMDB cannot be opened, as in a home that may only be read, reading goes on as it began; who needs more is told then. */
  #openAhead(): void {
    this.#whole().catch(notOpened);
  }

  #whole(): Promise<KvEngine> {
    this.#opening ??= this.#open().then((engine) => (this.#lmdb = engine));
    return this.#opening;
  }
}

function notOpened(): undefined {
  return undefined;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
