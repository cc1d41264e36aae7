import type { SiteContext } from '../site.ts';

/** The same host as the reader called this one, at another port. */
export function neighbourUrl(c: SiteContext, port: number): string {
  return `http://${(c.env.incoming.headers.host ?? 'localhost').replace(/:\d+$/, '')}:${port}/`;
}
