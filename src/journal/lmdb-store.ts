/**
 * LMDB opened as the journal needs it. The only file of the room that imports lmdb.
 *
 * lmdb-js facts that shaped it (3.5.6, measured): `transaction()` keeps the writes of a callback that throws, `childTransaction()` rolls back; with overlappingSync
 * off, its promise resolves when the commit is synced. Opening a store takes the write lock for a moment, which would make every listing wait for a writer, for
 * ever if that one is stopped: WithoutLock below opens it from a read transaction instead. An environment that a process opened for reading is what it gets when it
 * opens the same file again for writing: so it is always opened for writing, and the engine keeps `readOnly` itself.
 */
import { openAsClass } from 'lmdb';
import type { RootDatabase, Transaction } from 'lmdb';
import { AlluxioError } from '../errors.ts';
import type { RawEntry } from './kv.ts';
import { MAX_READERS } from './store-room.ts';

/** `_endWrites`: what close() waits for. */
export type Store = RootDatabase<Buffer, Buffer> & { ensureReadTxn(): void; _endWrites(): unknown };
export type { Transaction };
type StoreClass = new (name: null, options: object) => Store;

export interface HowToMap {
  /** Of address space, in bytes. */
  readonly mapSize: number;
  readonly readOnly?: boolean;
}

/** @param visit gets what a scan sees, in lmdb's own buffers; the entry is valid until it returns */
export function openMapped(folder: string, how: HowToMap, visit: (entry: RawEntry) => void): Store {
  const entry: RawEntry = { key: Buffer.alloc(0), keyStart: 0, keyEnd: 0, data: Buffer.alloc(0), dataStart: 0, dataEnd: 0 };
  const options = {
    ...how,
    path: folder,
    maxDbs: 1,
    maxReaders: MAX_READERS,
    overlappingSync: false,
    // It would leave a second promise per commit that nobody can catch when the disk is full.
    eventTurnBatching: false,
    permissionsMode: 0o600,
    encoder: {
      encode: (value: Buffer) => value,
      decode: (value: Buffer, size: number) => {
        entry.data = Buffer.isBuffer(value) ? value : Buffer.from(value);
        entry.dataEnd = size;
        visit(entry);
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
  };
  const opened: unknown = openAsClass<Buffer, Buffer>(options);
  if (!isStoreClass(opened)) throw new AlluxioError('INTERNAL', 'lmdb has changed: openAsClass() gives no class.');
  class WithoutLock extends opened {
    /** The constructor opens the one database in here; that one exists always, so a read transaction does. Nothing else of ours calls this. */
    override transactionSync<T>(action: () => T): T {
      this.ensureReadTxn();
      return action();
    }
  }
  return new WithoutLock(null, { ...options, create: false, isRoot: true });
}

function isStoreClass(value: unknown): value is StoreClass {
  return typeof value === 'function';
}
