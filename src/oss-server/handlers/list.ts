/** ListObjects (V1), ListObjectsV2, and ListObjectVersions of a bucket that never had versioning. */
import { encodeStrict } from '../auth/v4.ts';
import { invalidArgument } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { bucketFor, OWNER_ID } from '../exchange.ts';
import type { Page } from '../listing.ts';
import { listPage } from '../listing.ts';
import type { Reply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import { integerParameter } from '../request.ts';
import type { ObjectRecord } from '../store/records.ts';
import { element, escapeXml, xmlTime } from '../xml.ts';

const MOST_KEYS = 1000;

/** How keys are written into the answer. @throws InvalidArgument for an unknown encoding */
export function keyWriter(request: OssRequest): (key: Buffer | string) => string {
  const encoding = request.query.get('encoding-type') ?? '';
  if (encoding !== '' && encoding.toLowerCase() !== 'url') throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  return encoding === '' ? (key) => escapeXml(key.toString()) : (key) => encodeStrict(key.toString());
}

const OWNER = element(['Owner', [['ID', OWNER_ID], ['DisplayName', OWNER_ID]]]);

/** Written as text, not as elements: a page of a thousand is the hot path of a listing. */
function contents(key: string, record: ObjectRecord, tail: string): string {
  return (
    `<Contents><Key>${key}</Key><LastModified>${xmlTime(record.modified)}</LastModified><ETag>&quot;${record.etag}&quot;</ETag>` +
    `<Type>${record.type}</Type><Size>${record.size}</Size><StorageClass>${record.storageClass ?? 'Standard'}</StorageClass>${tail}</Contents>`
  );
}

interface ListRequest {
  readonly exchange: Exchange;
  readonly after: string;
  readonly owners: boolean;
}

interface Listed {
  readonly body: string;
  readonly page: Page<ObjectRecord>;
  readonly common: string;
  readonly write: (key: Buffer | string) => string;
}

function list({ exchange, after, owners }: ListRequest): Listed {
  const { request, store } = exchange;
  const bucket = bucketFor(exchange, 'read');
  const write = keyWriter(request);
  const prefix = request.query.get('prefix') ?? '';
  const delimiter = request.query.get('delimiter') ?? '';
  const limit = integerParameter(request, 'max-keys', { fallback: 100, min: 1, max: MOST_KEYS });
  const page = listPage(store.tables.objects, {
    bucket: bucket.id,
    prefix: Buffer.from(prefix),
    delimiter: Buffer.from(delimiter),
    after: Buffer.from(after),
    limit,
  });
  const tail = owners ? OWNER : '';
  const common =
    `<Name>${bucket.name}</Name><Prefix>${write(prefix)}</Prefix><MaxKeys>${limit}</MaxKeys><Delimiter>${write(delimiter)}</Delimiter>` +
    (request.query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '') +
    `<IsTruncated>${page.next !== undefined}</IsTruncated>`;
  const body =
    page.entries.map(({ key, value }) => contents(write(key), value, tail)).join('') +
    page.prefixes.map((key) => `<CommonPrefixes><Prefix>${write(key)}</Prefix></CommonPrefixes>`).join('');
  return { body, page, common, write };
}

function answer(root: string, inner: string): Reply {
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner}</${root}>` };
}

export function listObjects(exchange: Exchange): Reply {
  const marker = exchange.request.query.get('marker') ?? '';
  const { body, page, common, write } = list({ exchange, after: marker, owners: true });
  const next = page.next === undefined ? '' : `<NextMarker>${write(page.next)}</NextMarker>`;
  return answer('ListBucketResult', `${common}<Marker>${write(marker)}</Marker>${next}${body}`);
}

/** A token is the last key in base64: any byte passes through a URL and through XML. */
function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64').toString();
  if (token === '' || Buffer.from(key).toString('base64') !== token) throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  return key;
}

export function listObjectsV2(exchange: Exchange): Reply {
  const { query } = exchange.request;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const owners = query.get('fetch-owner')?.toLowerCase() === 'true';
  const after = token === undefined || token === '' ? startAfter : decodeToken(token);
  const { body, page, common, write } = list({ exchange, after, owners });
  const next = page.next === undefined ? '' : `<NextContinuationToken>${page.next.toString('base64')}</NextContinuationToken>`;
  const from = startAfter === '' ? '' : `<StartAfter>${write(startAfter)}</StartAfter>`;
  const given = token === undefined ? '' : `<ContinuationToken>${escapeXml(token)}</ContinuationToken>`;
  const count = `<KeyCount>${page.entries.length + page.prefixes.length}</KeyCount>`;
  return answer('ListBucketResult', `${common}${from}${given}${next}${count}${body}`);
}

/** Each object is its own only version, with the id `null`. */
export function listVersions(exchange: Exchange): Reply {
  const marker = exchange.request.query.get('key-marker') ?? '';
  const { body, page, common, write } = list({ exchange, after: marker, owners: true });
  const next = page.next === undefined ? '' : `<NextKeyMarker>${write(page.next)}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>`;
  const versions = body.replaceAll('<Contents>', '<Version><VersionId>null</VersionId><IsLatest>true</IsLatest>').replaceAll('</Contents>', '</Version>');
  return answer('ListVersionsResult', `${common}<KeyMarker>${write(marker)}</KeyMarker><VersionIdMarker></VersionIdMarker>${next}${versions}`);
}
