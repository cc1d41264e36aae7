/** Signature V4: HMAC-SHA256 over a canonical request, with a key derived from date and region. */
import { createHash, createHmac } from 'node:crypto';
import type { OssRequest } from '../request.ts';

export const V4_ALGORITHM = 'OSS4-HMAC-SHA256';

export interface V4Scope {
  readonly date: string;
  readonly region: string;
  readonly product: string;
  readonly request: string;
}

export interface V4Claim {
  readonly accessKeyId: string;
  readonly scope: V4Scope;
  readonly additionalHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ`. */
  readonly timestamp: string;
  readonly inQuery: boolean;
}

/** RFC 3986: everything but letters, digits and `-_.~`. */
export function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalUri(request: OssRequest): string {
  const { bucket, key } = request;
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`;
  return encodeStrict(path).replaceAll('%2F', '/');
}

type EmptyValue = 'bare' | 'equals' | 'as sent';

/** Clients differ in how an empty value is signed: `acl`, `prefix=`, or as it stands in the URL. */
function canonicalQuery(request: OssRequest, empty: EmptyValue): string {
  const pairs: [string, string][] = [];
  const bare = new Set(request.rawQuery.split('&').filter((item) => !item.includes('=')));
  for (const [name, value] of request.query) {
    if (name === 'x-oss-signature') continue;
    const encoded = encodeStrict(name);
    const alone = value === '' && (empty === 'bare' || (empty === 'as sent' && bare.has(encoded)));
    pairs.push([encoded, alone ? encoded : `${encoded}=${encodeStrict(value)}`]);
  }
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join('&');
}

function canonicalHeaders(request: OssRequest, additional: readonly string[]): string {
  const signed = new Set(additional);
  for (const name of request.headerNames) {
    if (name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-')) signed.add(name);
  }
  return [...signed]
    .sort()
    .map((name) => `${name}:${Buffer.from((request.header(name) ?? '').trim(), 'latin1').toString()}\n`)
    .join('');
}

function canonicalRequest(request: OssRequest, claim: V4Claim, empty: EmptyValue): string {
  return [
    request.method,
    canonicalUri(request),
    canonicalQuery(request, empty),
    canonicalHeaders(request, claim.additionalHeaders),
    claim.additionalHeaders.join(';'),
    request.header('x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

export function canonicalRequestsV4(request: OssRequest, claim: V4Claim): string[] {
  const forms: EmptyValue[] = ['bare', 'as sent', 'equals'];
  return [...new Set(forms.map((form) => canonicalRequest(request, claim, form)))];
}

export function stringToSignV4(claim: V4Claim, canonical: string): string {
  const { date, region, product, request } = claim.scope;
  const digest = createHash('sha256').update(canonical).digest('hex');
  return [V4_ALGORITHM, claim.timestamp, `${date}/${region}/${product}/${request}`, digest].join('\n');
}

export function signV4(secret: string, scope: V4Scope, stringToSign: string): string {
  let key: Buffer = Buffer.from(`aliyun_v4${secret}`);
  for (const item of [scope.date, scope.region, scope.product, scope.request]) key = createHmac('sha256', key).update(item).digest();
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}

export function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export function parseCredential(text: string): { accessKeyId: string; scope: V4Scope } | undefined {
  const parts = text.split('/');
  if (parts.length < 5) return undefined;
  const [date = '', region = '', product = '', request = ''] = parts.slice(-4);
  if (!/^\d{8}$/.test(date) || request !== 'aliyun_v4_request') return undefined;
  return { accessKeyId: parts.slice(0, -4).join('/'), scope: { date, region, product, request } };
}
