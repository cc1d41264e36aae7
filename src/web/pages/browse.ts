import type { FileStatus } from '../../filesystem/file-system.ts';
import { cachedPercent, permissionText } from '../../filesystem/status-text.ts';
import type { Html, Part } from '../html.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { alert, badge, breadcrumbs, countText, link, nameText, sizeText, table, timeText } from '../parts.ts';

export interface DirectoryView {
  readonly status: FileStatus;
  readonly entries: readonly FileStatus[];
  /** Where the next page begins. */
  readonly next: string | undefined;
  /** Before which name the page before ends. */
  readonly previous: string | undefined;
  /** The name that was looked for. */
  readonly from: string | undefined;
  /** Position of the first row where it is known, from 0. */
  readonly position: number | undefined;
  readonly limit: number;
  readonly showOwners: boolean;
  /** Why this may not be all there is. */
  readonly stale: { readonly kind: 'loading' } | { readonly kind: 'failed'; readonly why: string } | undefined;
  readonly date: (ms: number) => string;
}

export const LIMITS = [20, 100, 500] as const;

export function directoryPage(view: DirectoryView): Page {
  const { status, stale } = view;
  return {
    route: '/browse',
    title: 'Browse',
    lead: html`<span class="muted">${status.childCount === 1 ? '1 entry' : `${countText(status.childCount)} entries`}</span>`,
    body: html`${breadcrumbs(status.path)}
${stale?.kind === 'loading' ? alert('info', 'This directory is still being read from its storage.', 'Reload to see more.') : ''}
${stale?.kind === 'failed' ? alert('warn', 'The storage does not answer; this is what is known.', nameText(stale.why)) : ''}
<div class="bar-row">
<form class="grow" action="/browse" role="search"><label class="hidden" for="path">Path</label><input type="text" class="mono" id="path" name="path" value="${status.path}" autocomplete="off" spellcheck="false"><button>Go</button></form>
<form action="/browse"><input type="hidden" name="path" value="${status.path}"><label class="hidden" for="from">Begin at name</label><input type="search" id="from" name="from" value="${view.from ?? ''}" placeholder="Begin at name…" autocomplete="off" spellcheck="false"><button>Find</button></form>
</div>
<section class="card">${entryTable(view)}${pager(view)}</section>`,
  };
}

function entryTable(view: DirectoryView): Html {
  const owners = view.showOwners ? [{ title: 'Mode', style: 'mono medium nowrap' }, { title: 'Owner', style: 'medium' }, { title: 'Group', style: 'wide' }] : [];
  return table({
    caption: `Content of ${view.status.path}`,
    columns: [
      { title: 'Name', style: 'path' },
      { title: 'Size', style: 'num' },
      { title: 'In Alluxio', style: 'num small' },
      { title: 'Persistence', style: 'medium' },
      ...owners,
      { title: 'Pinned', style: 'wide' },
      { title: 'Created', style: 'nowrap wide' },
      { title: 'Modified', style: 'nowrap small' },
    ],
    rows: view.entries.map((entry) => [
      entryLink(entry),
      entry.directory ? html`<span class="muted">${countText(entry.childCount)} entries</span>` : sizeText(entry.length),
      entry.directory ? html`<span class="muted">–</span>` : `${cachedPercent(entry)}%`,
      persistence(entry),
      ...(view.showOwners ? [permissionText(entry), nameText(entry.owner), nameText(entry.group)] : []),
      entry.pinned ? 'YES' : html`<span class="muted">NO</span>`,
      timeText(entry.createdMs, view.date(entry.createdMs)),
      timeText(entry.modifiedMs, view.date(entry.modifiedMs)),
    ]),
    empty: view.status.childCount > 0 ? 'Nothing comes after that name.' : 'This directory is empty.',
  });
}

export function persistence({ persistence: state }: Pick<FileStatus, 'persistence'>): Html {
  return badge(state === 'PERSISTED' ? 'good' : state === 'LOST' ? 'bad' : 'warn', state.replaceAll('_', ' ').toLowerCase());
}

const FOLDER = html`<svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true"><path d="M1.5 3.5A1.5 1.5 0 0 1 3 2h3l1.5 1.5H13A1.5 1.5 0 0 1 14.5 5v7A1.5 1.5 0 0 1 13 13.5H3A1.5 1.5 0 0 1 1.5 12z"/></svg>`;
const FILE = html`<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.3" aria-hidden="true"><path d="M4 1.7h5l3 3v9.6H4zM9 1.7v3h3"/></svg>`;

