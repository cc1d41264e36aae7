import { formatSize } from '../../terminal/size.ts';
import type { Page } from '../layout.ts';
import type { Part } from '../html.ts';
import { html } from '../html.ts';
import { alert, badge, card, countText, durationText, facts, nameText, sizeText, stat, table, timeText, usageBar } from '../parts.ts';

export interface TierRow {
  readonly tier: string;
  readonly path: string | undefined;
  readonly total: number;
  readonly used: number;
}

export interface JobRow {
  readonly name: string;
  readonly lastRun: { readonly ms: number; readonly text: string } | undefined;
  readonly lastFailure: string | undefined;
  readonly backlog: number | undefined;
  readonly done: number;
}

export interface OperationRow {
  readonly kind: string;
  readonly user: string;
  readonly command: string;
  readonly process: string;
  readonly alive: boolean;
  readonly ageMs: number;
}

export interface OverviewView {
  readonly role: 'master' | 'worker';
  readonly address: string;
  readonly clusterId: string;
  readonly started: { readonly ms: number; readonly text: string };
  readonly version: string;
  readonly workers: number;
  readonly problems: readonly string[];
  readonly total: number;
  readonly used: number;
  readonly tiers: readonly TierRow[];
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  readonly pending: number;
  readonly journalFree: { readonly free: number; readonly size: number } | undefined;
  readonly jobs: readonly JobRow[];
  /** Undefined where the reader may not see who does what. */
  readonly operations: readonly OperationRow[] | undefined;
}

export function overviewPage(view: OverviewView): Page {
  const fine = view.problems.length === 0;
  return {
    route: '/overview',
    title: 'Overview',
    lead: fine ? badge('good', 'Healthy') : badge('bad', 'Needs attention'),
    body: html`${fine ? '' : alert('bad', 'This process cannot do its work.', html`<ul>${view.problems.map((problem) => html`<li>${problem}</li>`)}</ul>`)}
<div class="stats">
${stat('Cache used', html`${sizeText(view.used)}`, usageBar(view.used, view.total, 'Cache'))}
${stat('Files', countText(view.files), `${countText(view.directories)} directories, ${formatSize(view.bytes)}`)}
${stat('To be persisted', countText(view.pending), view.pending === 0 ? 'No file waits for its storage' : 'Files that wait for their storage')}
${view.role === 'master' ? stat('Running workers', countText(view.workers), view.workers === 0 ? 'Commands work without one' : 'In service') : stat('Uptime', durationText(Date.now() - view.started.ms), html`since ${timeText(view.started.ms, view.started.text)}`)}
</div>
<div class="columns">
${card('Summary', summary(view))}
${view.role === 'master' ? card('Storage usage', tiers(view)) : ''}
</div>
${view.role === 'worker' ? card('Storage directories', tiers(view)) : ''}
${card('Background work', jobs(view.jobs))}
${view.operations === undefined ? '' : card('Operations under way', operations(view.operations))}`,
  };
}

function summary(view: OverviewView): Part {
  return facts([
    [view.role === 'master' ? 'Master address' : 'Worker address', view.address],
    ...(view.clusterId === '' ? [] : ([['Cluster id', view.clusterId]] as const)),
    ['Started', timeText(view.started.ms, view.started.text)],
    ['Uptime', durationText(Date.now() - view.started.ms)],
    ['Version', view.version],
    ...(view.journalFree === undefined ? [] : ([["Journal's disk", html`${sizeText(view.journalFree.free)} free of ${sizeText(view.journalFree.size)}`]] as const)),
  ]);
}

function tiers({ tiers: rows, role }: OverviewView): Part {
  const withPath = role === 'worker';
  return table({
    caption: 'Storage usage',
    columns: [{ title: 'Tier' }, ...(withPath ? [{ title: 'Directory', style: 'path' }] : []), { title: 'Capacity', style: 'num' }, { title: 'Used', style: 'num' }, { title: 'Usage' }],
    rows: rows.map(({ tier, path, total, used }) => [tier, ...(withPath ? [nameText(path ?? '')] : []), sizeText(total), sizeText(used), usageBar(used, total, tier)]),
    empty: 'No cache tier is configured.',
  });
}

function jobs(rows: readonly JobRow[]): Part {
  return table({
    caption: 'Background work',
    columns: [{ title: 'Job' }, { title: 'State' }, { title: 'Waiting', style: 'num' }, { title: 'Done', style: 'num' }, { title: 'Last run', style: 'nowrap small' }],
    rows: rows.map(({ name, lastRun, lastFailure, backlog, done }) => [
      name,
      lastFailure === undefined ? badge(lastRun === undefined ? 'plain' : 'good', lastRun === undefined ? 'not yet run' : 'fine') : html`${badge('bad', 'failing')} <span class="muted">${lastFailure}</span>`,
      backlog === undefined ? '–' : countText(backlog),
      countText(done),
      lastRun === undefined ? '–' : timeText(lastRun.ms, lastRun.text),
    ]),
    empty: 'Nothing runs in the background.',
  });
}

function operations(rows: readonly OperationRow[]): Part {
  return table({
    caption: 'Operations under way',
    columns: [{ title: 'Kind' }, { title: 'User' }, { title: 'Command', style: 'path' }, { title: 'Process', style: 'nowrap small' }, { title: 'Since', style: 'num' }],
    rows: rows.map(({ kind, user, command, process, alive, ageMs }) => [
      html`${kind} ${alive ? '' : badge('warn', 'its process is gone')}`,
      nameText(user),
      nameText(command),
      process,
      durationText(ageMs),
    ]),
    empty: 'No command is in the middle of something.',
  });
}
