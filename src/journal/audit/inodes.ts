/** The namespace's own tables against each other: attributes, places, totals, expiry, files to be persisted. */
import { decodePlace } from '../codec.ts';
import { decodeInode } from '../inode-codec.ts';
import { LIMBO_ID, ROOT_ID } from '../journal.ts';
import { MAX_NAME_BYTES, NAME_OFFSET, TABLE, expiryKey, get48, numberRange, toPersistKey } from '../keys.ts';
import type { KvReader } from '../kv.ts';
import type { InodeRecord } from '../records.ts';
import { expiryOf, waits } from '../inode-indexes.ts';
import { NO_TOTALS, sum, weightOf } from '../totals.ts';
import type { TableFinding } from './findings.ts';
import { inodeOf, placeOf } from './records-at.ts';
import { holdsAny, idOf, pagesOf, readable, valueOf } from './scan.ts';
import { TotalsCheck } from './totals-check.ts';

interface Row {
  readonly parentId: number;
  readonly name: string;
  readonly wholeName: boolean;
  readonly inode: InodeRecord | undefined;
}

export interface InodeTally {
  inodes: number;
  /** The greatest id seen. */
  greatest: number;
  /** Children of limbo. */
  readonly limbo: number[];
  /** Inodes that say that a mount's root is here. */
  readonly mountIds: Map<number, number>;
}

export function* auditInodes(kv: KvReader, tally: InodeTally): Generator<TableFinding[]> {
  /** Nothing leads to them by their id, but they are there: what hangs in them is well. */
  const unplaced = new Set<number>();
  const homeless: TableFinding[] = [];
  const totals = new TotalsCheck(kv);
  let parentId = -1;
  let parentIsFine = true;
  let children = NO_TOTALS;
  for (const page of pagesOf(kv, TABLE.inode, rowOf)) {
    const found: TableFinding[] = [];
    for (const row of page) {
      if (row.parentId !== parentId) {
        if (parentIsFine) totals.compare(parentId, children);
        ({ parentId } = row);
        children = NO_TOTALS;
        parentIsFine = parentId === 0 || parentId === LIMBO_ID || inodeOf(kv, parentId)?.directory === true;
      }
      tally.inodes++;
      if (row.inode === undefined) {
        found.push({ kind: 'unreadable', id: 0, text: `the attributes of ${JSON.stringify(row.name)} in directory ${parentId} cannot be read`, repairs: [{ what: 'forget', parentId, name: row.name }] });
        continue;
      }
      if (!parentIsFine) homeless.push(homelessFinding(row, row.inode.id));
      for (const finding of auditRow(kv, row, row.inode, tally)) {
        if (finding.repairs[0]?.what === 'place') unplaced.add(finding.id);
        found.push(finding);
      }
      children = sum(children, weightOf(row.inode, row.inode.directory ? totals.of(row.inode.id) : NO_TOTALS));
    }
    yield found;
  }
  if (parentIsFine) totals.compare(parentId, children);
  yield homeless.filter(({ repairs: [repair] }) => repair?.what === 'adopt' && !unplaced.has(repair.parentId));
  yield* totals.finish();
}

function rowOf(entry: Parameters<Parameters<typeof pagesOf>[2]>[0]): Row {
  const bytes = entry.key.subarray(entry.keyStart + NAME_OFFSET, entry.keyEnd);
  const name = bytes.toString('utf8');
  return { parentId: idOf(entry), name, wholeName: Buffer.from(name).equals(bytes), inode: readable(() => decodeInode(valueOf(entry))) };
}

function homelessFinding({ parentId, name }: Row, id: number): TableFinding {
  const text = `it hangs in directory ${parentId} as ${JSON.stringify(name)}, and that directory is not there`;
  return { kind: 'inode-parent', id, text, repairs: [{ what: 'adopt', id, parentId, name, toParentId: 0, toName: `${id}` }] };
}

function* auditRow(kv: KvReader, row: Row, inode: InodeRecord, tally: InodeTally): Generator<TableFinding> {
  const { parentId, name } = row;
  const { id } = inode;
  tally.greatest = Math.max(tally.greatest, id);
  if (parentId === LIMBO_ID) tally.limbo.push(id);
  if (inode.mountId !== 0) tally.mountIds.set(id, inode.mountId);
  if (!isValidName(row, id)) yield { kind: 'inode-name', id, text: `the name ${JSON.stringify(name)} in directory ${parentId} is none that a path can have`, repairs: [] };
  yield* auditPlace(kv, row, id);
  yield* auditIndexes(kv, inode);
  if (inode.cachedBytes > 0 && !holdsAny(kv, numberRange(TABLE.block, id))) {
    yield { kind: 'inode-cached', id, text: `it says that ${inode.cachedBytes} bytes are cached, and no block is`, repairs: [{ what: 'cached', id }] };
  }
}

