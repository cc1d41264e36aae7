/**
 * What each entry does to the state tables, with its consequences: totals of ancestors, cachedBytes, space of cache directories, and the indexes of expiry, use
 * and files to be persisted. Deterministic: the tables before and the entry decide the tables after. A precondition that does not hold is a mistake of the caller
 * and throws INTERNAL; the transaction is then undone.
 */
import { decodeParent, decodePlace, encodeJson, encodeNumber, encodePlace, type Place } from './codec.ts';
import { BlockTables } from './apply-blocks.ts';
import { applyRepair } from './apply-repair.ts';
import { LeaseTable } from './apply-leases.ts';
import type { Entry, InodeChange } from './entries.ts';
import { decodeInode, encodeInode, inWholeMs } from './inode-codec.ts';
import { expiryOf, waits } from './inode-indexes.ts';
import { LIMBO_ID, ROOT_ID, type UsageRecord } from './journal.ts';
import { expiryKey, factKey, inodeKey, intentKey, mountKey, pathDefaultsKey, placeKey, sequenceKey, syncKey, toPersistKey } from './keys.ts';
import type { KvWriter } from './kv.ts';
import { violated } from './precondition.ts';
import type { InodeRecord, TotalsRecord } from './records.ts';
import { Tables } from './tables.ts';
import { NO_TOTALS, TotalsLedger, weightOf } from './totals.ts';

const EMPTY = Buffer.alloc(0);

interface Found extends Place {
  readonly inode: InodeRecord;
}

/** Serves one transaction of the store. Totals and space are written by flush(); until then they are read here. */
export class Applier {
  readonly #kv: KvWriter;
  readonly #tables: Tables;
  readonly #totals: TotalsLedger;
  readonly #blocks: BlockTables;
  readonly #leases: LeaseTable;
  readonly #parents = new Map<number, number>();
  readonly #directories = new Set<number>([LIMBO_ID]);

  constructor(kv: KvWriter) {
    this.#kv = kv;
    this.#tables = new Tables(kv);
    this.#leases = new LeaseTable(kv);
    this.#totals = new TotalsLedger(kv, (id) => this.#parentOf(id));
    this.#blocks = new BlockTables(kv, (fileId, change) => this.#changeCached(fileId, change));
  }

  totals(directoryId: number): TotalsRecord {
    return this.#totals.totals(directoryId);
  }

  usage(directory: number): UsageRecord {
    return this.#blocks.usage(directory);
  }

  flush(): void {
    this.#totals.flush();
    this.#blocks.flush();
  }

  apply(entry: Entry): void {
    switch (entry.type) {
      case 'inode-created':
        return this.#create(entry.parentId, entry.name, entry.inode);
      case 'inodes-found':
        for (const { name, inode } of entry.found) this.#create(entry.parentId, name, inode);
        return;
      case 'inode-changed':
        return this.#change(entry.id, entry.change);
      case 'inode-moved':
        return this.#move(entry.id, entry.toParentId, entry.toName);
      case 'inode-removed':
        return this.#remove(entry.id);
      case 'space-reserved':
        return this.#blocks.reserve(entry.directory, entry.bytes);
      case 'space-released':
        return this.#blocks.reserve(entry.directory, -entry.bytes);
      case 'block-added':
        return this.#blocks.add(entry.block);
      case 'block-removed':
        return this.#blocks.remove(entry.fileId, entry.index);
      case 'block-used':
        return this.#blocks.use(entry.fileId, entry.index, entry.usedMs);
      default:
        return this.#applyRare(entry);
    }
  }

