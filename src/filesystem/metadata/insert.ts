/** Putting what the under storage named into the namespace, inside one transaction. */
import type { FoundInode } from '../../journal/entries.ts';
import type { Transaction } from '../../journal/journal.ts';
import type { InodeRecord } from '../../journal/records.ts';
import { loadedInode } from '../../namespace/inodes.ts';
import { isHeld } from '../../namespace/leases.ts';
import type { UfsStatus } from '../../ufs/ufs.ts';
import type { RemovalGuard } from './guard.ts';

/** What a listing says of one entry of a directory. */
export interface Listed {
  readonly name: string;
  readonly status: UfsStatus;
}

/** Where entries go, the same for all of one directory. */
export interface InsertPlace {
  readonly parent: InodeRecord;
  readonly guard: RemovalGuard;
  readonly nowMs: number;
  readonly blockSize: number;
}

/** The entry's inode: the one that was there, or a new one. Undefined when it must not appear (held, or removed meanwhile). */
export function insertLoaded(tx: Transaction, entry: Listed, place: InsertPlace): InodeRecord | undefined {
  const { parent, guard } = place;
  const { name } = entry;
  const known = tx.child(parent.id, name);
  if (known !== undefined) return known;
  if (guard.removed(parent.id, name) || isHeld(tx, parent.id, name)) return undefined;
  return insertNew(tx, entry, place);
}

function insertNew(tx: Transaction, entry: Listed, place: InsertPlace): InodeRecord {
  const inode = inodeFor(tx, entry, place);
  tx.append({ type: 'inode-created', parentId: place.parent.id, name: entry.name, inode });
  return inode;
}

function inodeFor(tx: Transaction, { status }: Listed, { parent, nowMs, blockSize }: InsertPlace): InodeRecord {
  return loadedInode({ id: tx.allocate(), nowMs, parent, status, blockSize });
}

/** In one record of the log, and characters of their names: more would not fit on a page of the journal beside others. */
const TOGETHER = 16;
const NAMES_TOGETHER = 600;

function insertAllNew(tx: Transaction, entries: readonly Listed[], place: InsertPlace): InodeRecord[] {
  const inodes = entries.map((entry) => inodeFor(tx, entry, place));
  let found: FoundInode[] = [];
  let characters = 0;
  const append = (): void => {
    const [only] = found;
    if (only === undefined) return;
    tx.append(found.length === 1 ? { type: 'inode-created', parentId: place.parent.id, ...only } : { type: 'inodes-found', parentId: place.parent.id, found });
    found = [];
    characters = 0;
  };
  for (const [at, { name }] of entries.entries()) {
    const inode = inodes[at];
    if (inode === undefined) continue;
    if (found.length === TOGETHER || (found.length > 0 && characters + name.length > NAMES_TOGETHER)) append();
    found.push({ name, inode });
    characters += name.length;
  }
  append();
  return inodes;
}

/** Characters from here on come in another order in UTF-16, which strings are compared by, than in UTF-8, which keys are. */
const OTHER_ORDER = /[\ud800-\uffff]/;

/**
 * Inserts what a listing named in one directory, each name once. A first load meets nothing of it: then one look at what follows the least name is enough for all of them.
 * Returns the inodes as insertLoaded does.
 */
export function insertAllLoaded(tx: Transaction, entries: readonly Listed[], place: InsertPlace): (InodeRecord | undefined)[] {
  if (areAllNew(tx, entries, place)) return insertAllNew(tx, entries, place);
  return entries.map((entry) => insertLoaded(tx, entry, place));
}

function areAllNew(tx: Transaction, entries: readonly Listed[], { parent, guard }: InsertPlace): boolean {
  let least = entries[0]?.name;
  if (least === undefined || guard.sawRemovals || tx.leases().length > 0) return false;
  for (const { name } of entries) {
    if (OTHER_ORDER.test(name)) return false;
    if (name < least) least = name;
  }
  return tx.child(parent.id, least) === undefined && tx.children(parent.id, { after: least, limit: 1 }).length === 0;
}

/** The attached directory behind an id, or undefined when it is gone, detached or no directory. */
export function attachedDirectory(tx: Transaction, id: number): InodeRecord | undefined {
  const own = tx.locate(id);
  if (own === undefined || !own.inode.directory) return undefined;
  for (let at = own; at.parentId !== 0; ) {
    const parent = tx.locate(at.parentId);
    if (parent === undefined) return undefined;
    at = parent;
  }
  return own.inode;
}
