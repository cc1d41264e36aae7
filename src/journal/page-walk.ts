/**
 * Every page of an LMDB file that can be reached, checked without LMDB: which trusts what it reads, and of a damaged page it dies by a signal or gives something else.
 * The layout is in lmdb-file.ts. There are no checksums: a changed byte inside of a value goes unseen here.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BRANCH, HEADER, LEAF, OVERFLOW_NODE, NO_METAS, childrenOf, nodesOf, readMetas } from './lmdb-file.ts';
import type { Meta, Tree } from './lmdb-file.ts';

const OVERFLOW = 0x04;
/** Pages of the state that is looked at may be written anew meanwhile; then a newer state is looked at. */
const TRIES = 5;

class Damage extends Error {}

/** Undefined when nothing is wrong, or when writers were so quick that no state stayed long enough to tell. */
export function pageDamage(path: string): string | undefined {
  return damageOf(path, 2);
}

/** The same of the list of free pages alone, which every writer reads: some pages, however large the file. */
export function freeListDamage(path: string): string | undefined {
  return damageOf(path, 1);
}

function damageOf(path: string, trees: number): string | undefined {
  const file = openSync(path, 'r');
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const meta = newest(file);
      if (meta === undefined) return NO_METAS;
      const wrong = walk(file, meta, trees);
      if (wrong === undefined) return undefined;
      if (newest(file)?.txn === meta.txn) return wrong;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

function newest(file: number): Meta | undefined {
  const metas = readMetas(file);
  return metas === undefined ? undefined : metas[0].txn > metas[1].txn ? metas[0] : metas[1];
}

function walk(file: number, meta: Meta, trees: number): string | undefined {
  const pages = Math.floor(fstatSync(file).size / meta.pageSize);
  const seen = new Uint8Array(Math.max(pages, 2));
  seen.fill(1, 0, 2);
  try {
    for (const [i, tree] of meta.trees.slice(0, trees).entries()) new TreeWalk({ file, meta, pages, seen, tree, ordered: i === 1 }).run();
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  }
}

interface Walk {
  readonly file: number;
  readonly meta: Meta;
  readonly pages: number;
  readonly seen: Uint8Array;
  readonly tree: Tree;
  /** Keys are in byte order; those of the free list are numbers of the machine. */
  readonly ordered: boolean;
}

class TreeWalk {
  readonly #walk: Walk;
  readonly #counts = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
  #lastKey: Buffer | undefined;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  run(): void {
    const { tree } = this.#walk;
    if (tree.root >= 0) this.#page(tree.root, 1);
    const { branches, leaves, overflows, entries } = this.#counts;
    if (branches !== tree.branches || leaves !== tree.leaves || overflows !== tree.overflows || entries !== tree.entries) {
      throw new Damage(`it holds ${entries} records in ${branches + leaves + overflows} pages, and should hold ${tree.entries} in ${tree.branches + tree.leaves + tree.overflows}`);
    }
  }

  #page(number: number, level: number): void {
    const { tree, meta } = this.#walk;
    const bytes = this.#read(number);
    const flags = bytes.readUInt16LE(18);
    const [lower, upper] = [bytes.readUInt16LE(20), bytes.readUInt16LE(22)];
    const expected = level === tree.depth ? LEAF : BRANCH;
    if (flags !== expected || lower % 2 !== 0 || lower > upper || HEADER + upper > meta.pageSize) throw new Damage(`page ${number} is not what it should be`);
    const nodes = nodesOf(bytes);
    if (nodes.length !== lower / 2 || Math.min(...nodes) !== HEADER + upper || nodes.some((node) => keyEnd(bytes, node) > meta.pageSize)) throw new Damage(`page ${number} has records outside of it`);
    if (expected === LEAF) return this.#leaf(number, bytes, nodes);
    this.#counts.branches++;
    if (nodes.length < 2) throw new Damage(`page ${number} leads to fewer pages than two`);
    for (const child of childrenOf(bytes)) this.#page(child, level + 1);
  }

  #leaf(number: number, bytes: Buffer, nodes: readonly number[]): void {
    this.#counts.leaves++;
    this.#counts.entries += nodes.length;
    if (nodes.length === 0) throw new Damage(`page ${number} is empty`);
    for (const node of nodes) {
      const end = keyEnd(bytes, node);
      if (this.#walk.ordered) this.#inOrder(number, bytes.subarray(node + 8, end));
      const large = (bytes.readUInt16LE(node + 4) & OVERFLOW_NODE) !== 0;
      const size = bytes.readUInt32LE(node);
      if (large) this.#overflow(bytes, end, size);
      else if (end + size > bytes.length) throw new Damage(`page ${number} has records outside of it`);
    }
  }

  #inOrder(number: number, key: Buffer): void {
    if (this.#lastKey !== undefined && Buffer.compare(this.#lastKey, key) >= 0) throw new Damage(`page ${number} has keys in a wrong order`);
    this.#lastKey = Buffer.from(key);
  }

  #overflow(bytes: Buffer, at: number, size: number): void {
    if (at + 24 > bytes.length) throw new Damage('a large record lies nowhere');
    const first = Number(bytes.readBigUInt64LE(at));
    const count = Number(bytes.readBigUInt64LE(at + 16));
    if (HEADER + size > count * this.#walk.meta.pageSize || count > this.#walk.pages) throw new Damage(`page ${first} is too small for its record`);
    const head = this.#read(first);
    if (head.readUInt16LE(18) !== OVERFLOW || head.readUInt32LE(20) !== count) throw new Damage(`page ${first} is not what it should be`);
    for (let page = first + 1; page < first + count; page++) this.#take(page);
    this.#counts.overflows += count;
  }

  #read(number: number): Buffer {
    const { file, meta } = this.#walk;
    this.#take(number);
    const bytes = Buffer.allocUnsafe(meta.pageSize);
    if (readSync(file, bytes, 0, meta.pageSize, number * meta.pageSize) < meta.pageSize) throw new Damage(`page ${number} is missing`);
    if (Number(bytes.readBigUInt64LE(0)) !== number || bytes.readBigUInt64LE(8) > meta.txn) throw new Damage(`page ${number} is not what it should be`);
    return bytes;
  }

  #take(number: number): void {
    const { pages, seen, meta } = this.#walk;
    if (!(number < pages) || number > meta.lastPage) throw new Damage(`page ${number} is missing`);
    if (seen[number] === 1) throw new Damage(`page ${number} is in two places`);
    seen[number] = 1;
  }
}

function keyEnd(bytes: Buffer, node: number): number {
  return node + 8 + bytes.readUInt16LE(node + 6);
}
