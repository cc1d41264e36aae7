import { formatSize } from '../../terminal/size.ts';
import type { CommandContext } from '../command.ts';
import { sumOf } from './report-summary.ts';
import { residentsOf } from './residents.ts';

/** What the journal knows. What a running process counts, its web port tells: /metrics/json/. */
export async function reportMetrics(ctx: CommandContext): Promise<void> {
  const fs = await ctx.fileSystem();
  const tiers = await fs.storage.capacity();
  const { files, directories, toBePersisted, logged } = (await fs.admin()).summary();
  const [total, used] = [sumOf(tiers, 'capacity'), sumOf(tiers, 'used')];
  const metrics: readonly (readonly [string, number, 'bytes' | 'count'])[] = [
    ['Cluster.CapacityFree', Math.max(0, total - used), 'bytes'],
    ['Cluster.CapacityTotal', total, 'bytes'],
    ['Cluster.CapacityUsed', used, 'bytes'],
    ['Cluster.LostWorkers', 0, 'count'],
    ['Cluster.Workers', residentsOf(ctx).filter(({ role }) => role === 'worker').length, 'count'],
    ['Master.FilesToBePersisted', toBePersisted, 'count'],
    ['Master.JournalEntriesSinceCheckPoint', logged, 'count'],
    ['Master.TotalPaths', files + directories + 1, 'count'],
  ];
  for (const [name, value, kind] of metrics) {
    if (ctx.out.json) ctx.out.record({ name, type: 'GAUGE', value });
    else ctx.out.line(`${name}  (Type: GAUGE, Value: ${kind === 'bytes' ? formatSize(value) : value.toLocaleString('en-US')})`);
  }
}
