/** Multipart uploads: initiate, upload a part, copy a part, abort. */
import { createHash, randomBytes } from 'node:crypto';
import { encodeStrict } from '../auth/v4.ts';
import { checkConditions } from '../conditions.ts';
import { startCrc64 } from '../crc64.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { quoted, targetFor } from '../exchange.ts';
import { encryptionEcho, forbidsOverwrite, metadataOf } from '../metadata.ts';
import type { Reply } from '../reply.ts';
import { emptyReply, xmlReply } from '../reply.ts';
import type { Changes, Store } from '../store/index.ts';
import { partKey, requireUpload, uploadKey } from '../store/keys.ts';
import { discardBody } from '../store/receive.ts';
import type { BucketRecord, PartRecord, UploadRecord } from '../store/records.ts';
import { bodyOf, sliceSegments } from '../store/send.ts';
import { copySource, sourceNow } from './copy.ts';
import { bucketNow, receiveObjectBody } from './objectPut.ts';
import { resolveRange } from '../range.ts';
import { xmlTime } from '../xml.ts';

export const MOST_PARTS = 10_000;

export async function initiateUpload(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const { bucket, key, record } = targetFor(exchange, 'write');
  const metadata = metadataOf(request);
  if (forbidsOverwrite(request) && record !== undefined) throw new OssError('FileAlreadyExists');
  const id = randomBytes(16).toString('hex').toUpperCase();
  const upload: UploadRecord = { id, bucket: bucket.id, key, initiated: Date.now(), storageClass: bucket.storageClass, ...metadata };
  await store.commit((changes) => {
    bucketNow(changes, bucket);
    changes.uploads.putSync(uploadKey(bucket.id, key, id), upload);
  });
  const url = request.query.get('encoding-type') === 'url';
  return xmlReply(
    [
      'InitiateMultipartUploadResult',
      [...(url ? [['EncodingType', 'url'] as const] : []), ['Bucket', bucket.name], ['Key', url ? encodeStrict(key) : key], ['UploadId', id]],
    ],
    encryptionEcho(metadata.headers),
  );
}

interface PartTarget {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly uploadId: string;
  readonly number: number;
}

function partTarget(exchange: Exchange): PartTarget {
  const { request, store } = exchange;
  const { bucket, key } = targetFor(exchange, 'write');
  const uploadId = request.query.get('uploadId') ?? '';
  const text = request.query.get('partNumber') ?? '';
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MOST_PARTS) {
    throw invalidArgument('partNumber', text, `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive.`);
  }
  requireUpload(store, { bucket, key }, uploadId);
  return { bucket, key, uploadId, number };
}

/** A part of the same number is replaced. The upload is looked up again: it may be complete by now. */
function putPart(changes: Changes, target: PartTarget, make: () => PartRecord): void {
  requireUpload({ tables: changes }, target, target.uploadId);
  const indexKey = partKey(target.uploadId, target.number);
  const old = changes.parts.get(indexKey);
  const part = make();
  if (old !== undefined) changes.drop(old.segments);
  changes.parts.putSync(indexKey, part);
}

export async function uploadPart(exchange: Exchange): Promise<Reply> {
  const { store } = exchange;
  const target = partTarget(exchange);
  const body = await receiveObjectBody(exchange);
  const etag = body.md5.toUpperCase();
  const modified = Date.now();
  const crc64 = body.crc64.toString();
  try {
    await store.commit((changes) => {
      putPart(changes, target, () => ({ number: target.number, size: body.size, etag, crc64, modified, segments: changes.adopt(body) }));
    });
  } catch (error) {
    await discardBody(store, body);
    throw error;
  }
  return emptyReply(200, { ETag: quoted(etag), 'Content-MD5': Buffer.from(body.md5, 'hex').toString('base64'), 'x-oss-hash-crc64ecma': crc64 });
}

/** MD5 and CRC64 of a run of an object: the only time that stored bytes are read again by the server itself. */
async function sumsOf(store: Store, segments: PartRecord['segments']): Promise<{ md5: string; crc64: bigint }> {
  const md5 = createHash('md5');
  const crc = await startCrc64();
  const body = bodyOf(store, segments);
  try {
    await body.visit((piece) => {
      md5.update(piece);
      crc.update(piece);
    });
  } finally {
    body.release();
  }
  return { md5: md5.digest('hex'), crc64: crc.value() };
}

export async function uploadPartCopy(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const target = partTarget(exchange);
  const source = copySource(request, store);
  if (!checkConditions(request, source.record, 'x-oss-copy-source-')) return emptyReply(304);
  const { size } = source.record;
  const range = resolveRange(request.header('x-oss-copy-source-range'), size, true) ?? { start: 0, length: size };
  if (range.length > exchange.limits.objectBytes) throw new OssError('EntityTooLarge');
  const whole = range.length === size && source.record.type === 'Normal';
  const sums = whole
    ? { md5: source.record.etag, crc64: BigInt(source.record.crc64) }
    : await sumsOf(store, sliceSegments(source.record.segments, range.start, range.length));
  const etag = sums.md5.toUpperCase();
  const modified = Date.now();
  await store.commit((changes) => {
    const from = sourceNow(changes, source);
    if (from.etag !== source.record.etag) throw new OssError('PreconditionFailed', { message: 'The source object changed while it was copied.' });
    putPart(changes, target, () => ({
      number: target.number,
      size: range.length,
      etag,
      crc64: sums.crc64.toString(),
      modified,
      segments: changes.share(sliceSegments(from.segments, range.start, range.length)),
    }));
  });
  return xmlReply(['CopyPartResult', [['LastModified', xmlTime(modified)], ['ETag', quoted(etag)]]], {
    ETag: quoted(etag),
    'x-oss-hash-crc64ecma': sums.crc64.toString(),
    'Content-Range': `bytes ${range.start}-${range.start + range.length - 1}/${size}`,
  });
}

export function partsOf(tables: Pick<Store['tables'], 'parts'>, uploadId: string): PartRecord[] {
  const start = partKey(uploadId, 0);
  const end = partKey(uploadId, MOST_PARTS + 1);
  return [...tables.parts.getRange({ start, end })].map(({ value }) => value);
}

export async function abortUpload(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const { bucket, key } = targetFor(exchange, 'write');
  const uploadId = request.query.get('uploadId') ?? '';
  await store.commit((changes) => {
    requireUpload({ tables: changes }, { bucket, key }, uploadId);
    for (const part of partsOf(changes, uploadId)) {
      changes.drop(part.segments);
      changes.parts.removeSync(partKey(uploadId, part.number));
    }
    changes.uploads.removeSync(uploadKey(bucket.id, key, uploadId));
  });
  return emptyReply(204);
}
