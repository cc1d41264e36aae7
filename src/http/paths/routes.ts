/** `/api/v1/paths/<absolute path>/<operation>`, as Alluxio's proxy has it, so that URLs look like `/api/v1/paths//dir/file/get-status`. */
import type { Hono } from 'hono';
import { AlluxioError } from '../../errors.ts';
import type { AlluxioPath } from '../../uri.ts';
import { plainPath } from '../../uri.ts';
import { requireWriter } from '../access.ts';
import { decoded } from '../params.ts';
import type { Site, SiteContext, SiteEnv } from '../site.ts';
import { READING } from './reading.ts';
import { WRITING } from './writing.ts';

const PREFIX = '/api/v1/paths/';

export function pathRoutes(app: Hono<SiteEnv>, site: Site): void {
  app.all(`${PREFIX}*`, (c) => answer(c, site));
}

async function answer(c: SiteContext, site: Site): Promise<Response> {
  const { path, operation } = target(c.req.url);
  const read = READING[operation];
  const write = WRITING[operation];
  if (read !== undefined) return read({ c, site, path });
  if (write === undefined) throw new AlluxioError('NOT_FOUND', `There is no operation "${operation}" on paths.`, { hint: `Known are ${[...Object.keys(READING), ...Object.keys(WRITING)].join(', ')}.` });
  requireWriter(c.get('reader'), site.resident.config);
  if (c.req.method !== 'POST') throw new AlluxioError('INVALID_ARGUMENT', `${operation} is a POST.`);
  return write({ c, site, path });
}

/** The last component is the operation; what stands before it is the path, with or without its own leading slash. */
function target(url: string): { path: AlluxioPath; operation: string } {
  const full = url.slice(url.indexOf('/', url.indexOf('://') + 3)).split('?', 1)[0] ?? '';
  const rest = full.slice(PREFIX.length).replace(/\/$/, '');
  const cut = rest.lastIndexOf('/');
  const path = decoded(cut < 0 ? '' : rest.slice(0, cut));
  return { path: plainPath(path.startsWith('/') ? path : `/${path}`), operation: decoded(rest.slice(cut + 1)) };
}
