/** PutObject, and what every write of an object shares. */
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { quoted, targetFor } from '../exchange.ts';
import { encryptionEcho, forbidsOverwrite, metadataOf } from '../metadata.ts';
import type { Reply } from '../reply.ts';
import { emptyReply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import type { Changes } from '../store/index.ts';
import { objectKey, requireBucket } from '../store/keys.ts';
import { discardBody, receiveBody } from '../store/receive.ts';
import type { BucketRecord, ObjectRecord, ReceivedBody } from '../store/records.ts';

/** The length that the client announced; undefined with chunked transfer. @throws MissingContentLength */
function announcedLength(request: OssRequest): number | undefined {
  const text = request.header('content-length');
  if (text !== undefined) return Number(text);
  if (request.header('transfer-encoding') !== undefined) return undefined;
  throw new OssError('MissingContentLength');
}

/** Content-MD5 as hex. @throws InvalidDigest when it is not the base64 of 16 bytes */
export function announcedMd5(request: OssRequest): string | undefined {
  const text = request.header('content-md5');
  if (text === undefined || text === '') return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== text) throw new OssError('InvalidDigest', { extra: { 'Content-MD5': text } });
  return bytes.toString('hex');
}

/** Receives the body of PutObject, AppendObject or UploadPart and checks it against what was announced. */
export async function receiveObjectBody(exchange: Exchange): Promise<ReceivedBody> {
  const { request, store, limits } = exchange;
  const md5 = announcedMd5(request);
  if ((announcedLength(request) ?? 0) > limits.objectBytes) throw new OssError('EntityTooLarge', { extra: { MaxSizeAllowed: String(limits.objectBytes) } });
  const body = await receiveBody(exchange.body(), store, {
    maximum: limits.objectBytes,
    ...(exchange.onPiece === undefined ? {} : { onPiece: exchange.onPiece }),
  });
  const crc64 = request.header('x-oss-hash-crc64ecma');
  const wrong = md5 !== undefined && md5 !== body.md5 ? 'md5' : crc64 !== undefined && crc64 !== body.crc64.toString() ? 'crc64' : undefined;
  if (wrong === undefined) return body;
  await discardBody(store, body);
  if (wrong === 'crc64') throw invalidArgument('x-oss-hash-crc64ecma', crc64 ?? '', 'The CRC64 of the body differs from the one that was sent.');
  throw new OssError('InvalidDigest', {
    message: 'The Content-MD5 you specified did not match what we received.',
    extra: { 'Content-MD5': request.header('content-md5') ?? '', ClientDigest: md5 ?? '', ServerDigest: body.md5 },
  });
}

/** The bucket again, inside the transaction: it may have gone while the body came in. */
export function bucketNow(changes: Changes, bucket: BucketRecord): BucketRecord {
  const now = requireBucket({ tables: changes }, bucket.name);
  if (now.id !== bucket.id) throw new OssError('NoSuchBucket', { extra: { BucketName: bucket.name } });
  return now;
}

export interface ObjectWrite {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly forbidOverwrite: boolean;
}

/**
 * Replaces the object in a transaction. `make` runs after the checks and before the old bytes are given up.
 * @throws FileAlreadyExists, NoSuchBucket before anything is changed
 */
export function replaceObject(changes: Changes, write: ObjectWrite, make: (old: ObjectRecord | undefined) => ObjectRecord): ObjectRecord {
  bucketNow(changes, write.bucket);
  const indexKey = objectKey(write.bucket.id, write.key);
  const old = changes.objects.get(indexKey);
  if (old !== undefined && write.forbidOverwrite) throw new OssError('FileAlreadyExists');
  const record = make(old);
  if (old !== undefined) changes.drop(old.segments);
  changes.objects.putSync(indexKey, record);
  return record;
}

export async function putObject(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const { bucket, key, record: old } = targetFor(exchange, 'write');
  const condition = ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'].find((name) => request.header(name.toLowerCase()) !== undefined);
  if (condition !== undefined) throw new OssError('NotImplemented', { extra: { Header: condition } });
  const metadata = metadataOf(request);
  const forbidOverwrite = forbidsOverwrite(request);
  // Refused before the bytes travel where that is certain already; decided in the transaction.
  if (forbidOverwrite && old !== undefined) throw new OssError('FileAlreadyExists');
  const body = await receiveObjectBody(exchange);
  const etag = body.md5.toUpperCase();
  const md5 = Buffer.from(body.md5, 'hex').toString('base64');
  const modified = Date.now();
  try {
    await store.commit((changes) => {
      replaceObject(changes, { bucket, key, forbidOverwrite }, () => ({
        type: 'Normal',
        size: body.size,
        etag,
        crc64: body.crc64.toString(),
        md5,
        modified,
        storageClass: bucket.storageClass,
        ...metadata,
        segments: changes.adopt(body),
      }));
    });
  } catch (error) {
    await discardBody(store, body);
    throw error;
  }
  return emptyReply(200, {
    ETag: quoted(etag),
    'Content-MD5': md5,
    'x-oss-hash-crc64ecma': body.crc64.toString(),
    ...encryptionEcho(metadata.headers),
  });
}
