/** What a repair does to the state tables: one record becomes what the others say. */
import { decodeBlock, decodeIntent, decodeSync, encodeHolders, encodeNumber, encodePlace, encodeSpace, encodeTotals } from './codec.ts';
import type { Repair } from './audit/findings.ts';
import { holdersOf } from './audit/holders.ts';
import { inodeAt, inodeOf, placeOf, totalsAt } from './audit/records-at.ts';
import { idOf, pagesOf, readable, valueOf } from './audit/scan.ts';
import { decodeInode, encodeInode } from './inode-codec.ts';
import { expiryOf, waits } from './inode-indexes.ts';
import { NAME_OFFSET, TABLE, blockKey, expiryKey, inodeKey, leaseKey, mountKey, numberRange, placeKey, sequenceKey, spaceKey, syncKey, toPersistKey, totalsKey, useKey } from './keys.ts';
import { valueIn } from './kv.ts';
import type { KvWriter } from './kv.ts';
import { violated } from './precondition.ts';
import type { BlockRecord, InodeRecord, IntentRecord } from './records.ts';
import { Tables } from './tables.ts';
import { NO_TOTALS, sum, weightOf } from './totals.ts';

const EMPTY = Buffer.alloc(0);

type Of<W extends Repair['what']> = Extract<Repair, { what: W }>;

/** The caller has written all that it gathered, and knows nothing of these records afterwards. */
export function applyRepair(kv: KvWriter, repair: Repair): void {
  switch (repair.what) {
    case 'totals':
      return recount(kv, repair.id);
    case 'place':
      return repairPlace(kv, repair);
    case 'cached':
      return addUpBlocks(kv, repair.id);
    case 'block':
      return repairBlock(kv, repair);
    case 'use':
      return put(kv, useKey(repair), isUsedAt(kv, repair));
    case 'space':
      return addUpSpace(kv, repair.directory);
    case 'expiry':
      return put(kv, expiryKey(repair.expiryMs, repair.id), expiresAt(kv, repair));
    case 'to-persist':
      return put(kv, toPersistKey(repair.id), waitsNow(kv, repair.id));
    case 'lease':
      return repairLease(kv, repair);
    case 'adopt':
      return adopt(kv, repair);
    case 'forget':
      return forget(kv, repair);
    case 'mount':
      return repairMount(kv, repair.id);
    case 'unmount':
      return inodeOf(kv, repair.id) === undefined ? kv.delete(mountKey(repair.mountId)) : undefined;
    case 'sequence':
      return void (new Tables(kv).sequence() < repair.next && kv.put(sequenceKey(), encodeNumber(repair.next)));
    case 'sync':
      return inodeOf(kv, repair.id) === undefined || !isReadableSync(kv, repair.id) ? kv.delete(syncKey(repair.id)) : undefined;
  }
}

function put(kv: KvWriter, key: Buffer, there: boolean): void {
  if (there) kv.put(key, EMPTY);
  else kv.delete(key);
}

function recount(kv: KvWriter, id: number): void {
  let totals = NO_TOTALS;
  const directories: InodeRecord[] = [];
  if (inodeOf(kv, id)?.directory === true) {
    kv.scan(numberRange(TABLE.inode, id), (entry) => {
      const inode = readable(() => decodeInode(entry.data, { at: entry.dataStart, end: entry.dataEnd }));
      if (inode?.directory === true) directories.push(inode);
      else if (inode !== undefined) totals = sum(totals, weightOf(inode, NO_TOTALS));
    });
  }
  for (const inode of directories) totals = sum(totals, weightOf(inode, totalsAt(kv, inode.id)));
  if (Object.values(totals).every((value) => value === 0)) kv.delete(totalsKey(id));
  else kv.put(totalsKey(id), encodeTotals(totals));
}

function repairPlace(kv: KvWriter, { id, parentId, name }: Of<'place'>): void {
  if (inodeAt(kv, parentId, name)?.id === id) {
    // Of two records of one inode the one that is recorded stays.
    if (inodeOf(kv, id) === undefined) kv.put(placeKey(id), encodePlace({ parentId, name }));
  } else if (inodeOf(kv, id) === undefined) {
    kv.delete(placeKey(id));
  }
}

function addUpBlocks(kv: KvWriter, id: number): void {
  const [inode, place] = [inodeOf(kv, id), placeOf(kv, id)];
  if (inode === undefined || inode.directory || place === undefined) return;
  let cachedBytes = 0;
  kv.scan(numberRange(TABLE.block, id), (entry) => {
    cachedBytes += readable(() => decodeBlock(valueIn(entry), id, 0))?.length ?? 0;
  });
  kv.put(inodeKey(place.parentId, place.name), encodeInode({ ...inode, cachedBytes }));
}

