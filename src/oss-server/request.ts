/** A request as the handlers see it: addressed (bucket, key), with its parameters decoded and in the client's order. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { OssError } from './errors.ts';
import { isBucketName } from './names.ts';

export interface OssRequest {
  readonly message: IncomingMessage;
  /** 24 upper-case hex digits, in every answer as `x-oss-request-id`. */
  readonly id: string;
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Decoded parameters; a bare `?acl` has the value ''. */
  readonly query: ReadonlyMap<string, string>;
  /** The path as sent, still percent-encoded, without the query. */
  readonly rawPath: string;
  /** The query as sent, without the question mark. */
  readonly rawQuery: string;
  readonly hostId: string;
  /** Lower-case. */
  readonly headerNames: readonly string[];
  header(name: string): string | undefined;
}

/** The host part of a Host header: without the port, without the brackets of IPv6. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, '');
}

/** The bucket named by a virtual-hosted Host header; undefined when the host is path style. */
export function bucketOfHost(host: string): string | undefined {
  const name = hostName(host).toLowerCase();
  const dot = name.indexOf('.');
  if (dot <= 0 || isIP(name) !== 0) return undefined;
  const first = name.slice(0, dot);
  // The service's own host, as clients for the real service write it: oss-cn-hangzhou.aliyuncs.com.
  if (/^oss(-[a-z0-9-]+)?\.aliyuncs\.com$/.test(name)) return undefined;
  return isBucketName(first) ? first : undefined;
}

/** Percent-decoding to text; a plus sign is a plus sign. @throws InvalidURI for bytes that are not UTF-8. */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new OssError('InvalidURI', { message: `Couldn't parse the specified URI: ${cause instanceof Error ? cause.message : 'malformed'}.` });
  }
}

function parseQuery(raw: string): Map<string, string> {
  const query = new Map<string, string>();
  if (raw === '') return query;
  for (const item of raw.split('&')) {
    if (item === '') continue;
    const equals = item.indexOf('=');
    const name = decodePath((equals < 0 ? item : item.slice(0, equals)).replaceAll('+', ' '));
    const value = equals < 0 ? '' : decodePath(item.slice(equals + 1).replaceAll('+', ' '));
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

function address(host: string, rawPath: string, pathStyle: boolean): { bucket: string | undefined; key: string | undefined } {
  const path = rawPath.startsWith('/') ? rawPath.slice(1) : rawPath;
  const virtual = pathStyle ? undefined : bucketOfHost(host);
  if (virtual !== undefined) return { bucket: virtual, key: path === '' ? undefined : decodePath(path) };
  if (path === '') return { bucket: undefined, key: undefined };
  const slash = path.indexOf('/');
  if (slash < 0) return { bucket: decodePath(path), key: undefined };
  const rest = path.slice(slash + 1);
  return { bucket: decodePath(path.slice(0, slash)), key: rest === '' ? undefined : decodePath(rest) };
}

/** Random once, then counted: unique like real ones, at no cost for each. */
const idStart = randomBytes(8).toString('hex').toUpperCase();
let idCount = 0;

export function newRequestId(): string {
  idCount = (idCount + 1) % 0x1_0000_0000;
  return idStart + idCount.toString(16).toUpperCase().padStart(8, '0');
}

/** `pathStyle`: the bucket is in the path, whatever the host says. */
export function parseRequest(message: IncomingMessage, id: string, pathStyle = false): OssRequest {
  const target = (message.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const host = message.headers.host ?? '';
  const { bucket, key } = address(host, rawPath, pathStyle);
  return {
    message,
    id,
    method: message.method ?? 'GET',
    bucket,
    key,
    query: parseQuery(rawQuery),
    rawPath,
    rawQuery,
    hostId: host,
    headerNames: Object.keys(message.headers),
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
  };
}

/**
 * ali-oss with path style and an IP endpoint names the bucket twice, in the host and in the path; only the signature tells this
 * from a key that begins with the bucket's name. @returns the other reading, where there is one
 */
export function otherReading(request: OssRequest): OssRequest | undefined {
  const { bucket, key } = request;
  const twice = bucketOfHost(request.hostId) !== undefined && key !== undefined && (key === bucket || key.startsWith(`${bucket ?? ''}/`));
  return twice ? parseRequest(request.message, request.id, true) : undefined;
}

/** A parameter that must be a whole number within bounds. @throws InvalidArgument */
export function integerParameter(request: OssRequest, name: string, bounds: { fallback: number; min: number; max: number }): number {
  const text = request.query.get(name);
  if (text === undefined || text === '') return bounds.fallback;
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= bounds.min && value <= bounds.max)) {
    throw new OssError('InvalidArgument', {
      message: `Argument ${name} must be an integer between ${bounds.min} and ${bounds.max}.`,
      extra: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return value;
}
