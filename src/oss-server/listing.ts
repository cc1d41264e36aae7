/** The walk of a listing page: in byte order, rolled up at a delimiter by seeking past each common prefix. */
import type { Database } from 'lmdb';
import { afterPrefix, border, endOfBucket, keyBytes, objectKey } from './store/keys.ts';

export interface PageQuery {
  readonly bucket: number;
  readonly prefix: Buffer;
  /** Empty: no roll-up. */
  readonly delimiter: Buffer;
  /** Only keys after this one; a common prefix equal to it was answered already. */
  readonly after: Buffer;
  readonly limit: number;
}

export interface Page<T> {
  /** Keys and common prefixes as they came, together at most `limit`. */
  readonly entries: readonly { readonly key: Buffer; readonly value: T }[];
  readonly prefixes: readonly Buffer[];
  /** The last key or common prefix when there are more; undefined at the end. */
  readonly next: Buffer | undefined;
}

function startOf(query: PageQuery): { start: Buffer; exclusive: boolean } {
  const { bucket, prefix, after, delimiter } = query;
  if (after.length === 0 || Buffer.compare(after, prefix) < 0) return { start: objectKey(bucket, prefix), exclusive: false };
  const rolled = commonPrefix(after, prefix, delimiter);
  const beyond = rolled !== undefined && rolled.equals(after) ? afterPrefix(after) : undefined;
  return beyond === undefined ? { start: objectKey(bucket, after), exclusive: true } : { start: objectKey(bucket, beyond), exclusive: false };
}

function commonPrefix(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0 || key.length < prefix.length || Buffer.compare(key.subarray(0, prefix.length), prefix) !== 0) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}

export function listPage<T>(table: Database<T, Buffer>, query: PageQuery): Page<T> {
  const { bucket, prefix, delimiter, limit } = query;
  const beyond = afterPrefix(prefix);
  const end = border(beyond === undefined ? endOfBucket(bucket) : objectKey(bucket, beyond));
  const entries: { key: Buffer; value: T }[] = [];
  const prefixes: Buffer[] = [];
  let last: Buffer | undefined;
  let from: { start: Buffer; exclusive: boolean } | undefined = startOf(query);
  while (from !== undefined) {
    const start: Buffer = border(from.start);
    const { exclusive }: { exclusive: boolean } = from;
    from = undefined;
    // A marker beyond the prefix's range: lmdb would walk such a range backwards.
    if (Buffer.compare(start, end) >= 0) break;
    for (const { key: indexKey, value } of table.getRange({ start, end, exclusiveStart: exclusive })) {
      if (entries.length + prefixes.length >= limit) return { entries, prefixes, next: last };
      const key = keyBytes(indexKey);
      const rolled = commonPrefix(key, prefix, delimiter);
      last = rolled ?? key;
      if (rolled === undefined) {
        entries.push({ key, value });
        continue;
      }
      prefixes.push(rolled);
      const next = afterPrefix(rolled);
      if (next !== undefined) from = { start: objectKey(bucket, next), exclusive: false };
      break;
    }
  }
  return { entries, prefixes, next: undefined };
}
