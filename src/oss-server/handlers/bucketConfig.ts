/** Configuration documents of a bucket: kept as they are put, answered as they are kept; they change nothing else. */
import type { OssErrorCode } from '../errors.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange, Handler } from '../exchange.ts';
import { bucketFor, readDocument } from '../exchange.ts';
import { checkAlgorithm } from '../metadata.ts';
import type { Reply } from '../reply.ts';
import { emptyReply } from '../reply.ts';
import { requireBucket } from '../store/keys.ts';
import type { XmlNode } from '../xml.ts';
import { childrenOf, childText, escapeXml, parseXml } from '../xml.ts';
import { tagsOfBucket } from './service.ts';

interface DocumentKind {
  /** The root element that is accepted; undefined: JSON. */
  readonly root?: string;
  /** What a bucket answers that has none: an error, or this document. */
  readonly absent: { readonly error: OssErrorCode } | { readonly document: string };
  /** Throws what OSS answers to a document that is well-formed and wrong. */
  readonly check?: (root: XmlNode, exchange: Exchange) => void;
}

function checkEncryption(root: XmlNode): void {
  const [rule] = childrenOf(root, 'ApplyServerSideEncryptionByDefault');
  if (rule === undefined) return;
  const algorithm = childText(rule, 'SSEAlgorithm') ?? '';
  checkAlgorithm(algorithm);
  const key = childText(rule, 'KMSMasterKeyID') ?? '';
  if (key !== '' && algorithm !== 'KMS') throw invalidArgument('KMSMasterKeyID', key, 'KMSMasterKeyID is not applicable if the default SSE algorithm is not KMS.');
}

function checkLogging(root: XmlNode, { store }: Exchange): void {
  const [enabled] = childrenOf(root, 'LoggingEnabled');
  const target = enabled === undefined ? undefined : childText(enabled, 'TargetBucket');
  if (target !== undefined && store.tables.buckets.get(target) === undefined) throw new OssError('InvalidTargetBucketForLogging');
}

function checkPayer(root: XmlNode): void {
  if (!['BucketOwner', 'Requester'].includes(childText(root, 'Payer') ?? '')) throw new OssError('MalformedXML');
}

function checkVersioning(root: XmlNode): void {
  if (childText(root, 'Status')?.trim() === 'Enabled') throw new OssError('NotImplemented', { message: 'This server keeps no versions.' });
}

const DOCUMENTS: Readonly<Record<string, DocumentKind>> = {
  cors: { root: 'CORSConfiguration', absent: { error: 'NoSuchCORSConfiguration' } },
  encryption: { root: 'ServerSideEncryptionRule', absent: { error: 'NoSuchServerSideEncryptionRule' }, check: checkEncryption },
  lifecycle: { root: 'LifecycleConfiguration', absent: { error: 'NoSuchLifecycle' } },
  logging: { root: 'BucketLoggingStatus', absent: { document: '<BucketLoggingStatus></BucketLoggingStatus>' }, check: checkLogging },
  policy: { absent: { error: 'NoSuchBucketPolicy' } },
  referer: {
    root: 'RefererConfiguration',
    absent: { document: '<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><RefererList></RefererList></RefererConfiguration>' },
  },
  requestPayment: { root: 'RequestPaymentConfiguration', absent: { document: '<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>' }, check: checkPayer },
  tagging: { root: 'Tagging', absent: { document: '<Tagging><TagSet></TagSet></Tagging>' } },
  transferAcceleration: { root: 'TransferAccelerationConfiguration', absent: { error: 'NoSuchTransferAccelerationConfiguration' } },
  versioning: { root: 'VersioningConfiguration', absent: { document: '<VersioningConfiguration></VersioningConfiguration>' }, check: checkVersioning },
  website: { root: 'WebsiteConfiguration', absent: { error: 'NoSuchWebsiteConfiguration' } },
};

export const DOCUMENT_NAMES = Object.keys(DOCUMENTS);

export async function setDocument(exchange: Exchange, name: string, document: string | undefined): Promise<void> {
  const { name: bucket } = bucketFor(exchange, 'owner');
  await exchange.store.commit((changes) => {
    const record = requireBucket({ tables: changes }, bucket);
    const { [name]: _old, ...rest } = record.documents;
    changes.buckets.putSync(bucket, { ...record, documents: document === undefined ? rest : { ...rest, [name]: document } });
  });
}

function checkPolicy(text: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    policy = undefined;
  }
  const known = typeof policy === 'object' && policy !== null && 'Version' in policy && policy.Version === '1';
  if (!known) throw new OssError('InvalidPolicyDocument', { message: 'unknown signature or invalid policy document' });
}

async function putDocument(exchange: Exchange, name: string, kind: DocumentKind): Promise<Reply> {
  bucketFor(exchange, 'owner');
  const text = (await readDocument(exchange)).toString('utf8');
  if (kind.root === undefined) {
    checkPolicy(text);
  } else {
    const root = parseXml(text);
    if (root.name !== kind.root) throw new OssError('MalformedXML');
    kind.check?.(root, exchange);
  }
  await setDocument(exchange, name, text);
  return emptyReply(200);
}

function getDocument(exchange: Exchange, name: string, kind: DocumentKind): Reply {
  const bucket = bucketFor(exchange, 'owner');
  const own = bucket.documents[name];
  if (own === undefined && 'error' in kind.absent) throw new OssError(kind.absent.error, { extra: { BucketName: bucket.name } });
  const text = own ?? ('document' in kind.absent ? kind.absent.document : '');
  if (kind.root === undefined) return { status: 200, headers: { 'Content-Type': 'application/json' }, body: text };
  const body = text.trimStart().startsWith('<?xml') ? text : `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body };
}

/** The tags of a bucket without those keys; undefined when none is left. */
function tagsWithout(exchange: Exchange, keys: readonly string[]): string | undefined {
  const left = tagsOfBucket(bucketFor(exchange, 'owner')).filter(([key]) => !keys.includes(key));
  if (left.length === 0) return undefined;
  return `<Tagging><TagSet>${left.map(([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`).join('')}</TagSet></Tagging>`;
}

/** The handler of `<method> /bucket?<name>`. */
export function documentHandler(method: string, name: string): Handler | undefined {
  const kind = DOCUMENTS[name];
  if (kind === undefined) return undefined;
  if (method === 'PUT') return (exchange) => putDocument(exchange, name, kind);
  if (method === 'GET') return (exchange) => getDocument(exchange, name, kind);
  if (method !== 'DELETE') return undefined;
  return async (exchange) => {
    const some = name === 'tagging' ? exchange.request.query.get(name) : undefined;
    await setDocument(exchange, name, some === undefined || some === '' ? undefined : tagsWithout(exchange, some.split(',')));
    return emptyReply(204);
  };
}
