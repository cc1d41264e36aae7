/** The frame of every page: head, navigation, foot. */
import { assetUrl } from './assets.ts';
import type { AssetName } from './assets.ts';
import type { Html, Part } from './html.ts';
import { html } from './html.ts';

export interface Frame {
  readonly role: 'master' | 'worker';
  readonly host: string;
  readonly version: string;
  /** Period of the automatic refresh. */
  readonly refreshMs: number;
  /** The reader may see all that this process's user may. */
  readonly owner: boolean;
  /** Where the master's pages are, for a worker's. */
  readonly masterUrl: string | undefined;
}

export interface Page {
  /** The route that is marked in the navigation. */
  readonly route: string;
  readonly title: string;
  /** Beside the title. */
  readonly lead?: Part;
  readonly body: Part;
  readonly scripts?: readonly AssetName[];
  /** False for what must not change under the reader's hands. */
  readonly refreshable?: boolean;
}

const MASTER_ROUTES = [
  ['/overview', 'Overview'],
  ['/browse', 'Browse'],
  ['/data', 'In-Alluxio Data'],
  ['/mounttable', 'Mount Table'],
  ['/workers', 'Workers'],
  ['/config', 'Configuration'],
  ['/logs', 'Logs'],
  ['/metrics', 'Metrics'],
] as const;

const WORKER_ROUTES = [
  ['/overview', 'Overview'],
  ['/blockInfo', 'Blocks'],
  ['/config', 'Configuration'],
  ['/logs', 'Logs'],
  ['/metrics', 'Metrics'],
] as const;

export function layout(frame: Frame, page: Page): Html {
  const routes = frame.role === 'master' ? MASTER_ROUTES : WORKER_ROUTES;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Alluxio ${frame.role}</title>
<link rel="icon" href="${assetUrl('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetUrl('style.css')}">
<script src="${assetUrl('theme.js')}"></script>
<script src="${assetUrl('app.js')}" defer></script>
${(page.scripts ?? []).map((name) => html`<script src="${assetUrl(name)}" defer></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/overview"><img src="${assetUrl('icon.svg')}" alt="" width="26" height="26"><span>Alluxio</span><span class="role">${frame.role}</span></a>
<nav class="tabs" aria-label="Pages"><ul>
${routes.map(([route, title]) => html`<li><a href="${route}" ${route === page.route ? html`aria-current="page"` : ''}>${title}</a></li>`)}
${frame.masterUrl === undefined ? '' : html`<li><a href="${frame.masterUrl}">Master ↗</a></li>`}
</ul></nav>
<div class="tools">
${page.refreshable === false ? '' : html`<label class="switch" hidden><input type="checkbox" id="refresh" data-period="${frame.refreshMs}"><span>Auto refresh</span></label>`}
<button type="button" id="theme" hidden aria-label="Colours: as the system"></button>
</div>
</header>
<main id="main" tabindex="-1">
<div class="heading"><h1>${page.title}</h1>${page.lead ?? ''}</div>
${page.body}
</main>
<footer class="foot">
<span>${frame.host} · version ${frame.version}</span>
<span>${frame.owner ? 'You see what the user of this server sees.' : html`You see what everybody may see. <a href="/signin">Sign in</a>`}</span>
</footer>
</body>
</html>`;
}
