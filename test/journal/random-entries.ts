/** Random entries that fit the state: a driver that grows, moves and removes whatever is there, and one that recounts what apply() keeps counted. */
import type { Entry } from '../../src/journal/entries.ts';
import type { Transaction, View } from '../../src/journal/journal.ts';
import { LIMBO_ID, ROOT_ID } from '../../src/journal/journal.ts';
import type { TotalsRecord } from '../../src/journal/records.ts';
import { NOW, directoryOf, inodeOf } from './support.ts';

const CACHE_DIRECTORIES = 3;

export class RandomEntries {
  readonly #random: () => number;
  readonly #files: number[] = [];
  readonly #directories: number[] = [ROOT_ID];
  readonly #intents: number[] = [];
  readonly #blocks: [number, number][] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Appends one entry, or none where the one that was drawn does not fit. */
  step(tx: Transaction): void {
    const make = [this.#createFile, this.#createFile, this.#createDirectory, this.#find, this.#change, this.#move, this.#remove, this.#addBlock, this.#addBlock, this.#dropBlock, this.#useBlock, this.#rare, this.#intent];
    const entry = this.#pick(make)?.call(this, tx);
    if (entry !== undefined) tx.append(entry);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#below(from.length)];
  }

  #createFile(tx: Transaction): Entry {
    const id = tx.allocate();
    this.#files.push(id);
    const inode = inodeOf(id, { length: this.#below(5000), ttlMs: this.#below(3) === 0 ? this.#below(1000) : -1, persistence: this.#pick(['PERSISTED', 'TO_BE_PERSISTED'] as const) ?? 'LOST' });
    return { type: 'inode-created', parentId: this.#pick(this.#directories) ?? ROOT_ID, name: `文件-${id}`, inode };
  }

  #createDirectory(tx: Transaction): Entry {
    const parentId = this.#pick(this.#directories) ?? ROOT_ID;
    const id = tx.allocate();
    this.#directories.push(id);
    return { type: 'inode-created', parentId, name: `dir ${id}`, inode: directoryOf(id, { childrenLoaded: this.#below(2) === 0 }) };
  }

  #find(tx: Transaction): Entry {
    const found = Array.from({ length: 2 + this.#below(15) }, () => {
      const id = tx.allocate();
      const directory = this.#below(8) === 0;
      (directory ? this.#directories : this.#files).push(id);
      return { name: `found ${id}`, inode: directory ? directoryOf(id) : inodeOf(id, { length: this.#below(5000), persistence: 'PERSISTED', contentHash: `etag-${id}` }) };
    });
    return { type: 'inodes-found', parentId: this.#pick(this.#directories.filter((id) => !found.some(({ inode }) => inode.id === id))) ?? ROOT_ID, found };
  }

  #change(tx: Transaction): Entry | undefined {
    const id = this.#pick([...this.#files, ...this.#directories]);
    if (id === undefined || tx.locate(id) === undefined) return undefined;
    const length = this.#below(9000);
    const change = this.#pick([{ length }, { ttlMs: this.#below(50) - 1 }, { persistence: 'PERSISTED' as const }, { persistence: 'TO_BE_PERSISTED' as const }, { childrenLoaded: this.#below(2) === 0 }, { owner: `u${length}`, modifiedMs: NOW + length / 4 }]) ?? {};
    return tx.locate(id)?.inode.directory === true && 'length' in change ? undefined : { type: 'inode-changed', id, change };
  }

  #move(tx: Transaction): Entry | undefined {
    const id = this.#pick([...this.#files, ...this.#directories.slice(1)]);
    const toParentId = this.#below(6) === 0 ? LIMBO_ID : this.#pick(this.#directories);
    if (id === undefined || toParentId === undefined) return undefined;
    for (let at = toParentId; at !== ROOT_ID && at !== LIMBO_ID; at = tx.locate(at)?.parentId ?? ROOT_ID) if (at === id) return undefined;
    return { type: 'inode-moved', id, toParentId, toName: `moved ${tx.lastSeq()}` };
  }

  #remove(tx: Transaction): Entry | undefined {
    const files = this.#below(3) > 0;
    const from = files ? this.#files : this.#directories.slice(1);
    const id = this.#pick(from);
    if (id === undefined || tx.children(id, { limit: 1 }).length > 0) return undefined;
    const list = files ? this.#files : this.#directories;
    list.splice(list.indexOf(id), 1);
    return { type: 'inode-removed', id };
  }

  #addBlock(): Entry | undefined {
    const fileId = this.#pick(this.#files);
    if (fileId === undefined) return undefined;
    const index = this.#below(4);
    this.#blocks.push([fileId, index]);
    return { type: 'block-added', block: { fileId, index, length: this.#below(1000), directory: this.#below(CACHE_DIRECTORIES), checksums: Array.from({ length: this.#below(3) }, () => this.#below(2 ** 32)), usedMs: NOW + this.#below(100) } };
  }

  #dropBlock(tx: Transaction): Entry | undefined {
    const [fileId, index] = this.#pick(this.#blocks) ?? [0, 0];
    return tx.block(fileId, index) === undefined ? undefined : { type: 'block-removed', fileId, index };
  }

  #useBlock(tx: Transaction): Entry | undefined {
    const [fileId, index] = this.#pick(this.#blocks) ?? [0, 0];
    return tx.block(fileId, index) === undefined ? undefined : { type: 'block-used', fileId, index, usedMs: NOW + this.#below(1000) };
  }

  #rare(tx: Transaction): Entry | undefined {
    const number = this.#below(4);
    const directory = this.#below(CACHE_DIRECTORIES);
    const { reserved } = tx.usage(directory);
    const mount = { id: 1000 + number, inodeId: ROOT_ID, ufsUri: `/u${number}`, readOnly: false, shared: false, properties: { 'fs.oss.accessKeySecret': `s${this.#below(99)}` } };
    const mounted = tx.mounts().some(({ id }) => id === mount.id);
    const synced = this.#pick([...this.#files, ...this.#directories]) ?? ROOT_ID;
    const cleared = this.#pick(tx.syncs());
    const sync = { id: tx.locate(synced) === undefined ? ROOT_ID : synced, automatic: number > 1, neededMs: NOW + number, initial: 'DONE', owner: { host: 'h', pid: 1, startedAt: 1, bootId: 'b', command: 'c' } } as const;
    return this.#pick<Entry>([
      { type: 'sync-set', sync },
      cleared === undefined ? { type: 'sync-set', sync } : { type: 'sync-cleared', id: cleared.id },
      { type: 'fact-set', name: `n${number}`, value: `v${this.#below(9)}` },
      { type: 'path-defaults-set', path: `/p${number}`, properties: this.#below(2) === 0 ? {} : { k: `v${number}` } },
      reserved > 0 ? { type: 'space-released', directory, bytes: reserved } : { type: 'space-reserved', directory, bytes: this.#below(500) },
      mounted ? this.#pick<Entry>([{ type: 'mount-removed', id: mount.id }, { type: 'mount-changed', mount }]) ?? { type: 'mount-changed', mount } : { type: 'mount-added', mount },
    ]);
  }

  #intent(tx: Transaction): Entry | undefined {
    const open = this.#pick(this.#intents);
    const leases = Array.from({ length: this.#below(3) }, () => ({ parentId: this.#pick(this.#directories) ?? ROOT_ID, name: `dir ${this.#below(40)}`, scope: this.#pick(['entry', 'tree'] as const) ?? 'entry' }));
    const record = { owner: { host: 'h', pid: 1, startedAt: 1, bootId: 'b', command: 'c' }, user: 'u', startedMs: NOW, leases, reserved: [], work: { kind: 'remove' } as const };
    if (open === undefined || this.#below(3) === 0) {
      const id = tx.allocate();
      this.#intents.push(id);
      return { type: 'intent-opened', intent: { id, ...record } };
    }
    if (this.#below(2) === 0) return { type: 'intent-changed', intent: { id: open, ...record } };
    this.#intents.splice(this.#intents.indexOf(open), 1);
    return { type: 'intent-closed', id: open };
  }
}

/** Totals of a directory, counted one by one. */
export function recount(view: View, directoryId: number): TotalsRecord {
  const totals = { children: 0, files: 0, directories: 0, bytes: 0, cachedBytes: 0, unloaded: 0 };
  for (const { inode } of view.children(directoryId)) {
    totals.children++;
    if (!inode.directory) {
      const cached = view.blocks(inode.id).reduce((sum, block) => sum + block.length, 0);
      if (cached !== inode.cachedBytes) throw new Error(`file ${inode.id} says ${inode.cachedBytes} bytes cached and has ${cached}`);
      totals.files++;
      totals.bytes += inode.length;
      totals.cachedBytes += cached;
      continue;
    }
    const below = recount(view, inode.id);
    totals.files += below.files;
    totals.directories += below.directories + 1;
    totals.bytes += below.bytes;
    totals.cachedBytes += below.cachedBytes;
    totals.unloaded += below.unloaded + (inode.childrenLoaded ? 0 : 1);
  }
  return totals;
}
