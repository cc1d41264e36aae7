/** The web UI: what each page shows is gathered here, how it looks is in web/. */
import type { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { assetByName } from '../../web/assets.ts';
import type { Frame, Page } from '../../web/layout.ts';
import { layout } from '../../web/layout.ts';
import { configPage, mountPage } from '../../web/pages/cluster.ts';
import { failureBody, signInPage } from '../../web/pages/messages.ts';
import { metricsPage } from '../../web/pages/observe.ts';
import { listProperties } from '../../config/listing.ts';
import { AlluxioError } from '../../errors.ts';
import { COOKIE } from '../access.ts';
import type { Failure } from '../failure.ts';
import { parseParams } from '../params.ts';
import { smallBody } from '../paths/options.ts';
import type { Site, SiteContext, SiteEnv } from '../site.ts';
import { tokenFile } from '../token.ts';
import { blockInfoPage, browsePage, dataPage, logPages } from './files.ts';
import { overview, workers } from './cluster.ts';
import { neighbourUrl } from './neighbour.ts';

type Gather = (site: Site, c: SiteContext) => Page | Promise<Page>;

const COMMON: Readonly<Record<string, Gather>> = {
  '/': overview,
  '/overview': overview,
  '/config': ({ resident }) => configPage(listProperties(resident.config)),
  '/logs': logPages,
  '/metrics': async ({ recorder }) => metricsPage(await recorder.metrics(), recorder.periodMs),
  '/signin': ({ resident }) => signInPage(tokenFile(resident.config), false),
};

const MASTER: Readonly<Record<string, Gather>> = {
  '/browse': browsePage,
  '/data': dataPage,
  '/mounttable': async ({ resident }) => mountPage(await resident.fs.mounts.list({ space: true })),
  '/workers': workers,
};

const WORKER: Readonly<Record<string, Gather>> = { '/blockInfo': blockInfoPage };

export function pageRoutes(app: Hono<SiteEnv>, site: Site): void {
  const { role } = site.resident.process;
  for (const [route, gather] of Object.entries({ ...COMMON, ...(role === 'master' ? MASTER : WORKER) })) {
    app.get(route, async (c) => render(site, c, await gather(site, c)));
  }
  app.post('/signin', (c) => signIn(site, c));
  app.get('/favicon.ico', (c) => c.redirect('/assets/icon.svg'));
  app.get('/assets/:name', (c) => {
    const asset = assetByName(c.req.param('name'));
    if (asset === undefined) return c.notFound();
    return c.body(asset.body, 200, { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable' });
  });
  app.get('*', (c) => {
    if (c.req.path.startsWith('/api/') || !(c.req.header('accept') ?? '').includes('text/html')) throw new AlluxioError('NOT_FOUND', 'There is no such page.');
    return render(site, c, failureBody({ status: 404, message: 'There is no such page.', hint: undefined, signIn: false }), 404);
  });
}

async function render(site: Site, c: SiteContext, page: Page, status = 200): Promise<Response> {
  const text = layout(await frameOf(site, c), page).toString();
  return new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

async function frameOf({ resident }: Site, c: SiteContext): Promise<Frame> {
  const { process: own, config } = resident;
  const master = own.role === 'worker' ? (await resident.residents()).find(({ role }) => role === 'master')?.web : undefined;
  return {
    role: own.role,
    host: own.identity.host,
    version: resident.version,
    refreshMs: config.duration('alluxio.web.refresh.interval'),
    owner: (c.get('reader') as string | undefined) !== undefined && c.get('reader') !== 'anybody',
    masterUrl: master === undefined ? undefined : neighbourUrl(c, master.port),
  };
}

async function signIn(site: Site, c: SiteContext): Promise<Response> {
  const shown = parseParams(await smallBody(c)).get('token')?.trim() ?? '';
  const cookie = await site.access.signIn(shown);
  if (cookie === undefined) return render(site, c, signInPage(tokenFile(site.resident.config), true), 403);
  setCookie(c, COOKIE, cookie, { httpOnly: true, sameSite: 'Strict', path: '/' });
  return c.redirect('/overview', 303);
}

export function failurePage(site: Site, c: SiteContext, { status, message, hint }: Failure): Promise<Response> {
  const mayHelp = status === 403 && c.get('reader') === 'anybody';
  return render(site, c, failureBody({ status, message, hint, signIn: mayHelp }), status);
}
