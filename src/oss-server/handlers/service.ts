/** GetService: the buckets of the account. */
import { OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { OWNER_ID } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { xmlReply } from '../reply.ts';
import { integerParameter } from '../request.ts';
import type { BucketRecord } from '../store/records.ts';
import type { XmlElement } from '../xml.ts';
import { childrenOf, childText, parseXml, xmlTime } from '../xml.ts';

export function tagsOfBucket(bucket: BucketRecord): [string, string][] {
  const document = bucket.documents.tagging;
  if (document === undefined) return [];
  const [set] = childrenOf(parseXml(document), 'TagSet');
  return set === undefined ? [] : childrenOf(set, 'Tag').map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? '']);
}

/** `"k":"v","k2":"v2"`: every one must be there. */
function matchesTags(bucket: BucketRecord, filter: string): boolean {
  if (filter === '') return true;
  const own = new Map(tagsOfBucket(bucket));
  return [...filter.matchAll(/"([^"]*)":"([^"]*)"/g)].every(([, key = '', value = '']) => own.get(key) === value);
}

function describe(bucket: BucketRecord, { location, request: { serviceHost } }: Exchange): XmlElement {
  const tags = tagsOfBucket(bucket);
  return [
    'Bucket',
    [
      ['CreationDate', xmlTime(bucket.created)],
      ['ExtranetEndpoint', serviceHost],
      ['IntranetEndpoint', serviceHost],
      ['Location', location],
      ['Name', bucket.name],
      ['Region', location.replace(/^oss-/, '')],
      ['StorageClass', bucket.storageClass],
      ['ResourceGroupId', bucket.resourceGroup],
      ...(tags.length === 0 ? [] : [['Tagging', [['TagSet', tags.map(([key, value]) => ['Tag', [['Key', key], ['Value', value]]] as const)]]] as const]),
    ],
  ];
}

export function listBuckets(exchange: Exchange): Reply {
  const { request, store } = exchange;
  if (exchange.caller === 'anonymous') throw new OssError('AccessDenied', { message: 'Anonymous access is forbidden for this operation.' });
  const prefix = request.query.get('prefix') ?? '';
  const marker = request.query.get('marker') ?? '';
  const tagging = request.query.get('tagging') ?? '';
  const tagKey = request.query.get('tag-key');
  const tagValue = request.query.get('tag-value');
  const hasTag = (bucket: BucketRecord): boolean =>
    tagKey === undefined || tagsOfBucket(bucket).some(([key, value]) => key === tagKey && (tagValue === undefined || value === tagValue));
  const limit = integerParameter(request, 'max-keys', { fallback: 100, min: 1, max: 1000 });
  const found: BucketRecord[] = [];
  let more = false;
  for (const { key, value } of store.tables.buckets.getRange({})) {
    if (key <= marker || !key.startsWith(prefix) || !matchesTags(value, tagging) || !hasTag(value)) continue;
    if (found.length === limit) {
      more = true;
      break;
    }
    found.push(value);
  }
  return xmlReply([
    'ListAllMyBucketsResult',
    [
      ['Prefix', prefix],
      ['Marker', marker],
      ['MaxKeys', limit],
      ['IsTruncated', more],
      ['NextMarker', more ? found.at(-1)?.name : undefined],
      ['Owner', [['ID', OWNER_ID], ['DisplayName', OWNER_ID]]],
      ['Buckets', found.map((bucket) => describe(bucket, exchange))],
    ],
  ]);
}