  #applyRare(entry: Extract<Entry, { type: `${'mount' | 'intent' | 'sync' | 'path' | 'fact' | 'sequence' | 'record'}-${string}` }>): void {
    switch (entry.type) {
      case 'mount-added':
      case 'mount-changed':
        return this.#putRecord(mountKey(entry.mount.id), entry.mount, entry.type === 'mount-added');
      case 'mount-removed':
        return this.#dropRecord(mountKey(entry.id), `mount ${entry.id} is not there`);
      case 'intent-opened':
      case 'intent-changed':
        this.#leases.replace(entry.intent.id, this.#tables.intent(entry.intent.id)?.leases ?? [], entry.intent.leases);
        return this.#putRecord(intentKey(entry.intent.id), entry.intent, entry.type === 'intent-opened');
      case 'intent-closed':
        this.#leases.replace(entry.id, this.#tables.intent(entry.id)?.leases ?? [], []);
        return this.#dropRecord(intentKey(entry.id), `intent ${entry.id} is not there`);
      case 'sync-set':
        this.#require(entry.sync.id);
        return this.#kv.put(syncKey(entry.sync.id), encodeJson(entry.sync));
      case 'sync-cleared':
        return this.#dropRecord(syncKey(entry.id), `inode ${entry.id} has no sync record`);
      case 'path-defaults-set':
        return this.#setPathDefaults(entry.path, entry.properties);
      case 'fact-set':
        return this.#kv.put(factKey(entry.name), Buffer.from(entry.value));
      case 'sequence-moved':
        if (entry.next < this.#tables.sequence()) violated(`the sequence cannot go back to ${entry.next}`);
        return this.#kv.put(sequenceKey(), encodeNumber(entry.next));
      case 'record-repaired':
        this.flush();
        applyRepair(this.#kv, entry.repair);
        return this.#forgetPlaces();
    }
  }

  #forgetPlaces(): void {
    this.#parents.clear();
    this.#directories.clear();
    this.#directories.add(LIMBO_ID);
  }

  #putRecord(key: Buffer, record: { readonly id: number }, fresh: boolean): void {
    if ((this.#kv.get(key) === undefined) !== fresh) violated(`record ${record.id} ${fresh ? 'exists already' : 'is not there'}`);
    this.#kv.put(key, encodeJson(record));
  }

  #dropRecord(key: Buffer, missing: string): void {
    if (this.#kv.get(key) === undefined) violated(missing);
    this.#kv.delete(key);
  }

  #setPathDefaults(path: string, properties: Readonly<Record<string, string>>): void {
    const all = this.#tables.pathDefaults();
    if (Object.keys(properties).length === 0) all.delete(path);
    else all.set(path, properties);
    const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
    if (sorted.length === 0) this.#kv.delete(pathDefaultsKey());
    else this.#kv.put(pathDefaultsKey(), encodeJson(sorted));
  }

  #create(parentId: number, name: string, created: InodeRecord): void {
    const inode = inWholeMs(created);
    const isRoot = inode.id === ROOT_ID && parentId === 0 && name === '';
    if (!isRoot) this.#requireDirectory(parentId);
    if (inode.cachedBytes !== 0) violated(`new inode ${inode.id} cannot have cached bytes`);
    if (!this.#kv.insert(inodeKey(parentId, name), encodeInode(inode))) violated(`directory ${parentId} has an entry ${JSON.stringify(name)} already`);
    if (!this.#kv.insert(placeKey(inode.id), encodePlace({ parentId, name }))) violated(`inode ${inode.id} exists already`);
    // Walks to the root begin at directories.
    if (inode.directory) {
      this.#parents.set(inode.id, parentId);
      this.#directories.add(inode.id);
    }
    this.#index(undefined, inode);
    this.#totals.add(parentId, weightOf(inode, NO_TOTALS));
  }

  #change(id: number, change: InodeChange): void {
    const found = this.#require(id);
    const inode = inWholeMs({ ...found.inode, ...change });
    this.#kv.put(inodeKey(found.parentId, found.name), encodeInode(inode));
    this.#index(found.inode, inode);
    if (inode.length !== found.inode.length && !inode.directory) {
      this.#totals.add(found.parentId, { ...NO_TOTALS, bytes: inode.length - found.inode.length });
    }
    if (inode.childrenLoaded !== found.inode.childrenLoaded && inode.directory) {
      this.#totals.add(found.parentId, { ...NO_TOTALS, unloaded: inode.childrenLoaded ? -1 : 1 });
    }
  }

