/** The `webui_*` answers that only a worker gives. */
import { summaryOf } from '../gather/summary.ts';
import type { Site } from '../site.ts';
import { datesOf, uptimeText } from '../texts.ts';
import { permissionsShown } from './master.ts';
import { tierTotals } from './records.ts';

export async function workerInit({ resident }: Site): Promise<Record<string, unknown>> {
  const { config } = resident;
  const master = (await resident.residents()).find(({ role }) => role === 'master');
  return {
    debug: config.boolean('alluxio.debug'),
    webFileInfoEnabled: config.boolean('alluxio.web.file.info.enabled'),
    securityAuthorizationPermissionEnabled: permissionsShown(config),
    masterHostname: config.find('alluxio.master.hostname') ?? 'localhost',
    masterPort: master?.web?.port ?? config.integer('alluxio.master.web.port'),
    refreshInterval: config.duration('alluxio.web.refresh.interval'),
  };
}

export async function workerOverview(site: Site): Promise<Record<string, unknown>> {
  const summary = await summaryOf(site);
  const { tiers, capacity } = summary.now;
  return {
    workerInfo: { workerAddress: summary.address, startTime: datesOf(site.resident.config)(summary.startedMs), uptime: uptimeText(Date.now() - summary.startedMs) },
    capacityBytes: capacity.total,
    usedBytes: capacity.used,
    usageOnTiers: tierTotals(tiers).map(({ tier, total, used }) => ({ tierAlias: tier, capacityBytes: total, usedBytes: used })),
    storageDirs: tiers.flatMap(({ tier, directories }) => directories.map(({ path, capacity: total, used }) => ({ tierAlias: tier, dirPath: path, capacityBytes: total, usedBytes: used }))),
    version: summary.version,
  };
}
