import type { BlockInfo, FileStatus } from '../../filesystem/file-system.ts';
import { cachedPercent, permissionText } from '../../filesystem/status-text.ts';
import type { Html, Part } from '../html.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, breadcrumbs, card, countText, facts, link, nameText, sizeText, table, timeText } from '../parts.ts';
import { persistence } from './browse.ts';

/** A look into something long. */
export interface WindowView {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly size: number;
  readonly fromEnd: boolean;
}

export interface FileView {
  readonly status: FileStatus;
  /** Undefined where the content cannot be shown, for this reason. */
  readonly content: WindowView | { readonly why: string };
  readonly blocks: readonly BlockInfo[];
  readonly blockCount: number;
  readonly date: (ms: number) => string;
}

/** Blocks in the table; of a file with more it shows the first. */
export const MOST_BLOCKS = 1_000;
export const WINDOW_BYTES = 16 * 1024;

export function filePage(view: FileView): Page {
  const { status, content, blocks } = view;
  return {
    route: '/browse',
    title: status.name,
    lead: html`<a class="button primary" href="${downloadUrl(status.path)}" download>Download</a>`,
    refreshable: false,
    body: html`${breadcrumbs(status.path)}
<div class="columns">
${card('File', about(view))}
${card('Blocks', blockTable(blocks, view.blockCount), html`<span class="muted">Block size ${sizeText(status.blockSize)}</span>`)}
</div>
${'why' in content ? card('Content', html`<div class="empty">${nameText(content.why)}</div>`) : windowCard({ title: 'Content', page: '/browse', path: status.path, view: content })}`,
  };
}

export function downloadUrl(path: string): string {
  return `/api/v1/paths/${encodeURIComponent(path)}/download-file`;
}

function about({ status, date }: FileView): Html {
  return facts([
    ['Size', html`${sizeText(status.length)} <span class="muted">(${countText(status.length)} bytes)</span>`],
    ['In Alluxio', `${cachedPercent(status)}%`],
    ['Persistence', persistence(status)],
    ['Stored at', html`<span class="mono">${nameText(status.ufsPath)}</span>`],
    ['Owner, group, mode', html`${nameText(status.owner)}, ${nameText(status.group)}, <span class="mono">${permissionText(status)}</span>`],
    ['Pinned', status.pinned ? 'YES' : 'NO'],
    ...(status.ttlMs < 0 ? [] : ([['Time to live', `${countText(status.ttlMs)} ms, then ${status.ttlAction}`]] as const)),
    ['Created', timeText(status.createdMs, date(status.createdMs))],
    ['Modified', timeText(status.modifiedMs, date(status.modifiedMs))],
    ['File id', String(status.id)],
  ]);
}

export function blockTable(blocks: readonly BlockInfo[], count: number): Part {
  const content = table({
    caption: 'Blocks',
    columns: [{ title: 'Block id', style: 'mono' }, { title: 'Size', style: 'num' }, { title: 'Cached in' }],
    rows: blocks.map(({ id, length, tier }) => [String(id), sizeText(length), tier === undefined ? html`<span class="muted">not cached</span>` : badge('good', tier)]),
    empty: 'The file is empty and has no blocks.',
  });
  return count > blocks.length ? html`${content}<div class="pager">The first ${countText(blocks.length)} of ${countText(count)} blocks.</div>` : content;
}

export function windowCard({ title, page, path, view }: { title: string; page: string; path: string; view: WindowView }): Html {
  const { offset, size, bytes } = view;
  const end = offset + bytes.length;
  const at = (target: number | undefined, text: string): Html =>
    html`<a class="button" ${target === undefined ? html`aria-disabled="true"` : html`href="${link(page, { path, offset: target })}"`}>${text}</a>`;
  const controls = html`<form class="inline" action="${page}"><input type="hidden" name="path" value="${path}">
<label for="offset" class="muted">From byte</label><input id="offset" name="offset" type="number" min="0" step="1" value="${view.fromEnd ? size - offset : offset}">
<label class="hidden" for="end">Relative to</label><select id="end" name="end"><option value="">from the beginning</option><option value="1" ${view.fromEnd ? 'selected' : ''}>from the end</option></select><button>Go</button></form>`;
  return card(
    title,
    html`${size === 0 ? html`<div class="empty">It is empty.</div>` : html`<pre tabindex="0" aria-label="${title}" ${view.fromEnd ? 'data-tail' : ''}>${shown(bytes)}</pre>`}
<nav class="pager" aria-label="Parts"><span>${size === 0 ? '' : `Bytes ${countText(offset)}–${countText(end)} of ${countText(size)}`}</span><span class="steps">
${at(offset > 0 ? 0 : undefined, 'Begin')}${at(offset > 0 ? Math.max(0, offset - WINDOW_BYTES) : undefined, 'Before')}${at(end < size ? end : undefined, 'After')}${at(end < size ? Math.max(0, size - WINDOW_BYTES) : undefined, 'End')}</span></nav>`,
    controls,
  );
}

const BINARY_BYTES = 1024;

/** Text as it is; of what is no text the bytes. A character cut by the window's border makes no text binary. */
function shown(bytes: Buffer): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  const strange = (text.slice(4, -4).match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g) ?? []).length;
  if (strange * 20 <= text.length) return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, (char) => String.fromCharCode(0x2400 + (char === '\u007f' ? 0x21 : char.charCodeAt(0))));
  const lines: string[] = [];
  for (let from = 0; from < Math.min(bytes.length, BINARY_BYTES); from += 16) {
    const line = bytes.subarray(from, from + 16);
    const hex = [...line].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = [...line].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${from.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return `${lines.join('\n')}${bytes.length > BINARY_BYTES ? '\n…' : ''}`;
}
