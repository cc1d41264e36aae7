/** PutBucket, DeleteBucket, HEAD, and what a bucket tells about itself. */
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { bucketFor, OWNER_ID, readDocument } from '../exchange.ts';
import { checkAlgorithm } from '../metadata.ts';
import { BUCKET_ACLS, checkBucketName } from '../names.ts';
import type { Reply } from '../reply.ts';
import { emptyReply, xmlReply } from '../reply.ts';
import type { Changes, Store } from '../store/index.ts';
import { endOfBucket, objectKey, requireBucket } from '../store/keys.ts';
import type { BucketRecord } from '../store/records.ts';
import type { XmlElement } from '../xml.ts';
import { childrenOf, childText, element, parseXml, xmlTime } from '../xml.ts';

interface NewBucket {
  readonly name: string;
  readonly acl?: string;
  readonly storageClass?: string;
  readonly redundancy?: string;
  readonly resourceGroup?: string;
  readonly documents?: Readonly<Record<string, string>>;
}

/** Creating a bucket that is there already changes nothing but the ACL, where one is given. */
export async function createBucket(store: Store, wanted: NewBucket): Promise<void> {
  checkBucketName(wanted.name);
  const created = Date.now();
  await store.commit((changes) => {
    const old = changes.buckets.get(wanted.name);
    if (old !== undefined) {
      if (wanted.acl !== undefined) changes.buckets.putSync(wanted.name, { ...old, acl: wanted.acl });
      return;
    }
    const id = changes.meta.get('nextBucket') ?? 1;
    changes.meta.putSync('nextBucket', id + 1);
    changes.buckets.putSync(wanted.name, {
      id,
      created,
      name: wanted.name,
      acl: wanted.acl ?? 'private',
      storageClass: wanted.storageClass ?? 'Standard',
      redundancy: wanted.redundancy ?? 'LRS',
      ...(wanted.resourceGroup === undefined ? {} : { resourceGroup: wanted.resourceGroup }),
      documents: wanted.documents ?? {},
    });
  });
}

function ownerOnly(exchange: Exchange): void {
  if (exchange.caller === 'anonymous') throw new OssError('AccessDenied', { message: 'Anonymous access is forbidden for this operation.' });
}

function aclHeader(exchange: Exchange): string | undefined {
  const acl = exchange.request.header('x-oss-acl') ?? exchange.request.header('x-oss-bucket-acl');
  if (acl === undefined || acl === '') return undefined;
  if (!BUCKET_ACLS.includes(acl)) throw invalidArgument('x-oss-acl', acl, 'no such bucket access control exists');
  return acl;
}

/** The configuration that the headers of PutBucket ask for. @throws InvalidEncryptionAlgorithmError */
function encryptionAsked({ request }: Exchange): { encryption?: string } {
  const algorithm = request.header('x-oss-server-side-encryption');
  if (algorithm === undefined) return {};
  checkAlgorithm(algorithm);
  const inner = [
    ['SSEAlgorithm', algorithm],
    ['KMSMasterKeyID', request.header('x-oss-server-side-encryption-key-id')],
    ['KMSDataEncryption', request.header('x-oss-server-side-data-encryption')],
  ] as const;
  return { encryption: element(['ServerSideEncryptionRule', [['ApplyServerSideEncryptionByDefault', inner]]]) };
}

