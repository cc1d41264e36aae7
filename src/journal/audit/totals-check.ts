/**
 * Totals of directories against what lies in them. Each record is compared with what the children and their totals add up to, so that one pass does and nothing
 * but differences is kept. A wrong record then shows twice: where it is, and with the opposite sign in the directory above. Carried upwards, the second one goes away.
 */
import { LIMBO_ID, ROOT_ID } from '../journal.ts';
import { TABLE, numberRange } from '../keys.ts';
import type { KvReader } from '../kv.ts';
import type { TotalsRecord } from '../records.ts';
import { NO_TOTALS, sum } from '../totals.ts';
import type { TableFinding } from './findings.ts';
import { inodeOf, placeOf, totalsAt } from './records-at.ts';
import { holdsAny, idOf, pagesOf } from './scan.ts';

export class TotalsCheck {
  readonly #kv: KvReader;
  readonly #off = new Map<number, TotalsRecord>();
  readonly #circles = new Set<number>();

  constructor(kv: KvReader) {
    this.#kv = kv;
  }

  of(directoryId: number): TotalsRecord {
    return totalsAt(this.#kv, directoryId);
  }

  /** @param counted what its children add up to */
  compare(directoryId: number, counted: TotalsRecord): void {
    if (directoryId < ROOT_ID || directoryId === LIMBO_ID) return;
    const off = sum(this.of(directoryId), counted, -1);
    if (!isNothing(off)) this.#off.set(directoryId, off);
  }

  *finish(): Generator<TableFinding[]> {
    for (const page of pagesOf(this.#kv, TABLE.totals, idOf)) {
      const found: TableFinding[] = [];
      for (const id of page) {
        if (inodeOf(this.#kv, id)?.directory !== true) found.push({ kind: 'totals', id, text: 'totals are kept for a directory that is not there', repairs: [{ what: 'totals', id }] });
        else if (!holdsAny(this.#kv, numberRange(TABLE.inode, id))) this.compare(id, NO_TOTALS);
      }
      yield found;
    }
    yield this.#differences();
  }

  #differences(): TableFinding[] {
    const found: TableFinding[] = [];
    for (const [id, { off, depth }] of this.#carried()) {
      if (isNothing(off)) continue;
      const stored = this.of(id);
      const parts = Object.entries(off).flatMap(([field, by]) => (by === 0 ? [] : [`${field} ${stored[field as keyof TotalsRecord]} instead of ${stored[field as keyof TotalsRecord] - by}`]));
      found.push({ kind: 'totals', id, text: `the totals of this directory are wrong: ${parts.join(', ')}`, depth, repairs: [{ what: 'totals', id }] });
    }
    for (const id of this.#circles) {
      const place = placeOf(this.#kv, id);
      if (place !== undefined) found.push({ kind: 'inode-parent', id, text: 'it lies in itself', repairs: [{ what: 'adopt', id, ...place, toParentId: 0, toName: `${id}` }] });
    }
    return found;
  }

  #carried(): Map<number, { off: TotalsRecord; depth: number }> {
    const carried = new Map<number, { off: TotalsRecord; depth: number }>();
    for (const [id, off] of this.#off) {
      const way = this.#wayUp(id);
      for (const [i, at] of way.entries()) {
        const known = carried.get(at)?.off ?? NO_TOTALS;
        carried.set(at, { off: sum(known, i === 0 ? off : { ...off, children: 0 }), depth: way.length - i });
      }
    }
    return carried;
  }

  #wayUp(id: number): number[] {
    const way = new Set<number>();
    for (let at: number | undefined = id; at !== undefined && at >= ROOT_ID && at !== LIMBO_ID; at = placeOf(this.#kv, at)?.parentId) {
      if (way.has(at)) {
        // The same one from wherever the circle is entered.
        this.#circles.add(Math.min(...[...way].slice([...way].indexOf(at))));
        break;
      }
      way.add(at);
    }
    return [...way];
  }
}

function isNothing(totals: TotalsRecord): boolean {
  return Object.values(totals).every((value) => value === 0);
}
