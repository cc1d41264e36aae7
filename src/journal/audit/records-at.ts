/** Single records, where they are there and can be read. */
import { decodePlace, decodeTotals } from '../codec.ts';
import { decodeInode } from '../inode-codec.ts';
import { inodeKey, placeKey, totalsKey } from '../keys.ts';
import type { KvReader } from '../kv.ts';
import type { InodeRecord, TotalsRecord } from '../records.ts';
import { NO_TOTALS } from '../totals.ts';
import { readable } from './scan.ts';

export function placeOf(kv: KvReader, id: number): { parentId: number; name: string } | undefined {
  const value = kv.get(placeKey(id));
  return value === undefined ? undefined : readable(() => decodePlace(value));
}

/** The attributes that the place of an inode leads to, if they are its own. */
export function inodeOf(kv: KvReader, id: number): InodeRecord | undefined {
  const place = placeOf(kv, id);
  const inode = place === undefined ? undefined : inodeAt(kv, place.parentId, place.name);
  return inode?.id === id ? inode : undefined;
}

export function inodeAt(kv: KvReader, parentId: number, name: string): InodeRecord | undefined {
  const value = kv.get(inodeKey(parentId, name));
  return value === undefined ? undefined : readable(() => decodeInode(value));
}

export function totalsAt(kv: KvReader, id: number): TotalsRecord {
  const value = kv.get(totalsKey(id));
  return value === undefined ? NO_TOTALS : (readable(() => decodeTotals(value)) ?? NO_TOTALS);
}
