/** Logs and metrics. */
import type { Html } from '../html.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { card, countText, link, nameText, sizeText, table, timeText } from '../parts.ts';
import type { WindowView } from './file.ts';
import { windowCard } from './file.ts';

export interface LogRow {
  readonly name: string;
  readonly size: number;
  readonly modified: { readonly ms: number; readonly text: string };
}

export function logsPage(folder: string, rows: readonly LogRow[]): Page {
  return {
    route: '/logs',
    title: 'Logs',
    lead: html`<span class="muted mono">${nameText(folder)}</span>`,
    body: html`<section class="card">${table({
      caption: 'Log files',
      columns: [{ title: 'File', style: 'path' }, { title: 'Size', style: 'num' }, { title: 'Modified', style: 'nowrap' }],
      rows: rows.map(({ name, size, modified }) => [html`<a href="${link('/logs', { path: name, offset: 16_384, end: 1 })}">${nameText(name)}</a>`, sizeText(size), timeText(modified.ms, modified.text)]),
      empty: 'No log has been written yet.',
    })}</section>`,
  };
}

export function logPage(name: string, view: WindowView): Page {
  return {
    route: '/logs',
    title: name,
    lead: html`<a href="/logs">All logs</a>`,
    body: windowCard({ title: 'Log', page: '/logs', path: name, view }),
  };
}

interface Chart {
  readonly title: string;
  readonly series: readonly (readonly [name: string, label: string])[];
  readonly unit: 'bytes' | 'count' | 'percent';
}

const CHARTS: readonly Chart[] = [
  { title: 'Cache', series: [['cacheUsed', 'Used'], ['cacheTotal', 'Capacity']], unit: 'bytes' },
  { title: 'Namespace', series: [['files', 'Files']], unit: 'count' },
  { title: 'Changes per minute', series: [['created', 'Created'], ['deleted', 'Removed'], ['renamed', 'Renamed']], unit: 'count' },
  { title: 'Written to the cache per minute', series: [['cachedRate', 'Bytes']], unit: 'bytes' },
  { title: 'To be persisted', series: [['pending', 'Files waiting'], ['persisted', 'Persisted per minute']], unit: 'count' },
  { title: 'Bytes in the namespace', series: [['bytes', 'Bytes']], unit: 'bytes' },
  { title: 'Processor use of this process', series: [['cpu', 'Processor']], unit: 'percent' },
  { title: 'Memory of this process', series: [['memory', 'Memory']], unit: 'bytes' },
];

export interface MetricRow {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

export function metricsPage(rows: readonly MetricRow[], chartPeriodMs: number): Page {
  const spans = html`<div class="group" role="group" aria-label="Time shown"><button type="button" data-span="hour" aria-pressed="true">Last hour</button><button type="button" data-span="day" aria-pressed="false">Last day</button></div>`;
  return {
    route: '/metrics',
    title: 'Metrics',
    lead: spans,
    scripts: ['charts.js'],
    refreshable: false,
    body: html`<div class="charts" data-chart-period="${chartPeriodMs}">${CHARTS.map(figure)}</div>
${card(
  'All metrics',
  table({
    caption: 'All metrics',
    columns: [{ title: 'Metric', style: 'path' }, { title: 'Value', style: 'num' }, { title: 'Meaning', style: 'medium' }],
    rows: rows.map(({ name, help, value }) => [name, /Bytes|Capacity|Memory/.test(name) ? sizeText(value) : countText(value), help]),
    empty: 'There are no metrics.',
  }),
  html`<span class="muted">for machines: <a href="/metrics/prometheus/">Prometheus</a>, <a href="/metrics/json/">JSON</a></span>`,
)}`,
  };
}

function figure({ title, series, unit }: Chart): Html {
  return html`<figure class="chart" data-series="${series.map(([name]) => name).join(',')}" data-labels="${series.map(([, label]) => label).join(',')}" data-unit="${unit}"><figcaption>${title}</figcaption><div class="plot" role="img"></div><p class="note"><noscript>Charts need JavaScript; the numbers are below.</noscript></p></figure>`;
}
