/** Pieces that several pages are made of. */
import { formatSize, percentOf } from '../terminal/size.ts';
import { onOneLine } from '../terminal/escape.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT, componentsOf, joinPath } from '../uri.ts';
import type { Html, Part } from './html.ts';
import { html } from './html.ts';

/** They make `exe.txt` of what ends in `.exe`. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name from anywhere: characters that control are shown, not obeyed; text that runs from right to left does so alone. */
export function nameText(name: string): Html {
  return html`<bdi>${onOneLine(name).replace(TURNING, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}</bdi>`;
}

export function sizeText(bytes: number): Html {
  return html`<span title="${bytes.toLocaleString('en-US')} bytes">${formatSize(bytes)}</span>`;
}

export function countText(value: number): string {
  return value.toLocaleString('en-US');
}

export function timeText(ms: number, text: string): Html {
  return html`<time datetime="${Number.isFinite(ms) ? new Date(ms).toISOString() : ''}">${text}</time>`;
}

/** `2 days 3 h`, `4 min 5 s`: the two largest units. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** How much of a whole is used, as a bar with its words. */
export function usageBar(used: number, total: number, label: string): Html {
  const percent = Math.min(100, percentOf(used, total, 0));
  const level = percent >= 95 ? 'full' : percent >= 80 ? 'high' : 'fine';
  return html`<span class="usage"><svg class="bar ${level}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${label}: ${percent}% used"><rect class="track" width="100" height="8"></rect><rect class="fill" width="${percent}" height="8"></rect></svg><span class="num">${percent}%</span></span>`;
}

export interface Column {
  readonly title: Part;
  /** Classes of its cells: `num` to the right, `wide` only where there is room, `mono`. */
  readonly style?: string;
}

/** Heads stay while the rows scroll. `empty` stands where there are no rows. */
export function table(options: { caption: string; columns: readonly Column[]; rows: readonly (readonly Part[])[]; empty: Part; id?: string }): Html {
  const { caption, columns, rows } = options;
  if (rows.length === 0) return html`<div class="empty">${options.empty}</div>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table ${options.id === undefined ? '' : html`id="${options.id}"`}>
<caption class="hidden">${caption}</caption>
<thead><tr>${columns.map(({ title, style }) => html`<th scope="col" class="${style ?? ''}">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, at) => html`<td class="${columns[at]?.style ?? ''}">${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

export function card(title: string, body: Part, more: Part = ''): Html {
  return html`<section class="card"><header><h2>${title}</h2>${more}</header>${body}</section>`;
}

export function facts(rows: readonly (readonly [string, Part])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function stat(title: string, value: Part, note: Part = ''): Html {
  return html`<div class="stat"><span class="title">${title}</span><span class="value">${value}</span><span class="note">${note}</span></div>`;
}

export function alert(kind: 'bad' | 'warn' | 'info', title: string, body: Part = ''): Html {
  return html`<div class="alert ${kind}" role="${kind === 'info' ? 'status' : 'alert'}"><strong>${title}</strong> ${body}</div>`;
}

export function badge(kind: 'good' | 'warn' | 'bad' | 'plain', text: string): Html {
  return html`<span class="badge ${kind}">${text}</span>`;
}

/** A URL with parameters, what is undefined left out. */
export function link(page: string, params: Readonly<Record<string, string | number | undefined>>): string {
  const query = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`]));
  return query.length === 0 ? page : `${page}?${query.join('&')}`;
}

export function breadcrumbs(path: AlluxioPath): Html {
  let at = ROOT;
  const names = componentsOf(path);
  const crumbs = names.map((name, i) => {
    at = joinPath(at, name);
    return i === names.length - 1 ? html`<li aria-current="page">${nameText(name)}</li>` : html`<li><a href="${link('/browse', { path: at })}">${nameText(name)}</a></li>`;
  });
  return html`<nav class="crumbs" aria-label="Path"><ol><li>${path === ROOT ? html`<span aria-current="page">Root</span>` : html`<a href="/browse">Root</a>`}</li>${crumbs}</ol></nav>`;
}
