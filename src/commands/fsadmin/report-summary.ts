import { VERSION } from '../../config/version.ts';
import type { TierUsage } from '../../filesystem/file-system.ts';
import { dateFormat } from '../../terminal/dates.ts';
import { formatSize } from '../../terminal/size.ts';
import type { CommandContext } from '../command.ts';
import { masterOf } from '../master-address.ts';
import { residentsOf } from './residents.ts';

const INDENT = '    ';

export async function reportSummary(ctx: CommandContext): Promise<void> {
  const fs = await ctx.fileSystem();
  const tiers = await fs.storage.capacity();
  const summary = (await fs.admin()).summary();
  const residents = residentsOf(ctx);
  const master = residents.find(({ role }) => role === 'master');
  const workers = residents.filter(({ role }) => role === 'worker').length;
  const { host, address } = masterOf(ctx);
  const web = master?.web?.port ?? ctx.config.integer('alluxio.master.web.port');
  const [total, used] = [sumOf(tiers, 'capacity'), sumOf(tiers, 'used')];
  if (ctx.out.json) {
    const { files, directories, toBePersisted, clusterId } = summary;
    return ctx.out.record({ master: host, running: master !== undefined, webPort: web, startedMs: master?.startedMs ?? null, version: VERSION, liveWorkers: workers, capacityBytes: total, usedBytes: used, files, directories, toBePersisted, clusterId });
  }
  const dates = dateFormat(ctx.config.get('alluxio.user.date.format.pattern'));
  const lines = [
    `Master Address: ${address}`,
    `Web Port: ${web}`,
    `Rpc Port: ${ctx.config.integer('alluxio.master.rpc.port')}`,
    ...(master === undefined ? [] : [`Started: ${dates(master.startedMs)}`, `Uptime: ${duration(ctx.now() - master.startedMs)}`]),
    `Version: ${VERSION}`,
    `Safe Mode: ${String(master !== undefined && !master.ready)}`,
    'Zookeeper Enabled: false',
    'Raft-based Journal: false',
    `Live Workers: ${workers}`,
    'Lost Workers: 0',
    ...capacityLines(tiers),
    `Free Capacity: ${formatSize(Math.max(0, total - used))}`,
    // What waits for a storage that is down.
    ...(summary.toBePersisted === 0 ? [] : [`Files To Be Persisted: ${summary.toBePersisted}`]),
  ];
  ctx.out.line('Alluxio cluster summary: ');
  for (const line of lines) ctx.out.line(INDENT + line);
}

export function capacityLines(tiers: readonly TierUsage[]): string[] {
  return (['capacity', 'used'] as const).flatMap((kind) => [
    `${kind === 'used' ? 'Used' : 'Total'} Capacity: ${formatSize(sumOf(tiers, kind))}`,
    ...tiers.map((tier) => `${INDENT}Tier: ${tier.tier}  Size: ${formatSize(sumOf([tier], kind))}`),
  ]);
}

export function sumOf(tiers: readonly TierUsage[], kind: 'capacity' | 'used'): number {
  return tiers.reduce((sum, { directories }) => sum + directories.reduce((part, directory) => part + directory[kind], 0), 0);
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 86_400)} day(s), ${Math.floor(seconds / 3600) % 24} hour(s), ${Math.floor(seconds / 60) % 60} minute(s), and ${seconds % 60} second(s)`;
}
