/** Going through a table of a snapshot in pages: between two of them the store may be asked for single records. */
import { get48, tableRange } from '../keys.ts';
import { valueIn } from '../kv.ts';
import type { KvReader, RawEntry } from '../kv.ts';

const PAGE = 1000;

/** Rows of a table in key order. `read` must not call the store. */
export function* pagesOf<T>(kv: KvReader, table: number, read: (entry: RawEntry) => T): Generator<T[]> {
  const { from, to } = tableRange(table);
  for (let start = from; ; ) {
    const page: T[] = [];
    let last: Buffer | undefined;
    kv.scan({ from: start, to, limit: PAGE }, (entry) => {
      page.push(read(entry));
      if (page.length === PAGE) last = Buffer.from(entry.key.subarray(entry.keyStart, entry.keyEnd));
    });
    if (page.length > 0) yield page;
    if (last === undefined) return;
    start = Buffer.concat([last, Buffer.of(0)]);
  }
}

/** Undefined for bytes that no version of ours wrote. */
export function readable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

export function valueOf(entry: RawEntry): Buffer {
  return valueIn(entry);
}

export function idOf(entry: RawEntry): number {
  return get48(entry.key, entry.keyStart + 1);
}

/** False when there is no key in the range. */
export function holdsAny(kv: KvReader, range: { from: Buffer; to: Buffer }): boolean {
  let any = false;
  kv.scan({ ...range, limit: 1 }, () => void (any = true));
  return any;
}
