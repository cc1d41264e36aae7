/** The journal's store in memory, for tests: same semantics as the LMDB engine within one process, nothing is durable. */
import { AlluxioError } from '../errors.ts';
import { StaleState } from './kv.ts';
import type { KeyRange, KvEngine, KvReader, KvSnapshot, KvWriter, RawEntry } from './kv.ts';
import { SortedKeys } from './sorted-keys.ts';

export const MAX_KEY_BYTES = 1978;

export class MemoryEngine implements KvEngine {
  readonly #keys = new SortedKeys();
  readonly #values = new Map<string, Buffer>();
  /** What a failed transaction puts back: the values from before, undefined where there was none. */
  #undo = new Map<string, Buffer | undefined>();
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  readonly #reader: KvReader = {
    get: (key) => this.#values.get(key.toString('latin1')),
    scan: (range, visit) => this.#scan(range, visit),
  };

  readonly #writer: KvWriter = {
    ...this.#reader,
    put: (key, value) => {
      if (key.length === 0 || key.length > MAX_KEY_BYTES) throw new AlluxioError('INTERNAL', `A key of ${key.length} bytes is not possible.`);
      this.#set(key.toString('latin1'), Buffer.from(value));
    },
    insert: (key, value) => {
      if (this.#values.has(key.toString('latin1'))) return false;
      this.#writer.put(key, value);
      return true;
    },
    putNew: (key, value) => {
      if (!this.#writer.insert(key, value)) throw new StaleState('a key that must be new is there');
    },
    delete: (key) => this.#set(key.toString('latin1'), undefined),
  };

  read<T>(fn: (kv: KvReader) => T): T {
    this.#assertOpen();
    return fn(this.#reader);
  }

  snapshot(): Promise<KvSnapshot> {
    this.#assertOpen();
    const copy = new MemoryEngine();
    for (const [key, value] of this.#values) copy.#set(key, value);
    return Promise.resolve({ ...copy.#reader, close: () => void copy.close() });
  }

  /** Callbacks run one after another in later turns, as those of a store on disk do. */
  write<T>(fn: (kv: KvWriter) => T): Promise<T> {
    const result = this.#turn.then(() => this.#transact(fn));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#closed = true;
  }

  #transact<T>(fn: (kv: KvWriter) => T): T {
    this.#assertOpen();
    this.#undo = new Map();
    try {
      return fn(this.#writer);
    } catch (error) {
      for (const [key, value] of this.#undo) this.#set(key, value);
      throw error;
    }
  }

  #set(key: string, value: Buffer | undefined): void {
    if (!this.#undo.has(key)) this.#undo.set(key, this.#values.get(key));
    if (value === undefined) {
      if (this.#values.delete(key)) this.#keys.remove(key);
      return;
    }
    if (!this.#values.has(key)) this.#keys.add(key);
    this.#values.set(key, value);
  }

  #scan(range: KeyRange, visit: (entry: RawEntry) => void): void {
    const from = range.from.toString('latin1');
    const to = range.to.toString('latin1');
    let left = range.limit ?? Infinity;
    let skip = range.skip ?? 0;
    for (const text of range.reverse === true ? this.#keys.descending(from, to) : this.#keys.ascending(from, to)) {
      if (skip-- > 0) continue;
      if (left-- <= 0) return;
      const key = Buffer.from(text, 'latin1');
      const value = this.#values.get(text) ?? Buffer.alloc(0);
      visit({ key, keyStart: 0, keyEnd: key.length, data: value, dataStart: 0, dataEnd: value.length });
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new AlluxioError('INTERNAL', 'The journal is closed.');
  }
}
