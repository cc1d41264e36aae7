/** What a handler gets, and the checks that nearly every handler makes first. */
import type { Readable } from 'node:stream';
import type { Caller, Credentials } from './auth/authenticate.ts';
import { OssError } from './errors.ts';
import type { FaultName } from './faults.ts';
import { checkBucketName, checkObjectKey } from './names.ts';
import type { Reply } from './reply.ts';
import type { OssRequest } from './request.ts';
import type { Store } from './store/index.ts';
import { objectKey, requireBucket } from './store/keys.ts';
import { collect } from './store/pump.ts';
import type { BucketRecord, ObjectRecord } from './store/records.ts';

export interface Limits {
  /** PutObject, AppendObject, one part. */
  readonly objectBytes: number;
  /** Every part but the last. */
  readonly minimalPartBytes: number;
}

export interface Exchange {
  readonly request: OssRequest;
  readonly store: Store;
  readonly caller: Caller;
  /** What signed forms are checked with; absent: anything goes. */
  readonly credentials: Credentials | undefined;
  /** As in `oss-cn-hangzhou`. */
  readonly location: string;
  readonly endpoint: string;
  readonly limits: Limits;
  /** The body; tells a client that waits with `Expect: 100-continue` to go on. */
  body(): Readable;
  /** The fault point that is to play out, if any. */
  readonly fault?: FaultName;
  /** A fault point's hold on the body that comes in, called at each piece. */
  readonly onPiece?: () => Promise<void>;
}

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

/** The one account there is. */
export const OWNER_ID = '1000000000000001';

type Access = 'read' | 'write' | 'owner';

function mayAnonymous(acl: string, access: Access): boolean {
  if (access === 'owner') return false;
  return acl === 'public-read-write' || (acl === 'public-read' && access === 'read');
}

function deny(what: string): never {
  throw new OssError('AccessDenied', { message: `You have no right to access this object because of ${what} acl.` });
}

/** @throws NoSuchBucket, InvalidBucketName, AccessDenied */
export function bucketFor(exchange: Exchange, access: Access): BucketRecord {
  const name = exchange.request.bucket ?? '';
  checkBucketName(name);
  const bucket = requireBucket(exchange.store, name);
  if (exchange.caller === 'anonymous' && !mayAnonymous(bucket.acl, access)) deny('bucket');
  return bucket;
}

export interface ObjectTarget {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly record: ObjectRecord | undefined;
}

/** The object addressed, there or not. @throws NoSuchBucket, InvalidObjectName, AccessDenied */
export function targetFor(exchange: Exchange, access: Access): ObjectTarget {
  const { request, store, caller } = exchange;
  const name = request.bucket ?? '';
  checkBucketName(name);
  const key = request.key ?? '';
  checkObjectKey(key);
  const bucket = requireBucket(store, name);
  const record = store.tables.objects.get(objectKey(bucket.id, key));
  if (caller === 'anonymous') {
    const acl = record?.acl ?? 'default';
    const byObject = acl !== 'default';
    if (!mayAnonymous(byObject ? acl : bucket.acl, access)) deny(byObject ? 'object' : 'bucket');
  }
  return { bucket, key, record };
}

/** @throws NoSuchKey */
export function existing(target: ObjectTarget): ObjectRecord {
  if (target.record === undefined) throw new OssError('NoSuchKey', { extra: { Key: target.key } });
  return target.record;
}

/** An XML or JSON document sent by the client, a few megabytes at most. */
export async function readDocument(exchange: Exchange): Promise<Buffer> {
  return collect(exchange.body(), 8 * 1024 * 1024);
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}
