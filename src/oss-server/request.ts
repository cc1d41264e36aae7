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
  /** Of the Host header what is left without a bucket: this server, as the client calls it. */
  readonly serviceHost: string;
  /** Lower-case. */
  readonly headerNames: readonly string[];
  header(name: string): string | undefined;
}

/** The host part of a Host header: without the port, without the brackets of IPv6. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, '');
}

/** The service's own host, as clients for the real service write it: oss-cn-hangzhou.aliyuncs.com. */
const SERVICE_HOST = /^oss(-[a-z0-9-]+)?\.aliyuncs\.com$/;

/** The bucket named by a virtual-hosted Host header, if its first label is one; undefined when it cannot be. */
export function bucketOfHost(host: string): string | undefined {
  const name = hostName(host).toLowerCase();
  const dot = name.indexOf('.');
  if (dot <= 0 || isIP(name) !== 0) return undefined;
  const first = name.slice(0, dot);
  if (SERVICE_HOST.test(name)) return undefined;
  return isBucketName(first) ? first : undefined;
}

/** Hosts below which nothing but buckets has a name: this machine, an address, the real service. */
function isBareService(name: string): boolean {
  return name === 'localhost' || isIP(name) !== 0 || SERVICE_HOST.test(name);
}

/** Whether the first label of a host can only be a bucket, as in `demo.localhost`; in `build1.corp.example.com` it may be a machine. */
export function isSurelyBucket(host: string): boolean {
  const name = hostName(host).toLowerCase();
  return bucketOfHost(host) !== undefined && isBareService(name.slice(name.indexOf('.') + 1));
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

interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

function address(host: string, rawPath: string, pathStyle: boolean): Address {
  const path = rawPath.startsWith('/') ? rawPath.slice(1) : rawPath;
  const virtual = pathStyle ? undefined : bucketOfHost(host);
  if (virtual !== undefined) return { bucket: virtual, key: path === '' ? undefined : decodePath(path) };
  if (path === '') return { bucket: undefined, key: undefined };
  const slash = path.indexOf('/');
  if (slash < 0) return { bucket: decodePath(path), key: undefined };
  const rest = path.slice(slash + 1);
  return { bucket: decodePath(path.slice(0, slash)), key: rest === '' ? undefined : decodePath(rest) };
}

/** A client that names the bucket twice calls the server by what follows the bucket too: see otherReading(). */
function serviceHostOf(host: string, { bucket }: Address, pathStyle: boolean): string {
  const named = bucketOfHost(host);
  if (named === undefined || named !== bucket || (pathStyle && !isSurelyBucket(host))) return host;
  return host.slice(host.indexOf('.') + 1);
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
    serviceHost: serviceHostOf(host, { bucket, key }, pathStyle),
    headerNames: Object.keys(message.headers),
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
  };
}

/**
 * A host with a dot can be read in two ways: its first label is the bucket, or it is all a machine's name and the bucket is in the
 * path. ali-oss with path style and an IP endpoint even names the bucket in both.
 * @returns the reading in path style of a request that was read the other way, where there is one
 */
export function otherReading(request: OssRequest): OssRequest | undefined {
  const { bucket, hostId, message, id } = request;
  return bucket !== undefined && bucketOfHost(hostId) === bucket ? parseRequest(message, id, true) : undefined;
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
