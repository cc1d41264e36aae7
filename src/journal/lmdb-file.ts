/**
 * Looks at an LMDB file without LMDB: a file that lacks pages would kill the process (SIGBUS) as soon as the map is read there. Only the layout that is needed
 * for that, as lmdb-js 3 writes it on 64-bit little-endian machines:
 *
 *   page header  number(8) txn(8) pad(2) flags(2) lower(2) upper(2); then the offsets(2 each, `lower` bytes of them) of nodes, counted from here
 *   node         branch: page(6) keySize(2) key; leaf: size(4) flags(2) keySize(2) key data, or for a large value key firstPage(8) txn(8) pages(8)
 *   meta         magic(4) version(4) address(8) mapSize(8) free tree(48) main tree(48) lastPage(8) txn(8)
 *   tree         pageSize(4) flags(2) depth(2) branchPages(8) leafPages(8) overflowPages(8) entries(8) root(8)
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export const HEADER = 24;
const META_MAGIC = 0xbeefc0de;
const META_BYTES = 136;
/** Of the transaction's number in its page. */
export const META_TXN = HEADER + 128;
export const BRANCH = 0x01;
export const LEAF = 0x02;
export const OVERFLOW_NODE = 0x01;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** A writer that goes on meanwhile may reuse pages of the state that is being looked at: then a newer one is looked at. */
const TRIES = 3;

export const NO_METAS = 'it is not a journal, or only its beginning is there';
const META_VERSION_OFFSET = 4;
/** Each but the first after a millisecond. */
const META_TRIES = 30;
/** A tree is as deep as LMDB's cursors can go at most. */
const MOST_LEVELS = 32;

export interface Tree {
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  /** -1: it is empty. */
  readonly root: number;
}

export interface Meta {
  readonly pageSize: number;
  readonly version: number;
  readonly lastPage: number;
  /** The transaction that wrote it. */
  readonly txn: number;
  /** Of free pages, and of the entries. */
  readonly trees: readonly [Tree, Tree];
}

/** Undefined when every page that can be reached is there, else what is wrong. Cheap, unless the file ends before the last page that was ever allotted. */
export function missingPages(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    let wrong: string | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const metas = readMetas(file);
      if (metas === undefined) return NO_METAS;
      // The size after the meta pages: a writer makes the file longer before it names the new pages.
      const { size } = fstatSync(file);
      const pages = Math.floor(size / metas[0].pageSize);
      if (Math.max(metas[0].lastPage, metas[1].lastPage) < pages) return undefined;
      // Pages at the end that are free again may never have been written.
      wrong = metas.every((meta) => meta.trees.every((tree) => treeIsWhole(file, meta.pageSize, pages, tree))) ? undefined : `it ends after ${size} bytes`;
      if (wrong === undefined) return undefined;
    }
    return wrong;
  } finally {
    closeSync(file);
  }
}

/** Bytes up to the end of the last page that was ever allotted; undefined when it is not a store. Of an open file. */
export function usedBytes(file: number): number | undefined {
  const metas = readMetas(file);
  return metas === undefined ? undefined : (Math.max(metas[0].lastPage, metas[1].lastPage) + 1) * metas[0].pageSize;
}

/** The number of the newest commit; undefined when it is not a store. Of an open file. */
export function newestCommit(file: number): number | undefined {
  const first = readMeta(file, 0);
  const second = first === undefined ? undefined : readMeta(file, first.pageSize);
  return first === undefined || second === undefined ? undefined : Math.max(first.txn, second.txn);
}