  #move(id: number, toParentId: number, toName: string): void {
    const { inode, parentId, name } = this.#require(id);
    if (id === ROOT_ID) violated('the root cannot be moved');
    this.#requireDirectory(toParentId);
    const key = inodeKey(toParentId, toName);
    if (this.#kv.get(key) !== undefined) violated(`directory ${toParentId} has an entry ${JSON.stringify(toName)} already`);
    if (inode.directory) this.#requireOutside(toParentId, id);
    // A directory's totals() has carried all changes so far up to the ancestors that it is about to leave.
    const weight = weightOf(inode, inode.directory ? this.#totals.totals(id) : NO_TOTALS);
    this.#kv.delete(inodeKey(parentId, name));
    this.#kv.put(key, encodeInode(inode));
    this.#kv.put(placeKey(id), encodePlace({ parentId: toParentId, name: toName }));
    this.#parents.set(id, toParentId);
    this.#totals.add(parentId, weight, -1);
    this.#totals.add(toParentId, weight);
  }

  #remove(id: number): void {
    const { inode, parentId, name } = this.#require(id);
    if (id === ROOT_ID) violated('the root cannot be removed');
    if (inode.directory) {
      if (this.#totals.totals(id).children > 0) violated(`directory ${id} is not empty`);
      this.#totals.drop(id);
    } else {
      this.#blocks.removeAll(id);
    }
    this.#totals.add(parentId, weightOf(inode, NO_TOTALS), -1);
    this.#index(inode, undefined);
    this.#kv.delete(inodeKey(parentId, name));
    this.#kv.delete(placeKey(id));
    this.#kv.delete(syncKey(id));
    this.#parents.delete(id);
    this.#directories.delete(id);
  }

  /** Blocks came or went: the file and all directories above it have more or fewer bytes in the cache. */
  #changeCached(fileId: number, change: number): void {
    const found = this.#require(fileId);
    if (found.inode.directory) violated(`inode ${fileId} is a directory and has no blocks`);
    this.#kv.put(inodeKey(found.parentId, found.name), encodeInode({ ...found.inode, cachedBytes: found.inode.cachedBytes + change }));
    this.#totals.add(found.parentId, { ...NO_TOTALS, cachedBytes: change });
  }

  /** The indexes by expiry and of files to be persisted follow the attributes. */
  #index(before: InodeRecord | undefined, after: InodeRecord | undefined): void {
    const expiredBefore = expiryOf(before);
    const expiresAfter = expiryOf(after);
    if (expiredBefore !== expiresAfter) {
      if (before !== undefined && expiredBefore !== undefined) this.#kv.delete(expiryKey(expiredBefore, before.id));
      if (after !== undefined && expiresAfter !== undefined) this.#kv.put(expiryKey(expiresAfter, after.id), EMPTY);
    }
    const waited = before !== undefined && waits(before);
    const waiting = after !== undefined && waits(after);
    if (waited && !waiting) this.#kv.delete(toPersistKey(before.id));
    if (waiting && !waited) this.#kv.put(toPersistKey(after.id), EMPTY);
  }

  #require(id: number): Found {
    const value = this.#kv.get(placeKey(id));
    if (value === undefined) return violated(`there is no inode ${id}`);
    const place = decodePlace(value);
    const bytes = this.#kv.get(inodeKey(place.parentId, place.name));
    if (bytes === undefined) return violated(`inode ${id} has no attributes`);
    return { ...place, inode: decodeInode(bytes) };
  }

  #requireDirectory(id: number): void {
    if (this.#directories.has(id)) return;
    if (!this.#require(id).inode.directory) violated(`inode ${id} is not a directory`);
    this.#directories.add(id);
  }

  #requireOutside(directoryId: number, treeId: number): void {
    for (let id = directoryId; id !== 0 && id !== LIMBO_ID; id = this.#parentOf(id)) {
      if (id === treeId) violated(`directory ${treeId} cannot be moved into itself`);
    }
  }

  #parentOf(id: number): number {
    const known = this.#parents.get(id);
    if (known !== undefined) return known;
    const value = this.#kv.get(placeKey(id));
    if (value === undefined) return violated(`there is no inode ${id}`);
    const parentId = decodeParent(value);
    this.#parents.set(id, parentId);
    return parentId;
  }
}
