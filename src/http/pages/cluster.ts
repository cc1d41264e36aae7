import type { Page } from '../../web/layout.ts';
import { workersPage } from '../../web/pages/cluster.ts';
import { overviewPage } from '../../web/pages/overview.ts';
import { tierTotals } from '../api/records.ts';
import { summaryOf } from '../gather/summary.ts';
import type { Site, SiteContext } from '../site.ts';
import { datesOf } from '../texts.ts';
import { neighbourUrl } from './neighbour.ts';

export async function overview(site: Site, c: SiteContext): Promise<Page> {
  const { resident } = site;
  const { role } = resident.process;
  const summary = await summaryOf(site);
  const { capacity, tiers, known, pending, journal } = summary.now;
  const date = datesOf(resident.config);
  const moment = (ms: number) => ({ ms, text: date(ms) });
  return overviewPage({
    role,
    address: summary.address,
    clusterId: summary.clusterId,
    started: moment(summary.startedMs),
    version: summary.version,
    workers: summary.workers.length,
    problems: summary.problems,
    total: capacity.total,
    used: capacity.used,
    tiers:
      role === 'worker'
        ? tiers.flatMap(({ tier, directories }) => directories.map(({ path, capacity: total, used }) => ({ tier, path, total, used })))
        : tierTotals(tiers).map((tier) => ({ ...tier, path: undefined })),
    files: known.files,
    directories: known.directories,
    bytes: known.bytes,
    pending,
    journalFree: journal,
    jobs: resident.jobs().map(({ lastRunMs, ...job }) => ({ ...job, lastRun: lastRunMs === undefined ? undefined : moment(lastRunMs) })),
    operations:
      c.get('reader') === 'anybody'
        ? undefined
        : resident.fs.watch.operations().map(({ kind, user, command, host, pid, alive, startedMs }) => ({ kind, user, command, alive, process: `${pid} on ${host}`, ageMs: Date.now() - startedMs })),
  });
}

export async function workers(site: Site, c: SiteContext): Promise<Page> {
  const [summary, blocks] = await Promise.all([summaryOf(site), site.resident.fs.watch.blockCount()]);
  const rows = summary.workers.map(({ identity, startedMs, web }) => ({ host: identity.host, pid: identity.pid, startedMs, url: web === undefined ? undefined : neighbourUrl(c, web.port) }));
  return workersPage({ workers: rows, ...summary.now.capacity, blocks });
}
