/**
 * Reads an LMDB file page by page instead of through the map. What is read through the map stays in the process's memory for as long as the file is mapped, and a
 * process may not unmap it while others have it open (docs/decisions/0011-reading-by-pages.md); here a few pages are kept, whatever is read. The layout is in lmdb-file.ts.
 *
 * LMDB never writes on a page of a committed state that a reader may see: not of the one that a read transaction began with, and so not of any later one while that goes on. So
 * whoever uses this begins a read transaction before showNewest(), and ends it when he has read. Or he has none and is `watching`: then each page is followed by a look at whether
 * the state is still the newest one, on whose pages LMDB never writes either.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { AlluxioError } from '../errors.ts';
import { valueIn } from './kv.ts';
import type { KeyRange, KvReader, RawEntry } from './kv.ts';
import { REMEDY } from './remedy.ts';
import { BRANCH, HEADER, LEAF, META_TXN, OVERFLOW_NODE, readMeta } from './lmdb-file.ts';

/** With 4 KiB pages half a megabyte: the way down to where most reads go, and the leaves around. */
const FRAMES = 128;
const NODE_HEADER = 8;
/** Each commit writes one of the two meta pages. */
const TRIES = 10;

/** To a watching reader: others have committed, and what was read so far may not be mixed with what would come now. */
export class StateMoved extends Error {}

export class PageReader implements KvReader {
  readonly #path: string;
  readonly #file: number;
  readonly #pageSize: number;
  readonly #watching: boolean;
  /** Both meta pages, as far as the number of the second one. */
  readonly #metas: Buffer;
  readonly #header = Buffer.alloc(HEADER);
  readonly #entry: RawEntry = { key: Buffer.alloc(0), keyStart: 0, keyEnd: 0, data: Buffer.alloc(0), dataStart: 0, dataEnd: 0 };
  /** Of the state that is shown; least recently used first. */
  readonly #pages = new Map<number, Buffer>();
  #spare: Buffer[] = [];
  #txn = -1;
  #root = -1;
  #depth = 0;
  #moved = false;
  /** From the root to the leaf: page and index in it. Of the leaf, entries before the index come before what was sought. */
  #way: { page: number; index: number }[] = [];

  /** Undefined when the file is of another layout. */
  static open(path: string, { watching = false } = {}): PageReader | undefined {
    const file = openSync(path, 'r');
    const meta = readMeta(file, 0);
    if (meta?.version === LAYOUT) return new PageReader({ path, file, pageSize: meta.pageSize, watching });
    closeSync(file);
    return undefined;
  }

  private constructor({ path, file, pageSize, watching }: { path: string; file: number; pageSize: number; watching: boolean }) {
    this.#metas = Buffer.alloc(pageSize + META_TXN + 8);
    this.#path = path;
    this.#file = file;
    this.#pageSize = pageSize;
    this.#watching = watching;
  }

  /** Since showNewest(); only one that is watching notices. */
  get moved(): boolean {
    return this.#moved;
  }

