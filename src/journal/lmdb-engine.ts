/**
 * The journal's store in LMDB: a B-tree in a memory-mapped file that many processes share. The only file that imports lmdb; loaded when a journal is opened.
 *
 * lmdb-js facts that shaped it (3.5.6, measured): `transaction()` keeps the writes of a callback that throws, `childTransaction()` rolls back; with overlappingSync
 * off, its promise resolves when the commit is synced. Opening for writing takes the write lock for a moment, so everything is opened for reading first and
 * again for writing when the first write comes: a listing never waits for a writer, not even for a stopped one.
 */
import { open } from 'lmdb';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { AlluxioError } from '../errors.ts';
import type { KeyRange, KvEngine, KvReader, KvWriter, RawEntry } from './kv.ts';
import { storeError } from './store-error.ts';

/** Address space, not disk: the map is reserved once so that it never has to move. */
const MAP_BYTES = 2 ** 40;
/** Where the address space is limited (ulimit -v). */
const SMALL_MAP_BYTES = 2 ** 32;
/** Every open reader of every process takes one of these slots of 64 bytes. */
const MAX_READERS = 1000;

export interface LmdbOptions {
  /** Refuse writes. */
  readonly readOnly?: boolean;
}

type Store = RootDatabase<Buffer, Buffer>;

export class LmdbEngine implements KvEngine {
  readonly #folder: string;
  readonly #readOnly: boolean;
  #store: Store;
  #writable = false;
  readonly #entry: RawEntry = { key: Buffer.alloc(0), keyStart: 0, keyEnd: 0, value: Buffer.alloc(0), valueEnd: 0 };
  #visit: (entry: RawEntry) => void = ignore;

  /** @param folder holds data.mdb and lock.mdb, which must exist unless `create`. */
  constructor(folder: string, options: LmdbOptions & { create?: boolean } = {}) {
    this.#folder = folder;
    this.#readOnly = options.readOnly ?? false;
    this.#store = this.#open(options.create !== true);
    this.#writable = options.create === true;
  }

  read<T>(fn: (kv: KvReader) => T): T {
    // The snapshot of an earlier read of this turn may be older than what other processes have committed since.
    this.#store.resetReadTxn();
    return fn(this.#reader);
  }

  async write<T>(fn: (kv: KvWriter) => T): Promise<T> {
    if (this.#readOnly) throw new AlluxioError('READ_ONLY', 'The journal was opened for reading only.');
    this.#makeWritable();
    let thrown: { error: unknown } | undefined;
    try {
      return await this.#store.childTransaction(() => {
        try {
          return fn(this.#writer);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      });
    } catch (error) {
      if (thrown !== undefined && thrown.error === error) throw error;
      throw storeError(this.#folder, error);
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  readonly #reader: KvReader = {
    get: (key) => {
      const value = this.#store.getBinaryFast(key);
      // Large values come as a view of the map; everything else as a reused Buffer.
      return value === undefined || Buffer.isBuffer(value) ? value : Buffer.from(value);
    },
    scan: (range, visit) => this.#scan(range, visit),
  };

  readonly #writer: KvWriter = {
    ...this.#reader,
    put: (key, value) => {
      try {
        this.#store.putSync(key, value);
      } catch (error) {
        throw storeError(this.#folder, error);
      }
    },
    delete: (key) => {
      try {
        this.#store.removeSync(key);
      } catch (error) {
        throw storeError(this.#folder, error);
      }
    },
  };

  /** Walks with lmdb's own buffers: the key's and value's decoders only note where the bytes are, so that nothing is copied. */
  #scan(range: KeyRange, visit: (entry: RawEntry) => void): void {
    const before = this.#visit;
    this.#visit = visit;
    const reverse = range.reverse === true;
    const ends = reverse ? { start: range.to, end: range.from, reverse, exclusiveStart: true, inclusiveEnd: true } : { start: range.from, end: range.to };
    try {
      const entries = this.#store.getRange(range.limit === undefined ? ends : { ...ends, limit: range.limit });
      for (const entry of entries) void entry;
    } finally {
      this.#visit = before;
    }
  }

  #makeWritable(): void {
    if (this.#writable) return;
    // Synchronous in effect: no transaction of a read-only environment can be under way between two callbacks.
    void this.#store.close();
    this.#store = this.#open(false);
    this.#writable = true;
  }

  #open(readOnly: boolean): Store {
    const entry = this.#entry;
    const options = {
      path: this.#folder,
      readOnly,
      maxDbs: 1,
      maxReaders: MAX_READERS,
      mapSize: MAP_BYTES,
      overlappingSync: false,
      noMemInit: false,
      permissionsMode: 0o600,
      encoder: {
        encode: (value: Buffer) => value,
        decode: (value: Buffer, size: number) => {
          entry.value = Buffer.isBuffer(value) ? value : Buffer.from(value);
          entry.valueEnd = size;
          this.#visit(entry);
        },
      },
      keyEncoder: {
        writeKey: (key: Buffer, target: Buffer, start: number) => {
          target.set(key, start);
          return start + key.length;
        },
        readKey: (source: Buffer, start: number, end: number) => {
          entry.key = source;
          entry.keyStart = start;
          entry.keyEnd = end;
          return undefined;
        },
      },
    } satisfies RootDatabaseOptionsWithPath & { permissionsMode: number };
    try {
      return open<Buffer, Buffer>(options);
    } catch (error) {
      if (!/memory/i.test(String(error))) throw storeError(this.#folder, error);
      return open<Buffer, Buffer>({ ...options, mapSize: SMALL_MAP_BYTES });
    }
  }
}

function ignore(): void {
  // Between scans nobody looks at entries.
}