/** Undefined when they are damaged: while another process commits, what is read of them may be of several states, and is read again. */
export function readMetas(file: number): [Meta, Meta] | undefined {
  for (let tries = 1; ; tries++) {
    const first = readMeta(file, 0);
    const second = first === undefined ? undefined : readMeta(file, first.pageSize);
    if (first !== undefined && second !== undefined && areTwins(first, second)) return [first, second];
    if (tries === META_TRIES) return undefined;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}

/** One is the state before the other: a bit that has changed in one of them mostly shows beside the other. */
function areTwins(first: Meta, second: Meta): boolean {
  return first.pageSize === second.pageSize && first.version === second.version && Math.abs(first.txn - second.txn) <= 1 && isPossible(first) && isPossible(second);
}

function isPossible({ lastPage, trees }: Meta): boolean {
  return trees.every(({ root, depth, branches, leaves, overflows, entries }) => {
    if (root < 0) return depth === 0 && branches + leaves + overflows + entries === 0;
    return root >= 2 && root <= lastPage && depth > 0 && depth <= MOST_LEVELS && branches + leaves + overflows <= lastPage && leaves > 0 && entries > 0;
  });
}

/** Undefined when there is none. */
export function readMeta(file: number, at: number): Meta | undefined {
  const bytes = Buffer.alloc(HEADER + META_BYTES);
  if (readSync(file, bytes, 0, bytes.length, at) < bytes.length) return undefined;
  const meta = bytes.subarray(HEADER);
  if (meta.readUInt32LE(0) !== META_MAGIC) return undefined;
  const pageSize = meta.readUInt32LE(24);
  if (pageSize < 512 || pageSize > 65_536) return undefined;
  return {
    pageSize,
    version: meta.readUInt32LE(META_VERSION_OFFSET),
    lastPage: Number(meta.readBigUInt64LE(120)),
    txn: Number(meta.readBigUInt64LE(128)),
    trees: [readTree(meta, 24), readTree(meta, 72)],
  };
}

function readTree(meta: Buffer, at: number): Tree {
  const root = meta.readBigUInt64LE(at + 40);
  return {
    depth: meta.readUInt16LE(at + 6),
    branches: Number(meta.readBigUInt64LE(at + 8)),
    leaves: Number(meta.readBigUInt64LE(at + 16)),
    overflows: Number(meta.readBigUInt64LE(at + 24)),
    entries: Number(meta.readBigUInt64LE(at + 32)),
    root: root === NO_PAGE ? -1 : Number(root),
  };
}

/** Branch pages name all others; leaves are read only where some hold values in overflow pages. */
function treeIsWhole(file: number, pageSize: number, pages: number, tree: Tree): boolean {
  if (tree.root < 0) return true;
  const bytes = Buffer.alloc(pageSize);
  const pending = [{ page: tree.root, level: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { page, level } = next;
    if (page >= pages) return false;
    if (level === tree.depth && tree.overflows === 0) continue;
    readSync(file, bytes, 0, pageSize, page * pageSize);
    const flags = bytes.readUInt16LE(18);
    if (Number(bytes.readBigUInt64LE(0)) !== page || (flags & (BRANCH | LEAF)) === 0) return false;
    if (flags & LEAF) {
      if (overflowsOf(bytes).some((last) => last >= pages)) return false;
    } else {
      for (const child of childrenOf(bytes)) pending.push({ page: child, level: level + 1 });
    }
  }
  return true;
}

/** Where the nodes of a page begin. */
export function nodesOf(page: Buffer): number[] {
  const nodes: number[] = [];
  const end = HEADER + page.readUInt16LE(20);
  for (let at = HEADER; at + 2 <= Math.min(end, page.length); at += 2) nodes.push(HEADER + page.readUInt16LE(at));
  return nodes.filter((node) => node + 8 <= page.length);
}

export function childrenOf(page: Buffer): number[] {
  return nodesOf(page).map((node) => page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 2 ** 16 + page.readUInt16LE(node + 4) * 2 ** 32);
}

/** The last page of each run of overflow pages that a leaf's values lie in. */
function overflowsOf(page: Buffer): number[] {
  const last: number[] = [];
  for (const node of nodesOf(page)) {
    const data = node + 8 + page.readUInt16LE(node + 6);
    if ((page.readUInt16LE(node + 4) & OVERFLOW_NODE) === 0 || data + 24 > page.length) continue;
    last.push(Number(page.readBigUInt64LE(data) + page.readBigUInt64LE(data + 16)) - 1);
  }
  return last;
}
