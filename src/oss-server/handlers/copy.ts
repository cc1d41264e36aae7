/** CopyObject: another reference to the same bytes. */
import { checkConditions } from '../conditions.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { quoted, targetFor } from '../exchange.ts';
import type { Metadata } from '../metadata.ts';
import { encryptionEcho, forbidsOverwrite, metadataOf } from '../metadata.ts';
import { checkBucketName, checkObjectKey } from '../names.ts';
import type { Reply } from '../reply.ts';
import { emptyReply, xmlReply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import { decodePath } from '../request.ts';
import type { Store } from '../store/index.ts';
import { objectKey, requireBucket, requireObject } from '../store/keys.ts';
import type { BucketRecord, ObjectRecord } from '../store/records.ts';
import { xmlTime } from '../xml.ts';
import { replaceObject } from './objectPut.ts';

export interface CopySource {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly record: ObjectRecord;
}

/** The object of `x-oss-copy-source: /bucket/key`, percent-encoded. @throws InvalidArgument, NoSuchBucket, NoSuchKey */
export function copySource(request: OssRequest, store: Store): CopySource {
  const text = request.header('x-oss-copy-source') ?? '';
  // Clients that do not encode send raw UTF-8 bytes.
  const path = decodePath(Buffer.from(text, 'latin1').toString().replace(/\?versionId=null$/, '').replace(/^\//, ''));
  const slash = path.indexOf('/');
  if (slash <= 0) throw invalidArgument('x-oss-copy-source', text, 'Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.');
  const name = path.slice(0, slash);
  const key = path.slice(slash + 1);
  checkBucketName(name);
  checkObjectKey(key);
  const bucket = requireBucket(store, name);
  return { bucket, key, record: requireObject(store, bucket, key) };
}

/** The source again, inside the transaction: its bytes may have been replaced since the checks. */
export function sourceNow(tables: Pick<Store, 'tables'>['tables'], source: CopySource): ObjectRecord {
  const now = tables.objects.get(objectKey(source.bucket.id, source.key));
  if (now === undefined) throw new OssError('NoSuchKey', { extra: { Key: source.key } });
  return now;
}

function directive(request: OssRequest, name: string): 'COPY' | 'REPLACE' {
  const value = (request.header(name) ?? 'COPY').toUpperCase();
  // OSS spells the tagging directive "Copy" and "Replace", the metadata one in capitals.
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw invalidArgument(name, value);
}

function describeCopy(request: OssRequest, source: ObjectRecord): Metadata {
  const asked = metadataOf(request);
  const replace = directive(request, 'x-oss-metadata-directive') === 'REPLACE';
  const tags = directive(request, 'x-oss-tagging-directive') === 'REPLACE' ? asked.tags : source.tags;
  const headers = replace ? asked.headers : { ...source.headers, ...encryptionEcho(asked.headers) };
  return {
    headers,
    ...(asked.storageClass === undefined ? {} : { storageClass: asked.storageClass }),
    ...(asked.acl === undefined ? {} : { acl: asked.acl }),
    ...(tags === undefined ? {} : { tags }),
  };
}

export async function copyObject(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const { bucket, key } = targetFor(exchange, 'write');
  const source = copySource(request, store);
  if (exchange.caller === 'anonymous' && source.bucket.acl === 'private') throw new OssError('AccessDenied');
  if (!checkConditions(request, source.record, 'x-oss-copy-source-')) return emptyReply(304);
  const forbidOverwrite = forbidsOverwrite(request);
  const modified = Date.now();
  const record = await store.commit((changes) => {
    const from = sourceNow(changes, source);
    const metadata = describeCopy(request, from);
    const { size, etag, crc64, md5, target } = from;
    return replaceObject(changes, { bucket, key, forbidOverwrite }, () => ({
      type: from.type === 'Appendable' ? 'Normal' : from.type,
      size,
      etag,
      crc64,
      ...(md5 === undefined ? {} : { md5 }),
      modified,
      storageClass: bucket.storageClass,
      ...(target === undefined ? {} : { target }),
      ...metadata,
      segments: changes.share(from.segments),
    }));
  });
  return xmlReply(
    ['CopyObjectResult', [['LastModified', xmlTime(record.modified)], ['ETag', quoted(record.etag)]]],
    { ETag: quoted(record.etag), 'x-oss-hash-crc64ecma': record.crc64, ...encryptionEcho(record.headers) },
  );
}
