/**
 * Room on the disk for a transaction, taken before LMDB writes. lmdb-js 3.5.6 prints a line of its own when a write finds the disk full, and its text
 * overruns a buffer: the process may die of it. Over space that the file has already, a write finds room; and a disk that filled up leaves enough of it
 * to record that files were removed.
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { usedBytes } from './lmdb-file.ts';

const PAGE = 4096;
/** Free list, branches and meta pages of any transaction, and what the next few need to make room by removing something. */
const LEAST = 64 * PAGE;
/** So that a file does not grow by a little each time. */
const STEP = 2 ** 18;
/** Of changes that lie apart each takes a leaf of its own; of many, most lie together. */
const MOST_APART = 512;

export interface Changes {
  readonly count: number;
  /** Of keys and values. */
  readonly bytes: number;
}

export class FileRoom {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The caller holds the write lock, and commits after it. @throws ENOSPC, EDQUOT, EFBIG of the system, with nothing but zeros written after the file's end */
  take(changes: Changes): void {
    this.#file ??= openSync(this.#path, 'r+');
    const need = LEAST + 2 * PAGE * Math.min(changes.count, MOST_APART) + 2 * changes.bytes;
    const { size } = fstatSync(this.#file);
    const missing = (usedBytes(this.#file) ?? size) + need - size;
    if (missing <= 0) return;
    const zeros = Buffer.alloc(Math.ceil(missing / STEP) * STEP);
    // What is there of it already stays: the next transaction may do with it.
    for (let done = 0; done < missing; ) done += writeSync(this.#file, zeros, done, zeros.length - done, size + done);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
