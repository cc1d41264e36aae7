/**
 * Totals of directories, kept up to date in one transaction: changes are gathered at the directory where they happen, carried up to the root in one go, and each
 * touched record is written once at the end. A thousand files created in one directory cost one walk to the root.
 */
import { AlluxioError } from '../errors.ts';
import { decodeTotals, encodeTotals } from './codec.ts';
import { LIMBO_ID } from './journal.ts';
import { totalsKey } from './keys.ts';
import type { KvWriter } from './kv.ts';
import type { InodeRecord, TotalsRecord } from './records.ts';

type Delta = { -readonly [field in keyof TotalsRecord]: TotalsRecord[field] };

export const NO_TOTALS: TotalsRecord = Object.freeze({ children: 0, files: 0, directories: 0, bytes: 0, cachedBytes: 0, unloaded: 0 });

/** `a` and, added or taken away, `b`. */
export function sum(a: TotalsRecord, b: TotalsRecord, sign: 1 | -1 = 1): TotalsRecord {
  return {
    children: a.children + sign * b.children,
    files: a.files + sign * b.files,
    directories: a.directories + sign * b.directories,
    bytes: a.bytes + sign * b.bytes,
    cachedBytes: a.cachedBytes + sign * b.cachedBytes,
    unloaded: a.unloaded + sign * b.unloaded,
  };
}

/** What one inode with everything below it counts for in its parent. */
export function weightOf(inode: InodeRecord, below: TotalsRecord): TotalsRecord {
  if (!inode.directory) return { children: 1, files: 1, directories: 0, bytes: inode.length, cachedBytes: inode.cachedBytes, unloaded: 0 };
  return { ...below, children: 1, directories: below.directories + 1, unloaded: below.unloaded + (inode.childrenLoaded ? 0 : 1) };
}

export class TotalsLedger {
  /** Changes at a directory that its ancestors do not know yet. */
  readonly #fresh = new Map<number, Delta>();
  /** Changes not yet written. */
  readonly #settled = new Map<number, Delta>();
  readonly #kv: KvWriter;
  readonly #parentOf: (id: number) => number;

  /** @param parentOf as of now: totals() of a directory, or settle(), comes before it gets another parent. */
  constructor(kv: KvWriter, parentOf: (id: number) => number) {
    this.#kv = kv;
    this.#parentOf = parentOf;
  }

  add(directoryId: number, change: TotalsRecord, sign: 1 | -1 = 1): void {
    if (isNobody(directoryId)) return;
    addTo(this.#fresh, directoryId, change, sign);
  }

  /** Carries changes up to the root; what lies below limbo counts up to its detached root only. */
  settle(): void {
    for (const [id, delta] of this.#fresh) {
      addTo(this.#settled, id, delta, 1);
      delta.children = 0;
      for (let above = this.#parentOf(id); !isNobody(above); above = this.#parentOf(above)) addTo(this.#settled, above, delta, 1);
    }
    this.#fresh.clear();
  }

  totals(directoryId: number): TotalsRecord {
    this.settle();
    const change = this.#settled.get(directoryId);
    const stored = this.#stored(directoryId);
    return change === undefined ? stored : sum(stored, change);
  }

  /** Forgets a directory that is removed; nothing may be below it any more. */
  drop(directoryId: number): void {
    this.settle();
    this.#settled.delete(directoryId);
    this.#kv.delete(totalsKey(directoryId));
  }

  flush(): void {
    this.settle();
    for (const [id, change] of this.#settled) {
      const totals = sum(this.#stored(id), change);
      if (Object.values(totals).some((value) => value < 0)) throw new AlluxioError('INTERNAL', `Totals of directory ${id} would be negative.`);
      if (Object.values(totals).every((value) => value === 0)) this.#kv.delete(totalsKey(id));
      else this.#kv.put(totalsKey(id), encodeTotals(totals));
    }
    this.#settled.clear();
  }

  #stored(directoryId: number): TotalsRecord {
    const value = this.#kv.get(totalsKey(directoryId));
    return value === undefined ? NO_TOTALS : decodeTotals(value);
  }
}

/** Above the root and limbo itself there are no totals. */
function isNobody(directoryId: number): boolean {
  return directoryId === 0 || directoryId === LIMBO_ID;
}

function addTo(map: Map<number, Delta>, id: number, change: TotalsRecord, sign: 1 | -1): void {
  const delta = map.get(id);
  if (delta === undefined) {
    map.set(id, {
      children: sign * change.children,
      files: sign * change.files,
      directories: sign * change.directories,
      bytes: sign * change.bytes,
      cachedBytes: sign * change.cachedBytes,
      unloaded: sign * change.unloaded,
    });
    return;
  }
  delta.children += sign * change.children;
  delta.files += sign * change.files;
  delta.directories += sign * change.directories;
  delta.bytes += sign * change.bytes;
  delta.cachedBytes += sign * change.cachedBytes;
  delta.unloaded += sign * change.unloaded;
}
