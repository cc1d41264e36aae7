/** Keys of the index, and the walk through a range of it. */
import { OssError } from '../errors.ts';
import type { Store } from './index.ts';
import type { BucketRecord, ObjectRecord, UploadRecord } from './records.ts';

function bucketPrefix(bucket: number): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32BE(bucket);
  return prefix;
}

export function objectKey(bucket: number, key: string | Buffer): Buffer {
  return Buffer.concat([bucketPrefix(bucket), typeof key === 'string' ? Buffer.from(key) : key]);
}

/** The key without the bucket's four bytes; a copy, as the index's own buffer does not outlive the walk. */
export function keyBytes(indexKey: Buffer): Buffer {
  return Buffer.from(indexKey.subarray(4));
}

/** A border of a range: clients may send any length, LMDB takes 1,978 bytes. No key is long enough for the cut to matter. */
export function border(key: Buffer): Buffer {
  return key.length > 1500 ? key.subarray(0, 1500) : key;
}

/** The first key after everything of that bucket. */
export function endOfBucket(bucket: number): Buffer {
  return bucketPrefix(bucket + 1);
}

export function uploadKey(bucket: number, key: string | Buffer, uploadId: string): Buffer {
  return Buffer.concat([objectKey(bucket, key), Buffer.from(`\0${uploadId}`, 'latin1')]);
}

export function partKey(uploadId: string, number: number): Buffer {
  const key = Buffer.alloc(18);
  key.write(uploadId, 'hex');
  key.writeUInt16BE(number, 16);
  return key;
}

/** The smallest byte string greater than every one that starts with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: Buffer): Buffer | undefined {
  for (let end = prefix.length; end > 0; end -= 1) {
    const byte = prefix[end - 1] ?? 0xff;
    if (byte < 0xff) {
      const next = Buffer.from(prefix.subarray(0, end));
      next[end - 1] = byte + 1;
      return next;
    }
  }
  return undefined;
}

/** Every request needs its bucket, mostly twice, and decoding is dearer than finding: what the same bytes have meant before they mean again. */
const decoded = new Map<string, BucketRecord>();
const MOST_DECODED = 64;

/** @throws NoSuchBucket */
export function requireBucket(store: Pick<Store, 'tables'>, name: string): BucketRecord {
  const { buckets } = store.tables;
  // The end is said: it lies in a larger, reused buffer, and Node 24 would take all of that.
  const record = buckets.getBinaryFast(name);
  const bytes = record?.toString('latin1', 0, record.length);
  const known = bytes === undefined ? undefined : decoded.get(bytes);
  const bucket = known ?? buckets.get(name);
  if (bytes === undefined || bucket === undefined) throw new OssError('NoSuchBucket', { extra: { BucketName: name } });
  if (known === undefined) {
    if (decoded.size === MOST_DECODED) decoded.clear();
    decoded.set(bytes, bucket);
  }
  return bucket;
}

/** @throws NoSuchKey */
export function requireObject(store: Pick<Store, 'tables'>, bucket: BucketRecord, key: string): ObjectRecord {
  const record = store.tables.objects.get(objectKey(bucket.id, key));
  if (record === undefined) throw new OssError('NoSuchKey', { extra: { Key: key } });
  return record;
}

/** @throws NoSuchUpload when it is unknown or belongs to another key. */
export function requireUpload(store: Pick<Store, 'tables'>, target: { bucket: BucketRecord; key: string }, uploadId: string): UploadRecord {
  const valid = /^[0-9A-F]{32}$/.test(uploadId);
  const record = valid ? store.tables.uploads.get(uploadKey(target.bucket.id, target.key, uploadId)) : undefined;
  if (record === undefined) throw new OssError('NoSuchUpload', { extra: { UploadId: uploadId } });
  return record;
}
