/** The journal's store in LMDB: a B-tree in a memory-mapped file that many processes share; loaded when a journal is changed. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AlluxioError } from '../errors.ts';
import { reached } from '../fault-points.ts';
import { FileRoom } from './file-room.ts';
import { StaleState, valueIn } from './kv.ts';
import { NewestCommit } from './newest-commit.ts';
import type { KeyRange, KvEngine, KvReader, KvSnapshot, KvWriter, RawEntry } from './kv.ts';
import { PageGuard } from './page-guard.ts';
import { PageReader } from './lmdb-pages.ts';
import { openMapped } from './lmdb-store.ts';
import type { HowToMap, Store, Transaction } from './lmdb-store.ts';
import { freeListDamage } from './page-walk.ts';
import { muteConsole } from './quiet-console.ts';
import { StoreKeeper } from './store-keeper.ts';
import { takeStoreRoom } from './store-room.ts';
import { asDamage, damaged, storeError } from './store-error.ts';

/** Address space, not disk: the map is reserved once so that it never has to move. */
const MAP_BYTES = 2 ** 40;
/** Where the address space is limited (ulimit -v). */
const SMALL_MAP_BYTES = 2 ** 32;
/** What is read through the map stays in the process's memory, and of a damaged page there LMDB dies: reads go by pages from the start. */
const MAPPED_BYTES = 0;
/**
 * Writing goes through the map, and the system maps many pages around each one that is looked at: a listing of a million objects would end with half a gigabyte. Of a
 * process that writes more than this, the store is opened anew whenever the process has grown by GROWTH_BYTES: that lets go of the pages, and takes a millisecond.
 */
const MUCH_BYTES = 16 * 2 ** 20;
const GROWTH_BYTES = 8 * 2 ** 20;
/** Others may open the store again and again. */
const MOST_TRIES = 100;

/** The transaction was given a state that is not the newest. */
class OldState extends Error {}

const IF_NEW = { noOverwrite: true };

export interface LmdbOptions {
  readonly readOnly?: boolean;
  /** Reads go through the map until they have seen so much. */
  readonly mappedBytes?: number;
  readonly leaveOpen?: boolean;
  /** After so many written bytes the process lets go of the map whenever it has grown by `growthBytes`. */
  readonly muchBytes?: number;
  readonly growthBytes?: number;
}

export class LmdbEngine implements KvEngine {
  readonly #folder: string;
  /** The journal's folder, which users know. */
  readonly #name: string;
  readonly #readOnly: boolean;
  readonly #mappedBytes: number;
  readonly #leaveOpen: boolean;
  readonly #muchBytes: number;
  readonly #growthBytes: number;
  readonly #file: string;
  readonly #room: FileRoom;
  readonly #newest: NewestCommit;
  /** Of the transaction that is being written. */
  #changes = { count: 0, bytes: 0 };
  #store: Store;
  #visit: (entry: RawEntry) => void = ignore;
  /** Of what was read through the map, about. */
  #mapped = 0;
  /** What the read under way reads with: reads within it see the same state. */
  #reading: KvReader | undefined;
  #writing = false;
  #pages: PageReader | undefined;
  #guard: PageGuard | undefined;
  /** By all transactions, in bytes. */
  #written = 0;
  /** Of this process, in bytes, when it last let go of the map. */
  #memory = 0;
  /** What needs the store to stay open: writes under way, snapshots. */
  #users = 0;
  #keeper: StoreKeeper | undefined;

  /** @param folder holds data.mdb and lock.mdb; they are made where they are missing. */
  constructor(folder: string, options: LmdbOptions = {}) {
    this.#folder = folder;
    this.#name = dirname(folder);
    this.#readOnly = options.readOnly ?? false;
    this.#leaveOpen = options.leaveOpen ?? false;
    this.#mappedBytes = options.mappedBytes ?? MAPPED_BYTES;
    this.#muchBytes = options.muchBytes ?? MUCH_BYTES;
    this.#growthBytes = options.growthBytes ?? GROWTH_BYTES;
    this.#file = join(folder, 'data.mdb');
    takeStoreRoom(folder);
    this.#room = new FileRoom(this.#file);
    this.#newest = new NewestCommit(folder);
    this.#store = this.#open();
  }