export async function putBucket(exchange: Exchange): Promise<Reply> {
  ownerOnly(exchange);
  const name = exchange.request.bucket ?? '';
  checkBucketName(name);
  const acl = aclHeader(exchange);
  const document = (await readDocument(exchange)).toString('utf8');
  const root = document.trim() === '' ? undefined : parseXml(document);
  if (root !== undefined && root.name !== 'CreateBucketConfiguration') throw new OssError('MalformedXML');
  const storageClass = root === undefined ? undefined : childText(root, 'StorageClass');
  const redundancy = root === undefined ? undefined : childText(root, 'DataRedundancyType');
  const resourceGroup = exchange.request.header('x-oss-resource-group-id');
  await createBucket(exchange.store, {
    name,
    documents: encryptionAsked(exchange),
    ...(acl === undefined ? {} : { acl }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(redundancy === undefined ? {} : { redundancy }),
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
  });
  return emptyReply(200, { Location: `/${name}` });
}

function holdsAnything(changes: Changes, bucket: BucketRecord): boolean {
  const range = { start: objectKey(bucket.id, ''), end: endOfBucket(bucket.id), limit: 1 };
  return [...changes.objects.getKeys(range)].length > 0 || [...changes.uploads.getKeys(range)].length > 0;
}

export async function deleteBucket(exchange: Exchange): Promise<Reply> {
  const { name } = bucketFor(exchange, 'owner');
  await exchange.store.commit((changes) => {
    const bucket = requireBucket({ tables: changes }, name);
    if (holdsAnything(changes, bucket)) throw new OssError('BucketNotEmpty', { extra: { BucketName: name } });
    changes.buckets.removeSync(name);
  });
  return emptyReply(204);
}

export function headBucket(exchange: Exchange): Reply {
  bucketFor(exchange, 'read');
  return emptyReply(200, { 'x-oss-bucket-region': exchange.location });
}

const OWNER = ['Owner', [['ID', OWNER_ID], ['DisplayName', OWNER_ID]]] as const;

/** As BucketInfo tells it: the elements of the rule without the one around them. */
function encryptionOf(bucket: BucketRecord): XmlElement {
  const document = bucket.documents.encryption;
  const [rule] = document === undefined ? [] : childrenOf(parseXml(document), 'ApplyServerSideEncryptionByDefault');
  const names = ['KMSMasterKeyID', 'KMSDataEncryption'];
  const rest = rule === undefined ? [] : names.map((name): XmlElement => [name, childText(rule, name)]);
  return ['ServerSideEncryptionRule', [['SSEAlgorithm', (rule === undefined ? undefined : childText(rule, 'SSEAlgorithm')) ?? 'None'], ...rest]];
}

export function bucketInfo(exchange: Exchange): Reply {
  const bucket = bucketFor(exchange, 'owner');
  const { serviceHost } = exchange.request;
  return xmlReply([
    'BucketInfo',
    [
      [
        'Bucket',
        [
          ['CreationDate', xmlTime(bucket.created)],
          ['ExtranetEndpoint', serviceHost],
          ['IntranetEndpoint', serviceHost],
          ['Location', exchange.location],
          ['Name', bucket.name],
          ['StorageClass', bucket.storageClass],
          ['DataRedundancyType', bucket.redundancy],
          ['ResourceGroupId', bucket.resourceGroup],
          ['AccessMonitor', 'Disabled'],
          ['BlockPublicAccess', false],
          ['CrossRegionReplication', 'Disabled'],
          ['TransferAcceleration', 'Disabled'],
          OWNER,
          ['AccessControlList', [['Grant', bucket.acl]]],
          encryptionOf(bucket),
          ['BucketPolicy', [['LogBucket', ''], ['LogPrefix', '']]],
        ],
      ],
    ],
  ]);
}

export function bucketLocation(exchange: Exchange): Reply {
  bucketFor(exchange, 'owner');
  return xmlReply(['LocationConstraint', exchange.location]);
}

export function getBucketAcl(exchange: Exchange): Reply {
  const bucket = bucketFor(exchange, 'owner');
  return xmlReply(['AccessControlPolicy', [OWNER, ['AccessControlList', [['Grant', bucket.acl]]]]]);
}

/** As OSS does, this creates a bucket that is not there. */
export async function putBucketAcl(exchange: Exchange): Promise<Reply> {
  ownerOnly(exchange);
  const acl = aclHeader(exchange);
  if (acl === undefined) throw new OssError('MissingArgument', { extra: { ArgumentName: 'x-oss-acl' } });
  const name = exchange.request.bucket ?? '';
  await createBucket(exchange.store, { name, acl });
  return emptyReply(200, { Location: `/${name}` });
}

/** There are no live channels here, and tools that empty a bucket ask for them. */
export function listLiveChannels(exchange: Exchange): Reply {
  bucketFor(exchange, 'owner');
  return xmlReply(['ListLiveChannelResult', [['Prefix', exchange.request.query.get('prefix') ?? ''], ['Marker', ''], ['MaxKeys', 100], ['IsTruncated', false], ['NextMarker', '']]]);
}

/** Counts by walking the bucket: right at any moment, and nobody asks often. */
export function bucketStat(exchange: Exchange): Reply {
  const bucket = bucketFor(exchange, 'owner');
  const range = { start: objectKey(bucket.id, ''), end: endOfBucket(bucket.id) };
  let storage = 0;
  let objects = 0;
  for (const { value } of exchange.store.tables.objects.getRange(range)) {
    storage += value.size;
    objects += 1;
  }
  const uploads = exchange.store.tables.uploads.getKeysCount(range);
  return xmlReply([
    'BucketStat',
    [['Storage', storage], ['ObjectCount', objects], ['MultipartUploadCount', uploads], ['LiveChannelCount', 0], ['LastModifiedTime', Math.floor(Date.now() / 1000)]],
  ]);
}
