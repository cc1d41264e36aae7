/** Mount table, workers, configuration. */
import type { MountPoint } from '../../filesystem/file-system.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, card, countText, durationText, link, nameText, sizeText, table, usageBar } from '../parts.ts';

export function mountPage(mounts: readonly MountPoint[]): Page {
  const space = (bytes: number | undefined) => (bytes === undefined ? html`<span class="muted">unknown</span>` : sizeText(bytes));
  return {
    route: '/mounttable',
    title: 'Mount Table',
    lead: html`<span class="muted">${mounts.length === 1 ? '1 mount point' : `${countText(mounts.length)} mount points`}</span>`,
    body: html`<section class="card">${table({
      caption: 'Mount table',
      columns: [{ title: 'Mount point', style: 'path' }, { title: 'Under storage', style: 'path' }, { title: 'Type' }, { title: 'Capacity', style: 'num medium' }, { title: 'Used', style: 'num medium' }, { title: 'Access' }, { title: 'Shared', style: 'medium' }, { title: 'Properties', style: 'path wide' }],
      rows: mounts.map((mount) => [
        html`<a href="${link('/browse', { path: mount.path })}">${nameText(mount.path)}</a>`,
        nameText(mount.ufsUri.toString()),
        mount.type,
        space(mount.space?.capacity),
        space(mount.space?.used),
        mount.readOnly ? badge('warn', 'read only') : badge('good', 'read and write'),
        mount.shared ? 'YES' : html`<span class="muted">NO</span>`,
        Object.keys(mount.properties).length === 0 ? html`<span class="muted">–</span>` : Object.entries(mount.properties).map(([key, value]) => html`<div>${nameText(`${key}=${value}`)}</div>`),
      ]),
      empty: 'Nothing is mounted.',
    })}</section>`,
  };
}

export interface WorkerRow {
  readonly host: string;
  readonly pid: number;
  readonly url: string | undefined;
  readonly startedMs: number;
}

export interface WorkersView {
  readonly workers: readonly WorkerRow[];
  readonly total: number;
  readonly used: number;
  readonly blocks: number;
}

export function workersPage({ workers, total, used, blocks }: WorkersView): Page {
  return {
    route: '/workers',
    title: 'Workers',
    body: html`${card(
      'Live workers',
      table({
        caption: 'Live workers',
        columns: [{ title: 'Node' }, { title: 'State' }, { title: 'Uptime', style: 'nowrap' }, { title: 'Blocks', style: 'num' }, { title: 'Capacity', style: 'num' }, { title: 'Used', style: 'num' }, { title: 'Usage' }],
        rows: workers.map(({ host, pid, url, startedMs }) => [
          html`${url === undefined ? host : html`<a href="${url}">${host}</a>`} <span class="muted">process ${pid}</span>`,
          badge('good', 'In Service'),
          durationText(Date.now() - startedMs),
          countText(blocks),
          sizeText(total),
          sizeText(used),
          usageBar(used, total, host),
        ]),
        empty: html`No worker runs. Commands use the cache without one; a worker evicts ahead of need and checks blocks.<br>Start it with <code>alluxio-start.sh worker</code>.`,
      }),
    )}
${card('Lost workers', html`<div class="empty">None: a worker whose process is gone leaves nothing behind.</div>`)}`,
  };
}

export interface ConfigRow {
  readonly key: string;
  readonly value: string | undefined;
  readonly source: string;
}

export function configPage(rows: readonly ConfigRow[]): Page {
  const set = rows.filter(({ source }) => source !== 'DEFAULT').length;
  return {
    route: '/config',
    title: 'Configuration',
    lead: html`<span class="muted">${countText(rows.length)} properties, ${countText(set)} of them set; credentials are masked</span>`,
    refreshable: false,
    body: html`<section class="card"><header><h2>Properties</h2><form class="inline" role="search" hidden><label class="hidden" for="filter">Filter</label><input type="search" id="filter" data-filters="properties" placeholder="Filter by name…" autocomplete="off" spellcheck="false"></form></header>
${table({
  caption: 'Properties',
  id: 'properties',
  columns: [{ title: 'Property', style: 'path' }, { title: 'Value', style: 'path' }, { title: 'Source', style: 'small' }],
  rows: rows.map(({ key, value, source }) => [key, value === undefined ? html`<span class="muted">not set</span>` : nameText(value), source === 'DEFAULT' ? html`<span class="muted">default</span>` : nameText(source)]),
  empty: 'There are no properties.',
})}<div class="empty" id="properties-none" hidden>No property has that in its name.</div></section>
${card('Whitelist', html`<div class="pad mono">/</div>`)}`,
  };
}
