/**
 * Keeps commits from being lost. lmdb-js 3.5.6 keeps the number of the newest commit in lock.mdb, for all processes; whoever begins a transaction begins from that
 * state. But whoever opens the store sets the number to what he read in data.mdb some time before (mdb_env_open2), with no regard to those who commit meanwhile: a
 * commit that falls into that time is forgotten, and the next transaction replaces it. decisions/0010 tells how that was found.
 *
 * So each writer compares, as the holder of the write lock, the state that it was given with data.mdb, corrects the number and begins again; and who has opened the
 * store looks whether it set the number back.
 */
import { openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { newestCommit } from './lmdb-file.ts';

/** lock.mdb begins with magic(4) format(4) newest commit(8). */
const AT = 8;
/** Never closed: the locks of a process on a file end when it closes any of its descriptors of it, and LMDB's own lock is on this one. */
const lockFiles = new Map<string, number | undefined>();
const dataFiles = new Map<string, number>();

export class NewestCommit {
  readonly #folder: string;
  readonly #bytes = Buffer.alloc(8);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The shared number is less than it ought to be, or a commit is just coming to its end. */
  isBehind(): boolean {
    const shared = this.#shared();
    const newest = this.#inData();
    return shared !== undefined && newest !== undefined && shared < newest;
  }

  /** For the holder of the write lock: true when the state it was given is the newest one; else the next transaction will get that. */
  isState(given: number): boolean {
    const newest = this.#inData();
    // A file that does not tell is for LMDB to refuse.
    if (given === newest || newest === undefined) return true;
    const file = this.#lockFile();
    if (file !== undefined && this.#shared() === given) {
      this.#bytes.writeBigUInt64LE(BigInt(newest));
      writeSync(file, this.#bytes, 0, 8, AT);
    }
    return false;
  }

  #shared(): number | undefined {
    const file = this.#lockFile();
    return file === undefined || readSync(file, this.#bytes, 0, 8, AT) < 8 ? undefined : Number(this.#bytes.readBigUInt64LE());
  }

  #inData(): number | undefined {
    const path = join(this.#folder, 'data.mdb');
    const file = dataFiles.get(path) ?? openSync(path, 'r');
    dataFiles.set(path, file);
    return newestCommit(file);
  }

  #lockFile(): number | undefined {
    const path = join(this.#folder, 'lock.mdb');
    if (!lockFiles.has(path)) lockFiles.set(path, openIfAllowed(path));
    return lockFiles.get(path);
  }
}

/** Where the files are protected, nobody writes. */
function openIfAllowed(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