function isValidName({ parentId, name, wholeName }: Row, id: number): boolean {
  if (id === ROOT_ID || parentId === 0) return id === ROOT_ID && parentId === 0 && name === '';
  return wholeName && name !== '' && name !== '.' && name !== '..' && !name.includes('/') && Buffer.byteLength(name) <= MAX_NAME_BYTES;
}

function* auditPlace(kv: KvReader, { parentId, name }: Row, id: number): Generator<TableFinding> {
  const place = placeOf(kv, id);
  if (place?.parentId === parentId && place.name === name) return;
  const here = `directory ${parentId} as ${JSON.stringify(name)}`;
  if (place !== undefined && inodeOf(kv, id) !== undefined) {
    const text = `it hangs in directory ${place.parentId} as ${JSON.stringify(place.name)}, and a second time in ${here}`;
    yield { kind: 'inode-place', id, text, repairs: [{ what: 'forget', parentId, name }, { what: 'totals', id: parentId }] };
    return;
  }
  const text = place === undefined ? `it hangs in ${here}, which is not recorded` : `it hangs in ${here}, and is recorded to hang in directory ${place.parentId} as ${JSON.stringify(place.name)}`;
  yield { kind: 'inode-place', id, text, repairs: [{ what: 'place', id, parentId, name }] };
}

function* auditIndexes(kv: KvReader, inode: InodeRecord): Generator<TableFinding> {
  const { id } = inode;
  const expiryMs = expiryOf(inode);
  if (expiryMs !== undefined && kv.get(expiryKey(expiryMs, id)) === undefined) {
    yield { kind: 'expiry', id, text: 'its time to live is not in the index', repairs: [{ what: 'expiry', expiryMs, id }] };
  }
  if (waits(inode) && kv.get(toPersistKey(id)) === undefined) {
    yield { kind: 'to-persist', id, text: 'it waits to be persisted, and is not in the index', repairs: [{ what: 'to-persist', id }] };
  }
}

/** Index records that no inode asks for. */
export function* auditIndexTables(kv: KvReader): Generator<TableFinding[]> {
  for (const page of pagesOf(kv, TABLE.expiry, (entry) => ({ expiryMs: idOf(entry), id: get48(entry.key, entry.keyStart + NAME_OFFSET) }))) {
    yield page.flatMap(({ expiryMs, id }) => {
      const inode = inodeOf(kv, id);
      const wanted = inode === undefined ? undefined : expiryOf(inode);
      if (wanted !== undefined && expiryKey(wanted, id).equals(expiryKey(expiryMs, id))) return [];
      return [{ kind: 'expiry', id, text: `the index says that it ends at ${new Date(Math.min(expiryMs, 8.64e15)).toISOString()}, and it does not`, repairs: [{ what: 'expiry', expiryMs, id }] } as const];
    });
  }
  for (const page of pagesOf(kv, TABLE.toPersist, idOf)) {
    yield page.flatMap((id) => {
      const inode = inodeOf(kv, id);
      return inode !== undefined && waits(inode) ? [] : [{ kind: 'to-persist', id, text: 'the index says that it waits to be persisted, and it does not', repairs: [{ what: 'to-persist', id }] } as const];
    });
  }
}

/** Places at which no inode is. */
export function* auditPlaces(kv: KvReader): Generator<TableFinding[]> {
  for (const page of pagesOf(kv, TABLE.place, (entry) => ({ id: idOf(entry), place: readable(() => decodePlace(valueOf(entry))) }))) {
    yield page.flatMap(({ id, place }) => {
      if (inodeOf(kv, id)?.id === id) return [];
      const { parentId, name } = place ?? { parentId: 0, name: '' };
      return [{ kind: 'place', id, text: `it is recorded to hang in directory ${parentId} as ${JSON.stringify(name)}, and does not`, repairs: [{ what: 'place', id, parentId, name }] } as const];
    });
  }
}
