/** ListParts and ListMultipartUploads. */
import type { Exchange } from '../exchange.ts';
import { bucketFor, targetFor } from '../exchange.ts';
import { keyWriter } from './list.ts';
import type { Reply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import { integerParameter } from '../request.ts';
import type { Store } from '../store/index.ts';
import { afterPrefix, border, endOfBucket, objectKey, requireUpload, uploadKey } from '../store/keys.ts';
import type { UploadRecord } from '../store/records.ts';
import { xmlTime } from '../xml.ts';
import { MOST_PARTS, partsOf } from './multipart.ts';

function answer(root: string, inner: string): Reply {
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner}</${root}>` };
}

function encodingElement(request: OssRequest): string {
  return request.query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '';
}

export function listParts(exchange: Exchange): Reply {
  const { request, store } = exchange;
  const { bucket, key } = targetFor(exchange, 'write');
  const uploadId = request.query.get('uploadId') ?? '';
  requireUpload(store, { bucket, key }, uploadId);
  const write = keyWriter(request);
  const limit = integerParameter(request, 'max-parts', { fallback: 1000, min: 1, max: 1000 });
  const marker = integerParameter(request, 'part-number-marker', { fallback: 0, min: 0, max: MOST_PARTS });
  const after = partsOf(store.tables, uploadId).filter((part) => part.number > marker);
  const page = after.slice(0, limit);
  const last = page.at(-1)?.number ?? 0;
  const parts = page.map(
    (part) =>
      `<Part><PartNumber>${part.number}</PartNumber><LastModified>${xmlTime(part.modified)}</LastModified>` +
      `<ETag>&quot;${part.etag}&quot;</ETag><HashCrc64ecma>${part.crc64}</HashCrc64ecma><Size>${part.size}</Size></Part>`,
  );
  return answer(
    'ListPartsResult',
    `${encodingElement(request)}<Bucket>${bucket.name}</Bucket><Key>${write(key)}</Key><UploadId>${uploadId}</UploadId>` +
      `<StorageClass>${bucket.storageClass}</StorageClass><PartNumberMarker>${marker}</PartNumberMarker>` +
      `<NextPartNumberMarker>${last}</NextPartNumberMarker><MaxParts>${limit}</MaxParts><IsTruncated>${after.length > limit}</IsTruncated>${parts.join('')}`,
  );
}

interface UploadPage {
  readonly uploads: readonly UploadRecord[];
  readonly prefixes: readonly string[];
  readonly next: { readonly key: string; readonly uploadId: string } | undefined;
}

interface UploadQuery {
  readonly bucket: number;
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  readonly uploadIdMarker: string;
  readonly limit: number;
}

function startOf(query: UploadQuery): Buffer {
  const { bucket, prefix, keyMarker, uploadIdMarker, delimiter } = query;
  const first = objectKey(bucket, prefix);
  if (keyMarker === '') return first;
  const rolled = delimiter !== '' && keyMarker.endsWith(delimiter) ? afterPrefix(objectKey(bucket, keyMarker)) : undefined;
  // Without an upload id, every upload of the marker's key is behind us: its index keys all start with key + 0.
  const start = uploadIdMarker === '' ? (rolled ?? objectKey(bucket, Buffer.concat([Buffer.from(keyMarker), Buffer.from([1])]))) : uploadKey(bucket, keyMarker, `${uploadIdMarker}\0`);
  return Buffer.compare(start, first) < 0 ? first : start;
}

function pageOfUploads(store: Store, query: UploadQuery): UploadPage {
  const { bucket, prefix, delimiter, limit } = query;
  const uploads: UploadRecord[] = [];
  const prefixes: string[] = [];
  const start = border(startOf(query));
  const end = border(prefix === '' ? endOfBucket(bucket) : (afterPrefix(objectKey(bucket, prefix)) ?? endOfBucket(bucket)));
  if (Buffer.compare(start, end) >= 0) return { uploads, prefixes, next: undefined };
  let last = { key: '', uploadId: '' };
  for (const { value } of store.tables.uploads.getRange({ start, end })) {
    const at = delimiter === '' ? -1 : value.key.indexOf(delimiter, prefix.length);
    const rolled = at < 0 ? undefined : value.key.slice(0, at + delimiter.length);
    if (rolled !== undefined && prefixes.at(-1) === rolled) continue;
    if (uploads.length + prefixes.length >= limit) return { uploads, prefixes, next: last };
    if (rolled === undefined) uploads.push(value);
    else prefixes.push(rolled);
    last = rolled === undefined ? { key: value.key, uploadId: value.id } : { key: rolled, uploadId: '' };
  }
  return { uploads, prefixes, next: undefined };
}

export function listUploads(exchange: Exchange): Reply {
  const { request, store } = exchange;
  const bucket = bucketFor(exchange, 'owner');
  const write = keyWriter(request);
  const text = (name: string): string => request.query.get(name) ?? '';
  const query: UploadQuery = {
    bucket: bucket.id,
    prefix: text('prefix'),
    delimiter: text('delimiter'),
    keyMarker: text('key-marker'),
    // An upload id alone says nothing: OSS ignores it without a key.
    uploadIdMarker: text('key-marker') === '' ? '' : text('upload-id-marker'),
    limit: integerParameter(request, 'max-uploads', { fallback: 1000, min: 1, max: 1000 }),
  };
  const { uploads, prefixes, next } = pageOfUploads(store, query);
  const items = uploads.map(
    (upload) =>
      `<Upload><Key>${write(upload.key)}</Key><UploadId>${upload.id}</UploadId><StorageClass>${upload.storageClass ?? 'Standard'}</StorageClass>` +
      `<Initiated>${xmlTime(upload.initiated)}</Initiated></Upload>`,
  );
  return answer(
    'ListMultipartUploadsResult',
    `${encodingElement(request)}<Bucket>${bucket.name}</Bucket><KeyMarker>${write(query.keyMarker)}</KeyMarker><UploadIdMarker>${query.uploadIdMarker}</UploadIdMarker>` +
      `<NextKeyMarker>${next === undefined ? '' : write(next.key)}</NextKeyMarker><NextUploadIdMarker>${next?.uploadId ?? ''}</NextUploadIdMarker>` +
      `<Delimiter>${write(query.delimiter)}</Delimiter><Prefix>${write(query.prefix)}</Prefix><MaxUploads>${query.limit}</MaxUploads>` +
      `<IsTruncated>${next !== undefined}</IsTruncated>${items.join('')}${prefixes.map((prefix) => `<CommonPrefixes><Prefix>${write(prefix)}</Prefix></CommonPrefixes>`).join('')}`,
  );
}
