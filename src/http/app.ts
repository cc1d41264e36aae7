/** Everything that the web port answers, in one table of routes. */
import { Hono } from 'hono';
import { isAlluxioError, messageOf } from '../errors.ts';
import { Access } from './access.ts';
import { apiRoutes } from './api/routes.ts';
import { failureJson, failureOf } from './failure.ts';
import { SECURITY_HEADERS, guard } from './guard.ts';
import { health, readiness } from './health.ts';
import { hiderOf } from './hiding.ts';
import { dropwizard, prometheus } from './metrics/formats.ts';
import { Recorder } from './metrics/recorder.ts';
import { failurePage, pageRoutes } from './pages/routes.ts';
import { RangeFailure } from './paths/download.ts';
import { pathRoutes } from './paths/routes.ts';
import { Refresher } from './refresher.ts';
import type { Site, SiteContext, SiteEnv } from './site.ts';
import type { ServedResident } from './served.ts';

export interface AppOptions {
  readonly host: string;
  readonly log: (line: string) => void;
  /** Between two points of the charts. */
  readonly samplePeriodMs: number;
}

export interface App {
  fetch(request: Request, env: object): Response | Promise<Response>;
  /** Ends what runs besides answering. */
  close(): void;
}

export function createApp(resident: ServedResident, { host, log, samplePeriodMs }: AppOptions): App {
  const site: Site = { resident, log, access: new Access(resident, log), recorder: new Recorder(resident, log, samplePeriodMs), refresher: new Refresher(resident.fs) };
  const app = new Hono<SiteEnv>();
  app.onError((error, c) => failed(site, error, c));
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    if (c.res.headers.get('cache-control') === null) c.header('cache-control', 'no-store');
  });
  app.use(guard(resident.config, host));
  app.get('/health', () => health(resident));
  app.get('/ready', () => readiness(resident));
  app.use(async (c, next) => {
    c.set('reader', await site.access.readerOf(c));
    return next();
  });
  metricRoutes(app, site);
  apiRoutes(app, site);
  pathRoutes(app, site);
  if (resident.config.boolean('alluxio.web.ui.enabled')) pageRoutes(app, site);
  app.notFound((c) => c.json({ statusCode: 'NOT_FOUND', message: 'There is no such page.' }, 404));
  return { fetch: (request, env) => app.fetch(request, env), close: () => site.recorder.close() };
}

function metricRoutes(app: Hono<SiteEnv>, { resident, recorder }: Site): void {
  for (const path of ['/metrics/json', '/metrics/json/']) app.get(path, async (c) => c.json(dropwizard(await recorder.metrics())));
  for (const path of ['/metrics/prometheus', '/metrics/prometheus/']) {
    app.get(path, async (c) => {
      const { text, contentType } = await prometheus(resident, await recorder.metrics());
      return c.body(text, 200, { 'content-type': contentType });
    });
  }
  app.get('/metrics/series', (c) => c.json(recorder.history(c.req.query('span') === 'day' ? 'day' : 'hour')));
}

async function failed(site: Site, error: unknown, c: SiteContext): Promise<Response> {
  if (error instanceof RangeFailure) return c.json({ statusCode: 'INVALID_ARGUMENT', message: error.message }, 416, Object.fromEntries(error.headers));
  const hide = hiderOf(c);
  const failure = failureOf(error, hide);
  if (failure.code === 'INTERNAL') site.log(hide(`${c.req.method} ${c.req.path}: ${(!isAlluxioError(error) && error instanceof Error ? error.stack : undefined) ?? messageOf(error)}`));
  const wantsPage = !c.req.path.startsWith('/api/') && !c.req.path.startsWith('/metrics/') && (c.req.header('accept') ?? '').includes('text/html');
  if (wantsPage) return failurePage(site, c, failure);
  return new Response(failureJson(failure), { status: failure.status, headers: { 'content-type': 'application/json' } });
}