  read<T>(fn: (kv: KvReader) => T): T {
    if (this.#reading !== undefined) return fn(this.#reading);
    // The snapshot of an earlier read of this turn may be older than what other processes have committed since.
    this.#store.resetReadTxn();
    const held = this.#mapped < this.#mappedBytes || this.#writing ? undefined : this.#store.useReadTransaction();
    try {
      this.#reading = (held && this.#newestPages()) ?? this.#reader;
      return fn(this.#reading);
    } finally {
      this.#reading = undefined;
      held?.done();
    }
  }

  snapshot(): Promise<KvSnapshot> {
    const transaction = this.#store.useReadTransaction();
    this.#users++;
    const pages = PageReader.open(this.#file);
    const reader: KvReader = pages?.showNewest() === true ? pages : this.#within(transaction);
    return Promise.resolve({
      get: (key: Buffer) => reader.get(key),
      scan: (range: KeyRange, visit: (entry: RawEntry) => void) => reader.scan(range, visit),
      close: () => {
        pages?.close();
        transaction.done();
        this.#users--;
      },
    });
  }

  #newestPages(): PageReader | undefined {
    this.#pages ??= PageReader.open(this.#file);
    return this.#pages?.showNewest() === true ? this.#pages : undefined;
  }

  #within(transaction: Transaction): KvReader {
    const scan: KvReader['scan'] = (range, visit) => this.#scan(range, visit, transaction);
    const get: KvReader['get'] = (key) => {
      let value: Buffer | undefined;
      scan({ from: key, to: Buffer.concat([key, Buffer.of(0)]) }, (entry) => void (value = Buffer.from(valueIn(entry))));
      return value;
    };
    return { get, scan };
  }

  async write<T>(fn: (kv: KvWriter) => T): Promise<T> {
    if (this.#readOnly) throw new AlluxioError('READ_ONLY', 'The journal was opened for reading only.');
    if (this.#written > this.#muchBytes && this.#users === 0) this.#letGo();
    this.#users++;
    try {
      return await this.#writeNewest(fn);
    } finally {
      this.#users--;
    }
  }

  async #writeNewest<T>(fn: (kv: KvWriter) => T): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#writeOnce(fn);
      } catch (error) {
        if (!(error instanceof OldState)) throw error;
        if (tries === MOST_TRIES) throw new AlluxioError('UNAVAILABLE', `The journal in ${this.#name} does not give its newest state.`, { hint: 'End all other alluxio processes that use it, then try again.' });
      }
    }
  }