function blockAt(kv: KvWriter, fileId: number, index: number): BlockRecord | undefined {
  const value = kv.get(blockKey(fileId, index));
  return value === undefined ? undefined : readable(() => decodeBlock(value, fileId, index));
}

function repairBlock(kv: KvWriter, { fileId, index }: Of<'block'>): void {
  const block = blockAt(kv, fileId, index);
  if (block !== undefined && inodeOf(kv, fileId)?.directory === false) return kv.put(useKey(block), EMPTY);
  kv.delete(blockKey(fileId, index));
  if (block !== undefined) kv.delete(useKey(block));
}

function isUsedAt(kv: KvWriter, { directory, usedMs, fileId, index }: Of<'use'>): boolean {
  const block = blockAt(kv, fileId, index);
  return block?.directory === directory && block.usedMs === usedMs;
}

function addUpSpace(kv: KvWriter, directory: number): void {
  let used = 0;
  let reserved = 0;
  kv.scan({ from: Buffer.of(TABLE.block), to: Buffer.of(TABLE.block + 1) }, (entry) => {
    const block = readable(() => decodeBlock(valueIn(entry), 0, entry.key.readUInt32BE(entry.keyStart + NAME_OFFSET)));
    if (block?.directory === directory) used += block.length;
  });
  for (const intent of openIntents(kv)) for (const held of intent.reserved) if (held.directory === directory) reserved += held.bytes;
  if (used === 0 && reserved === 0) kv.delete(spaceKey(directory));
  else kv.put(spaceKey(directory), encodeSpace({ used, reserved }));
}

function openIntents(kv: KvWriter): IntentRecord[] {
  const found: IntentRecord[] = [];
  for (const page of pagesOf(kv, TABLE.intent, (entry) => readable(() => decodeIntent(valueOf(entry), idOf(entry))))) for (const intent of page) if (intent !== undefined) found.push(intent);
  return found;
}

function expiresAt(kv: KvWriter, { expiryMs, id }: Of<'expiry'>): boolean {
  const wanted = expiryOf(inodeOf(kv, id));
  return wanted !== undefined && expiryKey(wanted, id).equals(expiryKey(expiryMs, id));
}

function isReadableSync(kv: KvWriter, id: number): boolean {
  const value = kv.get(syncKey(id));
  return value === undefined || readable(() => decodeSync(value.subarray(0, value.length), id)) !== undefined;
}

function waitsNow(kv: KvWriter, id: number): boolean {
  const inode = inodeOf(kv, id);
  return inode !== undefined && waits(inode);
}

function repairLease(kv: KvWriter, { parentId, name }: Of<'lease'>): void {
  const holders = holdersOf(openIntents(kv), parentId, name);
  if (holders.length === 0) kv.delete(leaseKey(parentId, name));
  else kv.put(leaseKey(parentId, name), encodeHolders(holders));
}

function adopt(kv: KvWriter, { id, parentId, name, toParentId, toName }: Of<'adopt'>): void {
  const inode = inodeAt(kv, parentId, name);
  if (inode?.id !== id) return;
  if (inodeAt(kv, toParentId, toName) !== undefined) violated(`directory ${toParentId} has an entry ${JSON.stringify(toName)} already`);
  kv.delete(inodeKey(parentId, name));
  kv.put(inodeKey(toParentId, toName), encodeInode(inode));
  kv.put(placeKey(id), encodePlace({ parentId: toParentId, name: toName }));
}

function repairMount(kv: KvWriter, id: number): void {
  const [inode, place] = [inodeOf(kv, id), placeOf(kv, id)];
  if (inode === undefined || place === undefined) return;
  const mountId = new Tables(kv).mounts().find((mount) => mount.inodeId === id)?.id ?? 0;
  kv.put(inodeKey(place.parentId, place.name), encodeInode({ ...inode, mountId }));
}

/** Only what nothing can be done with: bytes without meaning, or the second record of an inode. */
function forget(kv: KvWriter, { parentId, name }: Of<'forget'>): void {
  const inode = inodeAt(kv, parentId, name);
  const place = inode === undefined ? undefined : placeOf(kv, inode.id);
  if (inode === undefined || place?.parentId !== parentId || place.name !== name) kv.delete(inodeKey(parentId, name));
}
