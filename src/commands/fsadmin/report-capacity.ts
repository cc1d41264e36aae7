import { AlluxioError } from '../../errors.ts';
import type { TierUsage } from '../../filesystem/file-system.ts';
import { formatSize, percentOf } from '../../terminal/size.ts';
import type { CommandContext } from '../command.ts';
import { capacityLines, sumOf } from './report-summary.ts';
import { residentsOf } from './residents.ts';

interface Which {
  readonly live: boolean;
  readonly lost: boolean;
  readonly workers: readonly string[] | undefined;
}

/** The one cache counts as a worker, whether or not a process looks after it: commands use it either way. */
export async function reportCapacity(ctx: CommandContext, { live, lost, workers }: Which): Promise<void> {
  const running = residentsOf(ctx).some(({ role }) => role === 'worker');
  const unknown = workers?.filter((name) => name !== ctx.hostname && name !== 'localhost') ?? [];
  if (unknown.length > 0) throw new AlluxioError('INVALID_ARGUMENT', `Unrecognized worker names: [${unknown.join(', ')}]`, { hint: `Supported worker names: [${ctx.hostname}]` });
  if (lost || (live && !running)) return ctx.out.line('No workers found.');
  const tiers = await (await ctx.fileSystem()).storage.capacity();
  if (ctx.out.json) {
    for (const { tier, directories } of tiers) for (const { path, capacity, used } of directories) ctx.out.record({ worker: ctx.hostname, tier, path, capacityBytes: capacity, usedBytes: used });
    return;
  }
  const which = live ? 'live' : workers === undefined ? 'all' : 'specified';
  const [total, used] = [sumOf(tiers, 'capacity'), sumOf(tiers, 'used')];
  const usedPercent = percentOf(used, total, 0);
  ctx.out.line(`Capacity information for ${which} workers: `);
  for (const line of [...capacityLines(tiers), ...(total === 0 ? [] : [`Used Percentage: ${usedPercent}%`, `Free Percentage: ${100 - usedPercent}%`])]) ctx.out.line(`    ${line}`);
  ctx.out.line('');
  for (const line of table(ctx.hostname, tiers)) ctx.out.line(line);
}

function table(worker: string, tiers: readonly TierUsage[]): string[] {
  const first = worker.length < 16 ? 16 : worker.length + 5;
  const row = (name: string, heartbeat: string, storage: string, rest: readonly string[]): string =>
    [name.padEnd(first), heartbeat.padEnd(16), storage.padEnd(13), ...rest].join(' ').trimEnd();
  const [total, used] = [sumOf(tiers, 'capacity'), sumOf(tiers, 'used')];
  const usedText = `${formatSize(used)} (${percentOf(used, total, 0)}%)`;
  const [only] = tiers;
  if (tiers.length === 1 && only !== undefined) {
    return [row('Worker Name', 'Last Heartbeat', 'Storage', [only.tier]), row(worker, '0', 'capacity', [formatSize(total)]), row('', '', 'used', [usedText])];
  }
  const columns = (head: string, kind: 'capacity' | 'used'): string[] => [head.padEnd(16), ...tiers.map((tier) => formatSize(sumOf([tier], kind)).padEnd(14))];
  return [
    row('Worker Name', 'Last Heartbeat', 'Storage', ['Total'.padEnd(16), ...tiers.map(({ tier }) => tier.padEnd(14))]),
    row(worker, '0', 'capacity', columns(formatSize(total), 'capacity')),
    row('', '', 'used', columns(usedText, 'used')),
  ];
}
