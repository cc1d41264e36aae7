/**
 * What the journal needs of a store: ordered binary keys (1 to 1,978 bytes) and values in one space, snapshots for readers, one writer at a time.
 * Implementations: lmdb-engine.ts (shared by processes, durable), memory-engine.ts (tests).
 */

/** A key and a value in buffers that are reused: to be read before anything else is asked of the store. */
export interface RawEntry {
  key: Buffer;
  keyStart: number;
  keyEnd: number;
  data: Buffer;
  dataStart: number;
  dataEnd: number;
}

export function valueIn({ data, dataStart, dataEnd }: RawEntry): Buffer {
  return data.subarray(dataStart, dataEnd);
}

/** Keys from `from` to before `to`, in byte order. */
export interface KeyRange {
  readonly from: Buffer;
  readonly to: Buffer;
  readonly limit?: number;
  /** Greatest first. */
  readonly reverse?: boolean;
  /** So many are passed over first. */
  readonly skip?: number;
}

export interface KvReader {
  /** The value, in a buffer that is valid until the next call. */
  get(key: Buffer): Buffer | undefined;
  /** Calls `visit` for each key of the range. The visitor must not call the store. */
  scan(range: KeyRange, visit: (entry: RawEntry) => void): void;
}

/** A key that must be new is there: the callback worked on a state that is not the latest. */
export class StaleState extends Error {}

export interface KvWriter extends KvReader {
  put(key: Buffer, value: Buffer): void;
  /** False, and nothing is changed, when the key is there. Costs less than to look first. */
  insert(key: Buffer, value: Buffer): boolean;
  /** @throws StaleState when the key is there, and then nothing of the transaction may be kept */
  putNew(key: Buffer, value: Buffer): void;
  delete(key: Buffer): void;
}

/** One state for as long as it is open, over turns of the event loop, whatever writers do meanwhile. */
export interface KvSnapshot extends KvReader {
  /** Must be called: what an open one can still see takes room in the file. */
  close(): void;
}

export interface KvEngine {
  snapshot(): Promise<KvSnapshot>;
  /**
   * One consistent state for the time of the callback; never waits for a writer. The callback may be called again, when others have changed the store
   * under it: it changes nothing outside of itself.
   */
  read<T>(fn: (kv: KvReader) => T): T;
  /**
   * Runs the callback as the only writer of all processes; it sees its own writes. All of them are kept and durable when the promise resolves;
   * when the callback throws, none is, and the promise rejects with its error. @throws NO_SPACE, CORRUPT, UNAVAILABLE of the store itself.
   */
  write<T>(fn: (kv: KvWriter) => T): Promise<T>;
  close(): Promise<void>;
}

