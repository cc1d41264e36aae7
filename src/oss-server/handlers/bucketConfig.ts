/** Configuration documents of a bucket: kept as they are put, answered as they are kept; they change nothing else. */
import type { OssErrorCode } from '../errors.ts';
import { OssError } from '../errors.ts';
import type { Exchange, Handler } from '../exchange.ts';
import { bucketFor, readDocument } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { emptyReply } from '../reply.ts';
import { requireBucket } from '../store/keys.ts';
import { parseXml } from '../xml.ts';

interface DocumentKind {
  /** The root element that is accepted; undefined: JSON. */
  readonly root?: string;
  /** What a bucket answers that has none: an error, or this document. */
  readonly absent: { readonly error: OssErrorCode } | { readonly document: string };
}

const DOCUMENTS: Readonly<Record<string, DocumentKind>> = {
  cors: { root: 'CORSConfiguration', absent: { error: 'NoSuchCORSConfiguration' } },
  encryption: { root: 'ServerSideEncryptionRule', absent: { error: 'NoSuchServerSideEncryptionRule' } },
  lifecycle: { root: 'LifecycleConfiguration', absent: { error: 'NoSuchLifecycle' } },
  logging: { root: 'BucketLoggingStatus', absent: { document: '<BucketLoggingStatus></BucketLoggingStatus>' } },
  policy: { absent: { error: 'NoSuchBucketPolicy' } },
  referer: {
    root: 'RefererConfiguration',
    absent: { document: '<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList></RefererList></RefererConfiguration>' },
  },
  requestPayment: { root: 'RequestPaymentConfiguration', absent: { document: '<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>' } },
  tagging: { root: 'Tagging', absent: { document: '<Tagging><TagSet></TagSet></Tagging>' } },
  transferAcceleration: { root: 'TransferAccelerationConfiguration', absent: { document: '<TransferAccelerationConfiguration><Enabled>false</Enabled></TransferAccelerationConfiguration>' } },
  versioning: { root: 'VersioningConfiguration', absent: { document: '<VersioningConfiguration></VersioningConfiguration>' } },
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

async function putDocument(exchange: Exchange, name: string, kind: DocumentKind): Promise<Reply> {
  bucketFor(exchange, 'owner');
  const text = (await readDocument(exchange)).toString('utf8');
  if (kind.root === undefined) {
    try {
      JSON.parse(text);
    } catch {
      throw new OssError('InvalidPolicyDocument', { message: 'unknown signature or invalid policy document' });
    }
  } else if (parseXml(text).name !== kind.root) {
    throw new OssError('MalformedXML');
  }
  if (name === 'versioning' && /<Status>\s*Enabled/.test(text)) throw new OssError('NotImplemented', { message: 'This server keeps no versions.' });
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

/** The handler of `<method> /bucket?<name>`. */
export function documentHandler(method: string, name: string): Handler | undefined {
  const kind = DOCUMENTS[name];
  if (kind === undefined) return undefined;
  if (method === 'PUT') return (exchange) => putDocument(exchange, name, kind);
  if (method === 'GET') return (exchange) => getDocument(exchange, name, kind);
  if (method !== 'DELETE') return undefined;
  return async (exchange) => {
    await setDocument(exchange, name, undefined);
    return emptyReply(204);
  };
}