  /** Of the pages of the map that this process holds, once a keeper sees to it that the store may be closed. In one turn, so that nobody meets a closed store. */
  #letGo(): void {
    if (process.memoryUsage.rss() < this.#memory + this.#growthBytes) return;
    this.#keeper ??= new StoreKeeper(this.#folder);
    // Where the store was removed meanwhile, by a format, another one would be made.
    if (!this.#keeper.holds || !existsSync(this.#file)) return;
    this.#store._endWrites = () => undefined;
    void this.#store.close();
    this.#store = this.#open();
    this.#memory = process.memoryUsage.rss();
  }

  async #writeOnce<T>(fn: (kv: KvWriter) => T): Promise<T> {
    let thrown: { error: unknown } | undefined;
    const unmute = muteConsole();
    try {
      const result = await this.#store.childTransaction(() => {
        try {
          return this.#writeWithin(fn);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      });
      reached('journal.commit', 'after');
      return result;
    } catch (error) {
      if (thrown !== undefined && thrown.error === error) throw error;
      throw storeError(this.#name, await commitErrorOf(error));
    } finally {
      unmute();
    }
  }

  #writeWithin<T>(fn: (kv: KvWriter) => T): T {
    // Before anything is written: even what a transaction writes ahead of its commit would go over pages of a state that it does not know.
    if (!this.#newest.isState(this.#store.getWriteTxnId() - 1)) throw new OldState();
    this.#changes = { count: 0, bytes: 0 };
    this.#look();
    const result = this.#asWriter(fn);
    try {
      if (this.#changes.count > 0) this.#room.take(this.#changes);
      this.#written += this.#changes.bytes;
    } catch (error) {
      throw storeError(this.#name, error);
    }
    reached('journal.commit', 'before');
    return result;
  }

  /** At what this transaction will use of the file; the list of free pages once, since afterwards it is what we wrote. There is no guard of a file of another layout. */
  #look(): void {
    this.#pages ??= PageReader.open(this.#file);
    if (this.#pages === undefined) return;
    if (this.#guard === undefined) {
      const wrong = freeListDamage(this.#file);
      if (wrong !== undefined) throw damaged(this.#name, `data.mdb: ${wrong}`);
      this.#guard = new PageGuard(this.#pages);
    }
    this.#guard.begin();
  }

  #asWriter<T>(fn: (kv: KvWriter) => T): T {
    this.#writing = true;
    try {
      return fn(this.#writer);
    } finally {
      this.#writing = false;
    }
  }

  #count(bytes: number): void {
    this.#changes.count++;
    this.#changes.bytes += bytes;
  }

  async close(): Promise<void> {
    this.#room.close();
    this.#pages?.close();
    this.#pages = undefined;
    this.#guard = undefined;
    this.#keeper?.end();
    if (!this.#leaveOpen) await this.#store.close();
  }

  readonly #reader: KvReader = {
    get: (key) => {
      if (this.#writing) this.#guard?.key(key);
      let value: Uint8Array | undefined;
      try {
        value = this.#store.getBinaryFast(key);
      } catch (error) {
        throw asDamage(this.#name, error);
      }
      // Large values come as a view of the map; everything else in a reused Buffer, larger than its `length`, which Node 24's methods do not look at.
      if (value === undefined) return undefined;
      return Buffer.isBuffer(value) ? value.subarray(0, value.length) : Buffer.from(value);
    },
    scan: (range, visit) => this.#scan(range, visit),
  };

  readonly #writer: KvWriter = {
    ...this.#reader,
    put: (key, value) => {
      this.#guard?.key(key);
      this.#count(key.length + value.length);
      try {
        this.#store.putSync(key, value);
      } catch (error) {
        throw storeError(this.#name, error);
      }
    },
    insert: (key, value) => {
      this.#guard?.key(key);
      this.#count(key.length + value.length);
      let done: unknown;
      try {
        done = this.#store.putSync(key, value, IF_NEW);
      } catch (error) {
        throw storeError(this.#name, error);
      }
      return done !== false;
    },
    putNew: (key, value) => {
      if (!this.#writer.insert(key, value)) throw new StaleState('a key that must be new is there');
    },
    delete: (key) => {
      this.#guard?.key(key);
      this.#count(key.length);
      try {
        this.#store.removeSync(key);
      } catch (error) {
        throw storeError(this.#name, error);
      }
    },
  };

  /** Walks with lmdb's own buffers: the key's and value's decoders only note where the bytes are, so that nothing is copied. */
  #scan(range: KeyRange, visit: (entry: RawEntry) => void, transaction?: Transaction): void {
    if (range.limit === 0) return;
    if (this.#writing) this.#guard?.range(range);
    const before = this.#visit;
    let skip = range.skip ?? 0;
    this.#visit = skip === 0 ? visit : (entry) => void (skip-- > 0 || visit(entry));
    const reverse = range.reverse === true;
    const bounds = reverse ? { start: range.to, end: range.from, reverse, exclusiveStart: true, inclusiveEnd: true } : { start: range.from, end: range.to };
    try {
      const ends = transaction === undefined ? bounds : { ...bounds, transaction };
      const entries = this.#store.getRange(range.limit === undefined ? ends : { ...ends, limit: range.limit + skip });
      for (const entry of entries) void entry;
    } catch (error) {
      throw asDamage(this.#name, error);
    } finally {
      this.#visit = before;
    }
  }

  #open(): Store {
    let store = this.#openOnce();
    // Opening sets the number. A few times will do: what is not put right here, the next writer puts right.
    for (let tries = 0; this.#newest.isBehind() && tries < 3; tries++) {
      void store.close();
      store = this.#openOnce();
    }
    return store;
  }

  #openOnce(): Store {
    try {
      return this.#openMapped({ mapSize: MAP_BYTES });
    } catch (error) {
      const failed = storeError(this.#name, error);
      if (/memory/i.test(failed.message)) return this.#openMapped({ mapSize: SMALL_MAP_BYTES });
      // Reading is still possible where the files are protected.
      if (failed.code === 'PERMISSION_DENIED' && this.#readOnly) return this.#openMapped({ mapSize: MAP_BYTES, readOnly: true });
      throw failed;
    }
  }

  #openMapped(how: HowToMap): Store {
    return openMapped(this.#folder, how, (entry) => {
      this.#mapped += entry.dataEnd - entry.dataStart + entry.keyEnd - entry.keyStart;
      this.#visit(entry);
    });
  }
}

/** A failed commit rejects with "Commit failed"; why comes as a promise that is rejected in turn. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}

function ignore(): void {
  // Between scans nobody looks at entries.
}
