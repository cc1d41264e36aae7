/** Reads `fs.oss.endpoint` in each form that people write, and derives what a request needs from it. Pure. */
import { isIP } from 'node:net';
import { AlluxioError } from '../../errors.ts';

export interface Endpoint {
  readonly protocol: 'http' | 'https';
  /** Without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** `<endpoint>/<bucket>/<key>` rather than `<bucket>.<endpoint>/<key>`. */
  readonly pathStyle: boolean;
  /** As in `cn-hangzhou`; with it requests are signed with V4, without with V1. */
  readonly region: string | undefined;
  /** As a user would write it, for messages. */
  readonly text: string;
}

export interface EndpointOverrides {
  readonly pathStyle?: boolean;
  readonly region?: string;
}

const PUBLIC_HOST = /^oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/;
const ACCELERATED = /^accelerate(?:-overseas)?$/;

export function readEndpoint(text: string, overrides: EndpointOverrides = {}): Endpoint {
  const trimmed = text.trim();
  const scheme = /^([a-z]+):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') throw malformed(text);
  const url = parse(scheme === undefined ? `https://${trimmed}` : trimmed, text);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '' || (url.pathname !== '/' && url.pathname !== '') || url.username !== '' || url.search !== '') throw malformed(text);
  const protocol = scheme ?? (isLoopback(host) ? 'http' : 'https');
  // URL drops the port that is its scheme's default, and the scheme may have been our guess.
  const port = /:(\d+)\/?$/.exec(trimmed)?.[1] ?? url.port;
  return {
    protocol,
    host,
    port: port === '' || isIP(trimmed) === 6 ? undefined : Number(port),
    // No bucket's name can stand before an address.
    pathStyle: isIP(host) !== 0 || (overrides.pathStyle ?? host === 'localhost'),
    region: standardRegion(overrides.region) ?? regionOf(host),
    text: trimmed,
  };
}

export function urlOf(endpoint: Endpoint): string {
  const host = isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host;
  return `${endpoint.protocol}://${host}${endpoint.port === undefined ? '' : `:${String(endpoint.port)}`}`;
}

function parse(url: string, text: string): URL {
  const bare = url.slice('https://'.length);
  try {
    return new URL(isIP(bare) === 6 ? `https://[${bare}]` : url);
  } catch {
    throw malformed(text);
  }
}

function malformed(text: string): AlluxioError {
  return new AlluxioError('INVALID_CONFIGURATION', `Invalid value ${text} for configuration key fs.oss.endpoint`, {
    hint: 'Write host, host:port, http://host or https://host, for example oss-cn-hangzhou.aliyuncs.com.',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function regionOf(host: string): string | undefined {
  const region = PUBLIC_HOST.exec(host)?.[1];
  // The accelerated hosts serve every region, and so name none.
  return region === undefined || ACCELERATED.test(region) ? undefined : region;
}

function standardRegion(region: string | undefined): string | undefined {
  return region === undefined || region.trim() === '' ? undefined : region.trim().replace(/^oss-/, '');
}
