/** AppendObject: the object grows by one run of bytes. */
import { createHash } from 'node:crypto';
import { joinCrc64 } from '../crc64.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { quoted, targetFor } from '../exchange.ts';
import { encryptionEcho, metadataOf } from '../metadata.ts';
import type { Reply } from '../reply.ts';
import { emptyReply } from '../reply.ts';
import type { Changes } from '../store/index.ts';
import { objectKey } from '../store/keys.ts';
import { discardBody } from '../store/receive.ts';
import type { ObjectRecord } from '../store/records.ts';
import { bucketNow, receiveObjectBody } from './objectPut.ts';

/** @throws ObjectNotAppendable, PositionNotEqualToLength */
function checkPosition(record: ObjectRecord | undefined, position: number): void {
  if (record !== undefined && record.type !== 'Appendable') throw new OssError('ObjectNotAppendable');
  const length = record?.size ?? 0;
  if (length === position) return;
  throw new OssError('PositionNotEqualToLength', { headers: { 'x-oss-next-append-position': String(length), 'x-oss-hash-crc64ecma': record?.crc64 ?? '0' } });
}

export async function appendObject(exchange: Exchange): Promise<Reply> {
  const { request, store, limits } = exchange;
  const { bucket, key, record } = targetFor(exchange, 'write');
  const text = request.query.get('position') ?? '';
  if (!/^\d{1,15}$/.test(text)) throw invalidArgument('position', text, 'The argument position must be a non-negative integer.');
  const position = Number(text);
  const metadata = metadataOf(request);
  checkPosition(record, position);
  const body = await receiveObjectBody(exchange);
  const modified = Date.now();
  const append = (changes: Changes): ObjectRecord => {
    bucketNow(changes, bucket);
    const indexKey = objectKey(bucket.id, key);
    const old = changes.objects.get(indexKey);
    checkPosition(old, position);
    const size = position + body.size;
    if (size > limits.objectBytes) throw new OssError('EntityTooLarge');
    const crc64 = joinCrc64(BigInt(old?.crc64 ?? '0'), body.crc64, body.size).toString();
    const base: Omit<ObjectRecord, 'size' | 'etag' | 'crc64' | 'modified'> = old ?? { type: 'Appendable', storageClass: bucket.storageClass, ...metadata, segments: [] };
    const etag = createHash('md5').update(`${old?.etag ?? ''}${body.md5}`).digest('hex').toUpperCase();
    // A later append leaves the metadata of the first alone, but its ACL counts.
    const acl = metadata.acl === undefined ? {} : { acl: metadata.acl };
    const next: ObjectRecord = { ...base, ...acl, size, crc64, modified, etag, segments: [...base.segments, ...changes.adopt(body)] };
    changes.objects.putSync(indexKey, next);
    return next;
  };
  try {
    const next = await store.commit(append);
    return emptyReply(200, {
      ETag: quoted(next.etag),
      'x-oss-next-append-position': String(next.size),
      'x-oss-hash-crc64ecma': next.crc64,
      ...encryptionEcho(next.headers),
    });
  } catch (error) {
    await discardBody(store, body);
    throw error;
  }
}
