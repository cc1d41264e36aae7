/** Which requests are looked at: those that name this server, from whoever may ask in this way. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/config.ts';
import { AlluxioError } from '../errors.ts';
import type { SiteEnv } from './site.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST']);

/**
 * A page of somebody else's may let its own name point here (DNS rebinding) and would then read what its visitor may read: only names by which
 * this server is really called are answered. An address cannot be rebound.
 */
export function guard(config: Config, bindHost: string): MiddlewareHandler<SiteEnv> {
  const names = new Set(['localhost', hostname(), bindHost, config.find('alluxio.master.hostname'), config.find('alluxio.worker.hostname')].map((name) => name?.toLowerCase()));
  return async (c, next) => {
    const host = hostOf(c.env.incoming.headers.host ?? '');
    if (host === undefined || !(isIP(host) !== 0 || names.has(host))) {
      throw new AlluxioError('PERMISSION_DENIED', 'This server is not called by that name.', { hint: 'Use its address, localhost, or the name in alluxio.master.hostname.' });
    }
    if (!METHODS.has(c.req.method)) {
      return c.json({ statusCode: 'UNSUPPORTED', message: `${c.req.method} is not a method of this server.` }, 405, { allow: [...METHODS].join(', ') });
    }
    if (c.req.method === 'POST' && isForeign(c.req.header('origin'), c.env.incoming.headers.host, c.req.header('sec-fetch-site'))) {
      throw new AlluxioError('PERMISSION_DENIED', 'Pages of other sites may not write here.');
    }
    return next();
  };
}

/** Lower case, without port and brackets; undefined when it is no host at all. */
function hostOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9._-]+))(?::\d{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** Browsers tell where a request comes from; whatever else sends one has no visitor's rights to abuse. */
export function isForeign(origin: string | undefined, host: string | undefined, site: string | undefined): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${host ?? ''}`;
}

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not `no-referrer`: with that, browsers call the origin of our own forms `null`.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};
