/** Signature V1: HMAC-SHA1 over verb, MD5, type, date, the x-oss- headers and the resource. */
import { createHmac } from 'node:crypto';
import type { OssRequest } from '../request.ts';
import { LATER_SUBRESOURCES, SUBRESOURCES } from './subresources.ts';

/** `x-oss-*` headers, lower-case, sorted, `name:value` each ending in a newline. */
function canonicalHeaders(request: OssRequest): string {
  return request.headerNames
    .filter((name) => name.startsWith('x-oss-'))
    .sort()
    .map((name) => `${name}:${(request.header(name) ?? '').trim()}\n`)
    .join('');
}

function canonicalResource(request: OssRequest, later: boolean): string {
  const { bucket, key } = request;
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`;
  const parameters = [...request.query.keys()]
    .filter((name) => SUBRESOURCES.has(name) || (later && LATER_SUBRESOURCES.has(name)))
    .sort()
    .map((name) => {
      const value = request.query.get(name) ?? '';
      return value === '' ? name : `${name}=${value}`;
    });
  const text = parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
  // Headers are Latin-1 text of raw bytes here; the resource's UTF-8 bytes join them in the same form.
  return Buffer.from(text).toString('latin1');
}

export function stringToSignV1(request: OssRequest, date: string, later = false): string {
  const items = [request.method, request.header('content-md5') ?? '', request.header('content-type') ?? '', date];
  return `${items.join('\n')}\n${canonicalHeaders(request)}${canonicalResource(request, later)}`;
}

export function signV1(secret: string, stringToSign: string): string {
  return createHmac('sha1', secret).update(Buffer.from(stringToSign, 'latin1')).digest('base64');
}

/**
 * The texts a client may have signed. `x-oss-date` stands in the date item for some clients (ali-oss); others leave
 * their Date header, or nothing, there.
 */
export function candidatesV1(request: OssRequest): string[] {
  const dates = new Set([request.header('x-oss-date') ?? request.header('date') ?? '']);
  if (request.header('x-oss-date') !== undefined) dates.add(request.header('date') ?? '').add('');
  const texts = [false, true].flatMap((later) => [...dates].map((date) => stringToSignV1(request, date, later)));
  return [...new Set(texts)];
}