function entryLink(entry: FileStatus): Html {
  const mark = entry.mountPoint ? html` ${badge('plain', 'mount')}` : '';
  return html`<span class="entry ${entry.directory ? 'dir' : ''}">${entry.directory ? FOLDER : FILE}<span><a href="${link('/browse', { path: entry.path })}">${nameText(entry.name === '' ? '/' : entry.name)}${entry.directory ? '/' : ''}</a>${mark}</span></span>`;
}

function pager(view: DirectoryView): Part {
  const { status, entries, next, previous, position, limit } = view;
  const at = { path: status.path, limit: limit === LIMITS[1] ? undefined : limit };
  const shown = entries.length === 0 ? '' : position === undefined ? `${countText(entries.length)} shown` : `${countText(position + 1)}–${countText(position + entries.length)} of ${countText(status.childCount)}`;
  return html`<nav class="pager" aria-label="Pages of this directory"><span>${shown}</span>
<form class="inline" action="/browse"><input type="hidden" name="path" value="${status.path}"><label for="limit">Rows</label><select id="limit" name="limit" data-submits>${LIMITS.map((size) => html`<option ${size === limit ? 'selected' : ''}>${size}</option>`)}</select><noscript><button>Set</button></noscript></form>
<span class="steps"><a class="button" ${previous === undefined && entries.length > 0 ? html`aria-disabled="true"` : html`href="${link('/browse', at)}"`}>First</a>
<a class="button" rel="prev" ${previous === undefined ? html`aria-disabled="true"` : html`href="${link('/browse', { ...at, before: previous, n: position === undefined ? undefined : Math.max(0, position - limit) })}"`}>Previous</a>
<a class="button" rel="next" ${next === undefined ? html`aria-disabled="true"` : html`href="${link('/browse', { ...at, after: next, n: position === undefined ? undefined : position + entries.length })}"`}>Next</a></span></nav>`;
}

export interface CachedView {
  readonly route: string;
  readonly title: string;
  readonly lead: string;
  readonly files: readonly FileStatus[];
  readonly next: string | undefined;
  readonly first: boolean;
  readonly showOwners: boolean;
  readonly date: (ms: number) => string;
}

/** Files in the cache: those of the master that are there as a whole, those of a worker with any bytes. */
export function cachedPage(view: CachedView): Page {
  const owners = view.showOwners ? [{ title: 'Permission', style: 'mono medium nowrap' }, { title: 'Owner', style: 'medium' }, { title: 'Group', style: 'wide' }] : [];
  const target = view.route === '/data' ? '/browse' : view.route;
  const content = table({
    caption: view.title,
    columns: [{ title: 'Path', style: 'path' }, { title: 'Size', style: 'num' }, { title: 'In Alluxio', style: 'num' }, ...owners, { title: 'Pinned', style: 'wide' }, { title: 'Created', style: 'nowrap wide' }, { title: 'Modified', style: 'nowrap small' }],
    rows: view.files.map((file) => [
      html`<a href="${link(target, { path: file.path })}">${nameText(file.path)}</a>`,
      sizeText(file.length),
      `${cachedPercent(file)}%`,
      ...(view.showOwners ? [permissionText(file), nameText(file.owner), nameText(file.group)] : []),
      file.pinned ? 'YES' : html`<span class="muted">NO</span>`,
      timeText(file.createdMs, view.date(file.createdMs)),
      timeText(file.modifiedMs, view.date(file.modifiedMs)),
    ]),
    empty: view.first ? 'The cache is empty.' : 'That was all.',
  });
  return {
    route: view.route,
    title: view.title,
    lead: html`<span class="muted">${view.lead}</span>`,
    body: html`<section class="card">${content}<nav class="pager" aria-label="Pages"><span></span><span class="steps"><a class="button" ${view.first ? html`aria-disabled="true"` : html`href="${view.route}"`}>First</a>
<a class="button" rel="next" ${view.next === undefined ? html`aria-disabled="true"` : html`href="${link(view.route, { after: view.next })}"`}>Next</a></span></nav></section>`,
  };
}

