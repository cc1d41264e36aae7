import { askResident } from '../../resident/ask.ts';
import type { ResidentRecord } from '../../resident/records.ts';
import { formatSize } from '../../terminal/size.ts';
import type { CommandContext } from '../command.ts';
import { sumOf } from './report-summary.ts';
import { residentsOf } from './residents.ts';

interface Metric {
  readonly name: string;
  readonly type: 'COUNTER' | 'GAUGE';
  readonly value: number;
}

/** What the running processes count, the master's word before the worker's; without any, what the journal knows. */
export async function reportMetrics(ctx: CommandContext): Promise<void> {
  const running = residentsOf(ctx);
  const told = await Promise.all(running.map((resident) => metricsOf(ctx, resident)));
  const metrics = running.length === 0 ? await fromJournal(ctx) : [...new Map(told.reverse().flat().map((metric) => [metric.name, metric])).values()];
  for (const { name, type, value } of [...metrics].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (ctx.out.json) ctx.out.record({ name, type, value });
    else ctx.out.line(`${name}  (Type: ${type}, Value: ${/Bytes|Capacity|Memory/.test(name) ? formatSize(value) : value.toLocaleString('en-US')})`);
  }
}

async function metricsOf(ctx: CommandContext, resident: ResidentRecord): Promise<Metric[]> {
  const { gauges, counters } = await askResident(ctx.config, resident, { method: 'GET', path: '/metrics/json/' });
  return [...valuesOf(gauges, 'value', 'GAUGE'), ...valuesOf(counters, 'count', 'COUNTER')];
}

function valuesOf(group: unknown, field: string, type: Metric['type']): Metric[] {
  if (typeof group !== 'object' || group === null) return [];
  return Object.entries(group as Record<string, Record<string, unknown>>).flatMap(([name, { [field]: value }]) => (typeof value === 'number' ? [{ name, type, value }] : []));
}

async function fromJournal(ctx: CommandContext): Promise<Metric[]> {
  const fs = await ctx.fileSystem();
  const tiers = await fs.storage.capacity();
  const { files, directories, toBePersisted, logged } = (await fs.admin()).summary();
  const [total, used] = [sumOf(tiers, 'capacity'), sumOf(tiers, 'used')];
  const values = {
    'Cluster.CapacityFree': Math.max(0, total - used),
    'Cluster.CapacityTotal': total,
    'Cluster.CapacityUsed': used,
    'Cluster.LostWorkers': 0,
    'Cluster.Workers': 0,
    'Master.FilesToBePersisted': toBePersisted,
    'Master.JournalEntriesSinceCheckPoint': logged,
    'Master.TotalPaths': files + directories + 1,
  };
  return Object.entries(values).map(([name, value]) => ({ name, type: 'GAUGE', value }));
}
