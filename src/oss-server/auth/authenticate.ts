/** Who sends this request: reads its signature in any of the four forms and checks it. */
import { timingSafeEqual } from 'node:crypto';
import { OssError, invalidArgument } from '../errors.ts';
import type { OssRequest } from '../request.ts';
import { candidatesV1, signV1, stringToSignV1 } from './v1.ts';
import { xmlTime } from '../xml.ts';
import type { V4Claim } from './v4.ts';
import { canonicalRequestsV4, parseCredential, parseTimestamp, signV4, stringToSignV4, V4_ALGORITHM } from './v4.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

const MAX_SKEW = 15 * 60 * 1000;
const MAX_V4_LIFE = 7 * 24 * 3600;

/** Signed by a key that is known (or any key, when none is configured), or not signed at all. */
export type Caller = 'owner' | 'anonymous';

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function checkSkew(time: number, text: string): void {
  if (Number.isNaN(time)) {
    throw new OssError('AccessDenied', { message: 'OSS authentication requires a valid Date.' });
  }
  const now = Date.now();
  if (Math.abs(now - time) > MAX_SKEW) {
    throw new OssError('RequestTimeTooSkewed', {
      extra: { MaxAllowedSkewMilliseconds: String(MAX_SKEW), RequestTime: text, ServerTime: xmlTime(now) },
    });
  }
}

function checkKeyId(id: string, credentials: Credentials): void {
  if (id !== credentials.accessKeyId) throw new OssError('InvalidAccessKeyId', { extra: { OSSAccessKeyId: id } });
}

function checkToken(token: string | undefined, credentials: Credentials): void {
  const expected = credentials.securityToken;
  if (expected === undefined) return;
  if (token === undefined || !same(token, expected)) throw new OssError('InvalidSecurityToken');
}

function mismatch(id: string, given: string, stringToSign: string, canonical?: string): OssError {
  const bytes = Buffer.from(stringToSign, canonical === undefined ? 'latin1' : 'utf8');
  return new OssError('SignatureDoesNotMatch', {
    extra: {
      OSSAccessKeyId: id,
      SignatureProvided: given,
      StringToSign: bytes.toString('utf8'),
      StringToSignBytes: [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' '),
      ...(canonical === undefined ? {} : { CanonicalRequest: canonical }),
    },
  });
}

function malformed(what: string): OssError {
  return invalidArgument('Authorization', what, `Authorization header is invalid: ${what}.`);
}

function checkV1Header(request: OssRequest, text: string, credentials: Credentials | undefined): void {
  const match = /^OSS\s+([^:\s]+):\s*(\S+)$/.exec(text);
  if (match === null) throw malformed('expected OSS <AccessKeyId>:<Signature>');
  const [, id = '', given = ''] = match;
  if (credentials === undefined) return;
  checkKeyId(id, credentials);
  const date = request.header('x-oss-date') ?? request.header('date') ?? '';
  const time = Date.parse(date);
  checkSkew(Number.isNaN(time) ? parseTimestamp(date) : time, date);
  checkToken(request.header('x-oss-security-token'), credentials);
  const candidates = candidatesV1(request);
  if (candidates.some((candidate) => same(signV1(credentials.accessKeySecret, candidate), given))) return;
  throw mismatch(id, given, candidates[0] ?? '');
}

function checkV1Query(request: OssRequest, credentials: Credentials | undefined): void {
  const id = request.query.get('OSSAccessKeyId');
  const expires = request.query.get('Expires');
  const given = request.query.get('Signature');
  if (id === undefined || expires === undefined || given === undefined) throw new OssError('AccessDenied', { message: 'Query-string authentication requires OSSAccessKeyId, Expires and Signature.' });
  if (!/^\d{1,15}$/.test(expires)) throw new OssError('AccessDenied', { message: 'Invalid date (should be seconds since epoch)' });
  if (Number(expires) * 1000 < Date.now()) {
    throw new OssError('AccessDenied', { message: 'Request has expired.', extra: { Expires: xmlTime(Number(expires) * 1000), ServerTime: xmlTime(Date.now()) } });
  }
  if (credentials === undefined) return;
  checkKeyId(id, credentials);
  checkToken(request.query.get('security-token') ?? request.header('x-oss-security-token'), credentials);
  const text = stringToSignV1(request, expires);
  if (!same(signV1(credentials.accessKeySecret, text), given)) throw mismatch(id, given, text);
}