  /** Reads see the newest state from now on. False when none could be made out. */
  showNewest(): boolean {
    this.#moved = false;
    for (let tries = 0; tries < TRIES; tries++) {
      const { txn, at } = this.#newest();
      if (txn === this.#txn) return true;
      // A commit may be writing one of them while it is read: what counts is what is there twice.
      const [meta, again] = [readMeta(this.#file, at), readMeta(this.#file, at)];
      if (meta === undefined || again === undefined) return false;
      const [tree, same] = [meta.trees[1], again.trees[1]];
      if (meta.txn !== txn || again.txn !== txn || tree.root !== same.root || tree.depth !== same.depth) continue;
      this.#spare.push(...this.#pages.values());
      this.#pages.clear();
      [this.#txn, this.#root, this.#depth] = [txn, tree.root, tree.depth];
      return true;
    }
    return false;
  }

  #newest(): { txn: number; at: number } {
    if (readSync(this.#file, this.#metas, 0, this.#metas.length, 0) < this.#metas.length) throw this.#damaged('it has no second meta page');
    const [one, two] = [txnOf(this.#metas, 0), txnOf(this.#metas, this.#pageSize)];
    return one > two ? { txn: one, at: 0 } : { txn: two, at: this.#pageSize };
  }

  close(): void {
    closeSync(this.#file);
  }

  get(key: Buffer): Buffer | undefined {
    const leaf = this.#seek(key);
    const index = this.#way[this.#way.length - 1]?.index ?? 0;
    if (leaf === undefined || index >= countOf(leaf)) return undefined;
    const node = nodeOf(leaf, index);
    if (compareKey(leaf, node, key) !== 0) return undefined;
    this.#showValue(leaf, node);
    return valueIn(this.#entry);
  }

  /** Between which keys the leaf lies where the key is, or would be: the last one of the leaf before it, the first one of that behind. All three have been read then. */
  around(key: Buffer): { readonly after: Buffer | undefined; readonly before: Buffer | undefined } {
    this.#seek(key);
    const right = this.#neighbour(1);
    const before = right === undefined ? undefined : keyAt(right, 0);
    this.#seek(key);
    const left = this.#neighbour(-1);
    return { after: left === undefined ? undefined : keyAt(left, countOf(left) - 1), before };
  }

  scan(range: KeyRange, visit: (entry: RawEntry) => void): void {
    if (range.reverse === true) this.#descending(range, visit);
    else this.#ascending(range, visit);
  }

  #ascending({ from, to, limit = Infinity, skip = 0 }: KeyRange, visit: (entry: RawEntry) => void): void {
    let [left, pass] = [limit, skip];
    let index = 0;
    for (let leaf = this.#seek(from, (at) => (index = at)); leaf !== undefined && left > 0; leaf = this.#neighbour(1), index = 0) {
      const count = countOf(leaf);
      const end = count === 0 || compareKey(leaf, nodeOf(leaf, count - 1), to) < 0 ? count : lowerBound(leaf, to);
      const passed = Math.min(pass, Math.max(0, end - index));
      pass -= passed;
      for (index += passed; index < end && left > 0; index++, left--) this.#visit(leaf, index, visit);
      if (end < count) return;
      pass -= this.#passLeaves(1, pass);
    }
  }

  #descending({ from, to, limit = Infinity, skip = 0 }: KeyRange, visit: (entry: RawEntry) => void): void {
    let [left, pass] = [limit, skip];
    let index = 0;
    for (let leaf = this.#seek(to, (at) => (index = at)); leaf !== undefined && left > 0; leaf = this.#neighbour(-1), index = leaf === undefined ? 0 : countOf(leaf)) {
      const first = countOf(leaf) === 0 || compareKey(leaf, nodeOf(leaf, 0), from) >= 0 ? 0 : lowerBound(leaf, from);
      const passed = Math.min(pass, Math.max(0, index - first));
      pass -= passed;
      for (index -= passed; index > first && left > 0; left--) this.#visit(leaf, --index, visit);
      if (first > 0) return;
      pass -= this.#passLeaves(-1, pass);
    }
  }

  #visit(leaf: Buffer, index: number, visit: (entry: RawEntry) => void): void {
    const node = nodeOf(leaf, index);
    const entry = this.#entry;
    entry.key = leaf;
    entry.keyStart = node + NODE_HEADER;
    entry.keyEnd = entry.keyStart + uint16(leaf, node + 6);
    this.#showValue(leaf, node);
    visit(entry);
  }

  #showValue(leaf: Buffer, node: number): void {
    const entry = this.#entry;
    const size = uint32(leaf, node);
    const data = node + NODE_HEADER + uint16(leaf, node + 6);
    if ((uint16(leaf, node + 4) & OVERFLOW_NODE) === 0) {
      entry.data = leaf;
      entry.dataStart = data;
    } else {
      entry.data = Buffer.allocUnsafe(size);
      entry.dataStart = 0;
      this.#read(entry.data, Number(leaf.readBigUInt64LE(data)) * this.#pageSize + HEADER);
    }
    entry.dataEnd = entry.dataStart + size;
  }

  /** The leaf where the key is, or would be; `found` is told the index of the first entry that is not before it. */
  #seek(key: Buffer, found?: (index: number) => void): Buffer | undefined {
    this.#way = [];
    if (this.#root < 0) return undefined;
    let page = this.#root;
    for (let level = 1; level < this.#depth; level++) {
      const branch = this.#page(page, BRANCH);
      const index = lastNotAfter(branch, key);
      this.#way.push({ page, index });
      page = childOf(branch, index);
    }
    const leaf = this.#page(page, LEAF);
    const index = lowerBound(leaf, key);
    this.#way.push({ page, index });
    found?.(index);
    return leaf;
  }

  /** The leaf after or before the one where the last seek or step ended. */
  #neighbour(step: 1 | -1): Buffer | undefined {
    let level = this.#way.length - 2;
    for (; level >= 0; level--) {
      const place = this.#way[level];
      if (place === undefined) return undefined;
      const next = place.index + step;
      if (next >= 0 && next < countOf(this.#page(place.page, BRANCH))) break;
    }
    const turn = this.#way[level];
    if (turn === undefined) return undefined;
    turn.index += step;
    let page = childOf(this.#page(turn.page, BRANCH), turn.index);
    for (level += 1; level < this.#way.length - 1; level++) {
      const branch = this.#page(page, BRANCH);
      const index = step > 0 ? 0 : countOf(branch) - 1;
      this.#way[level] = { page, index };
      page = childOf(branch, index);
    }
    this.#way[level] = { page, index: 0 };
    return this.#page(page, LEAF);
  }

  /** Goes over leaves beside the current one that have no more entries than `most`, as far as their parent reaches; of each, the header is read. Returns how many entries that was. */
  #passLeaves(step: 1 | -1, most: number): number {
    const place = this.#way[this.#way.length - 2];
    if (place === undefined || most === 0) return 0;
    const branch = this.#page(place.page, BRANCH);
    let passed = 0;
    for (let next = place.index + step; next >= 0 && next < countOf(branch); next += step) {
      this.#read(this.#header, childOf(branch, next) * this.#pageSize);
      const count = countOf(this.#header);
      if (passed + count > most) break;
      passed += count;
      place.index = next;
    }
    return passed;
  }

  #page(number: number, kind: number): Buffer {
    const known = this.#pages.get(number);
    if (known !== undefined) {
      this.#pages.delete(number);
      this.#pages.set(number, known);
      return known;
    }
    const frame = this.#frame();
    this.#read(frame, number * this.#pageSize);
    if (uint32(frame, 0) + uint32(frame, 4) * 2 ** 32 !== number || (uint16(frame, 18) & kind) === 0) throw this.#damaged(`page ${number} is none of its tree`);
    this.#pages.set(number, frame);
    return frame;
  }

  #frame(): Buffer {
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    if (this.#pages.size < FRAMES) return Buffer.allocUnsafeSlow(this.#pageSize);
    const [oldest] = this.#pages;
    if (oldest === undefined) throw this.#damaged('no page is kept');
    this.#pages.delete(oldest[0]);
    return oldest[1];
  }

  /** A page, or a part of one. */
  #read(target: Buffer, position: number): void {
    const whole = readSync(this.#file, target, 0, target.length, position) === target.length;
    if (this.#watching && (this.#moved || this.#newest().txn !== this.#txn)) {
      this.#moved = true;
      throw new StateMoved();
    }
    if (!whole) throw this.#damaged(`it ends before byte ${position + target.length}`);
  }

  #damaged(how: string): AlluxioError {
    return new AlluxioError('CORRUPT', `${this.#path} is damaged: ${how}.`, { hint: REMEDY });
  }
}

/** The version of the layout as its meta pages tell it. */
const LAYOUT = 2;

/** Node's own methods are slow until they are hot, and most commands end before. */
function uint16(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function uint32(bytes: Buffer, at: number): number {
  return uint16(bytes, at) + uint16(bytes, at + 2) * 0x1_0000;
}

function txnOf(metas: Buffer, at: number): number {
  return uint32(metas, at + META_TXN) + uint32(metas, at + META_TXN + 4) * 2 ** 32;
}

function countOf(page: Buffer): number {
  return uint16(page, 20) >> 1;
}

function nodeOf(page: Buffer, index: number): number {
  return HEADER + uint16(page, HEADER + 2 * index);
}

function childOf(branch: Buffer, index: number): number {
  const node = nodeOf(branch, index);
  return uint32(branch, node) + uint16(branch, node + 4) * 2 ** 32;
}

/** A copy; undefined when there is no such entry. */
function keyAt(page: Buffer, index: number): Buffer | undefined {
  if (index < 0 || index >= countOf(page)) return undefined;
  const start = nodeOf(page, index) + NODE_HEADER;
  return Buffer.from(page.subarray(start, start + uint16(page, start - 2)));
}

/** Less than 0 when the node's key comes before `key`. */
function compareKey(page: Buffer, node: number, key: Buffer): number {
  const start = node + NODE_HEADER;
  const size = uint16(page, node + 6);
  const common = Math.min(size, key.length);
  for (let at = 0; at < common; at++) {
    const difference = (page[start + at] ?? 0) - (key[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return size - key.length;
}

/** Index of the first entry that is not before `key`. */
function lowerBound(leaf: Buffer, key: Buffer): number {
  let [low, high] = [0, countOf(leaf)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKey(leaf, nodeOf(leaf, middle), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the child under which `key` is. The first child's key is not written: it is before all others. */
function lastNotAfter(branch: Buffer, key: Buffer): number {
  let [low, high] = [1, countOf(branch)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKey(branch, nodeOf(branch, middle), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
