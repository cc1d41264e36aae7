/** `webui_metrics` of master and worker. What readers do is not recorded here, since commands are processes of their own: it says `UNKNOWN`, not 0. */
import { percentOf } from '../../terminal/size.ts';
import type { Metric } from '../metrics/metrics.ts';
import { SERIES } from '../metrics/series.ts';
import type { SeriesName } from '../metrics/series.ts';
import type { Site } from '../site.ts';

const SOURCES = ['Local', 'DomainSocket', 'Remote', 'Ufs'] as const;
const UNKNOWN = 'UNKNOWN';

export async function masterMetrics(site: Site): Promise<Record<string, unknown>> {
  const { recorder, resident } = site;
  const [{ capacity, journal }, metrics] = await Promise.all([recorder.snapshot(), recorder.metrics()]);
  const used = percentOf(capacity.used, capacity.total, 0);
  const moved = SOURCES.flatMap((source) => ['Read', 'Written'].flatMap((way) => [`totalBytes${way}${source}`, `totalBytes${way}${source}Throughput`]));
  return {
    masterCapacityUsedPercentage: used,
    masterCapacityFreePercentage: 100 - used,
    masterUnderfsCapacityUsedPercentage: UNKNOWN,
    masterUnderfsCapacityFreePercentage: UNKNOWN,
    ...Object.fromEntries(moved.map((name) => [name, UNKNOWN])),
    cacheHitLocal: UNKNOWN,
    cacheHitRemote: UNKNOWN,
    cacheMiss: UNKNOWN,
    ufsReadSize: {},
    ufsWriteSize: {},
    ufsOps: {},
    ufsOpsSaved: {},
    operationMetrics: operations(metrics, 'Master.'),
    rpcInvocationMetrics: {},
    timeSeriesMetrics: timeSeries(site),
    journalDiskMetrics:
      journal === undefined
        ? []
        : [{ diskPath: resident.config.get('alluxio.master.journal.folder'), totalAllocatedBytes: journal.size, usedBytes: journal.size - journal.free, availableBytes: journal.free, percentAvailable: percentOf(journal.free, journal.size, 0) }],
    journalLastCheckpointTime: 'N/A',
    journalEntriesSinceCheckpoint: journal?.seq ?? 0,
  };
}

export async function workerMetrics({ recorder }: Site): Promise<Record<string, unknown>> {
  const [{ capacity }, metrics] = await Promise.all([recorder.snapshot(), recorder.metrics()]);
  const used = percentOf(capacity.used, capacity.total, 0);
  return { workerCapacityUsedPercentage: used, workerCapacityFreePercentage: 100 - used, operationMetrics: operations(metrics, 'Worker.') };
}

function operations(metrics: readonly Metric[], prefix: string): Record<string, unknown> {
  const own = metrics.filter(({ name }) => name.startsWith(prefix));
  return Object.fromEntries(own.map(({ name, kind, value }) => [name.slice(prefix.length), kind === 'counter' ? { count: value } : { value }]));
}

function timeSeries({ recorder }: Site): unknown[] {
  const { timesMs, values } = recorder.history('hour');
  return (Object.keys(SERIES) as SeriesName[]).map((name) => ({ name: SERIES[name], dataPoints: timesMs.map((timeStamp, at) => ({ timeStamp, value: values[name][at] ?? 0 })) }));
}