function claimOfHeader(request: OssRequest, text: string): V4Claim {
  const fields = new Map<string, string>();
  for (const item of text.slice(V4_ALGORITHM.length).split(',')) {
    const equals = item.indexOf('=');
    if (equals > 0) fields.set(item.slice(0, equals).trim(), item.slice(equals + 1).trim());
  }
  const credential = parseCredential(fields.get('Credential') ?? '');
  const signature = fields.get('Signature');
  if (credential === undefined || signature === undefined) throw malformed('expected Credential=<id>/<date>/<region>/oss/aliyun_v4_request and Signature=<hex>');
  const additional = fields.get('AdditionalHeaders') ?? '';
  const timestamp = request.header('x-oss-date') ?? request.header('date') ?? '';
  return { ...credential, signature, timestamp, additionalHeaders: additional === '' ? [] : additional.split(';'), inQuery: false };
}

function claimOfQuery(request: OssRequest): V4Claim {
  const credential = parseCredential(request.query.get('x-oss-credential') ?? '');
  const signature = request.query.get('x-oss-signature');
  const timestamp = request.query.get('x-oss-date') ?? '';
  const expires = request.query.get('x-oss-expires') ?? '';
  if (credential === undefined || signature === undefined) throw invalidArgument('x-oss-credential', request.query.get('x-oss-credential') ?? '');
  if (!/^\d{1,9}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_V4_LIFE) throw invalidArgument('x-oss-expires', expires);
  const additional = request.query.get('x-oss-additional-headers') ?? '';
  return { ...credential, signature, timestamp, additionalHeaders: additional === '' ? [] : additional.split(';'), inQuery: true };
}

/** The moment in `yyyymmddThhmmssZ`, or an HTTP date in a Date header that is itself what was signed. */
function timeOf(claim: V4Claim): number {
  const time = parseTimestamp(claim.timestamp);
  return Number.isNaN(time) && !claim.inQuery ? Date.parse(claim.timestamp) : time;
}

function checkV4(request: OssRequest, claim: V4Claim, credentials: Credentials | undefined): void {
  const time = timeOf(claim);
  if (claim.inQuery) {
    if (Number.isNaN(time)) throw invalidArgument('x-oss-date', claim.timestamp);
    const expiry = time + Number(request.query.get('x-oss-expires')) * 1000;
    if (Date.now() > expiry) throw new OssError('AccessDenied', { message: 'Request has expired.', extra: { Expires: xmlTime(expiry), ServerTime: xmlTime(Date.now()) } });
    if (time - Date.now() > MAX_SKEW) checkSkew(time, claim.timestamp);
  }
  if (credentials === undefined) return;
  checkKeyId(claim.accessKeyId, credentials);
  if (!claim.inQuery) checkSkew(time, claim.timestamp);
  if (!claim.timestamp.startsWith(claim.scope.date) && parseTimestamp(claim.timestamp) === time) {
    throw invalidArgument('Credential', claim.scope.date, 'The date of the credential differs from that of the request.');
  }
  checkToken(request.header('x-oss-security-token') ?? request.query.get('x-oss-security-token'), credentials);
  const canonicals = canonicalRequestsV4(request, claim);
  for (const canonical of canonicals) {
    if (same(signV4(credentials.accessKeySecret, claim.scope, stringToSignV4(claim, canonical)), claim.signature)) return;
  }
  const [first = ''] = canonicals;
  throw mismatch(claim.accessKeyId, claim.signature, stringToSignV4(claim, first), first);
}

/**
 * Without configured credentials every key is good, but what is there must still parse.
 * @throws OssError as OSS answers each way a signature can be wrong.
 */
export function authenticate(request: OssRequest, credentials: Credentials | undefined): Caller {
  const header = request.header('authorization');
  if (header !== undefined) {
    if (header.startsWith(V4_ALGORITHM)) checkV4(request, claimOfHeader(request, header), credentials);
    else checkV1Header(request, header, credentials);
    return 'owner';
  }
  if (request.query.has('x-oss-signature-version') || request.query.has('x-oss-signature')) {
    checkV4(request, claimOfQuery(request), credentials);
    return 'owner';
  }
  if (request.query.has('Signature') || request.query.has('OSSAccessKeyId')) {
    checkV1Query(request, credentials);
    return 'owner';
  }
  return credentials === undefined ? 'owner' : 'anonymous';
}
