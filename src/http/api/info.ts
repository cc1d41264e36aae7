/** `/api/v1/master/info` and `/api/v1/worker/info`. */
import { sum } from '../metrics/metrics.ts';
import { summaryOf } from '../gather/summary.ts';
import type { Site } from '../site.ts';
import { configurationOf, metricValues, mountRecords, tierTotals, workerRecord } from './records.ts';

export async function masterInfo(site: Site): Promise<Record<string, unknown>> {
  const { resident, recorder } = site;
  const [summary, metrics, mounts, blocks] = await Promise.all([summaryOf(site), recorder.metrics(), resident.fs.mounts.list(), resident.fs.watch.blockCount()]);
  const tiers = tierTotals(summary.now.tiers);
  return {
    capacity: summary.now.capacity,
    configuration: configurationOf(resident.config),
    lostWorkers: [],
    metrics: metricValues(metrics),
    mountPoints: mountRecords(mounts),
    rpcAddress: summary.address,
    startTimeMs: summary.startedMs,
    tierCapacity: tierCapacity(tiers),
    ufsCapacity: { total: -1, used: -1 },
    uptimeMs: Date.now() - summary.startedMs,
    version: summary.version,
    workers: summary.workers.map((worker) => workerRecord(worker, { tiers, blocks, config: resident.config })),
  };
}

export async function workerInfo(site: Site): Promise<Record<string, unknown>> {
  const { resident, recorder } = site;
  const [summary, metrics] = await Promise.all([summaryOf(site), recorder.metrics()]);
  const tiers = tierTotals(summary.now.tiers);
  return {
    capacity: { total: sum(tiers.map(({ total }) => total)), used: sum(tiers.map(({ used }) => used)) },
    configuration: configurationOf(resident.config),
    metrics: metricValues(metrics),
    rpcAddress: summary.address,
    startTimeMs: summary.startedMs,
    tierCapacity: tierCapacity(tiers),
    tierPaths: Object.fromEntries(summary.now.tiers.map(({ tier, directories }) => [tier, directories.map(({ path }) => path)])),
    uptimeMs: Date.now() - summary.startedMs,
    version: summary.version,
  };
}

function tierCapacity(tiers: ReturnType<typeof tierTotals>): Record<string, { total: number; used: number }> {
  return Object.fromEntries(tiers.map(({ tier, total, used }) => [tier, { total, used }]));
}
