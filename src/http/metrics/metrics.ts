/** Every metric with its value now, in Alluxio's names where it has one. Nothing is listed that is not known. */
import { statfs } from 'node:fs/promises';
import type { TierUsage, Totals } from '../../filesystem/file-system.ts';
import type { OperationCounts } from './operations.ts';
import { OPERATIONS } from './operations.ts';
import type { ServedResident, WatchedFileSystem } from '../served.ts';

export interface Metric {
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  readonly help: string;
  readonly value: number;
}

/** Of files to be persisted, as many are counted. */
const MOST_PENDING = 10_000;

export interface Snapshot {
  readonly capacity: { readonly total: number; readonly used: number };
  readonly tiers: readonly TierUsage[];
  readonly known: Totals;
  readonly pending: number;
  readonly journal: { readonly seq: number; readonly free: number; readonly size: number } | undefined;
  readonly workers: number;
  readonly operationsOpen: number;
}

export async function snapshot(resident: ServedResident): Promise<Snapshot> {
  const { fs } = resident;
  const tiers = await fs.storage.capacity();
  const directories = tiers.flatMap((tier) => tier.directories);
  return {
    capacity: { total: sum(directories.map(({ capacity }) => capacity)), used: sum(directories.map(({ used }) => used)) },
    tiers,
    known: fs.watch.known(),
    pending: fs.watch.toBePersisted(MOST_PENDING).length,
    journal: await journalSpace(resident, fs),
    workers: (await resident.residents()).filter(({ role }) => role === 'worker').length,
    operationsOpen: fs.watch.operations().length,
  };
}

async function journalSpace({ config }: ServedResident, fs: WatchedFileSystem): Promise<Snapshot['journal']> {
  const space = await statfs(config.get('alluxio.master.journal.folder')).catch(() => undefined);
  return space && { seq: fs.watch.lastSeq(), free: space.bavail * space.bsize, size: space.blocks * space.bsize };
}

export function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

export function metricsOf(resident: ServedResident, now: Snapshot, counts: OperationCounts): Metric[] {
  const gauge = (name: string, value: number, help: string): Metric => ({ name, kind: 'gauge', help, value });
  const { capacity, known, journal } = now;
  const worker = resident.process.role === 'worker' ? `Worker` : 'Cluster';
  const { rss } = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    gauge(`${worker}.CapacityTotal`, capacity.total, 'Bytes that the cache may hold'),
    gauge(`${worker}.CapacityUsed`, capacity.used, 'Bytes in the cache, and promised to what is being written'),
    gauge(`${worker}.CapacityFree`, Math.max(0, capacity.total - capacity.used), 'Bytes free in the cache'),
    ...now.tiers.flatMap(({ tier, directories }) => [
      gauge(`${worker}.CapacityTotalTier${tier}`, sum(directories.map((one) => one.capacity)), `Bytes that tier ${tier} may hold`),
      gauge(`${worker}.CapacityUsedTier${tier}`, sum(directories.map((one) => one.used)), `Bytes in tier ${tier}`),
    ]),
    gauge('Cluster.Workers', now.workers, 'Workers that run'),
    gauge('Master.TotalPaths', known.files + known.directories + 1, 'Files and directories that the namespace knows'),
    gauge('Master.TotalFiles', known.files, 'Files that the namespace knows'),
    gauge('Master.TotalBytes', known.bytes, 'Bytes of files that the namespace knows'),
    gauge('Master.CachedBytes', known.cachedBytes, 'Bytes of files that are in the cache'),
    gauge('Master.FilesToBePersisted', now.pending, `Files that wait for their under storage, counted up to ${MOST_PENDING}`),
    gauge('Master.OpenOperations', now.operationsOpen, 'Long operations under way, or left by a process that died'),
    ...(journal === undefined
      ? []
      : [
          gauge('Master.JournalSequenceNumber', journal.seq, 'Number of the newest log record'),
          gauge('Master.JournalFreeBytes', journal.free, 'Bytes free on the disk of the journal'),
          gauge('Master.JournalFreePercent', journal.size === 0 ? 0 : Math.floor((100 * journal.free) / journal.size), 'Percentage free on the disk of the journal'),
        ]),
    gauge('Master.StartTime', resident.process.startedMs, 'When this process started, milliseconds since 1970'),
    gauge('Process.Uptime', Date.now() - resident.process.startedMs, 'Milliseconds since this process started'),
    gauge('Process.MemoryResident', rss, 'Bytes of memory that this process holds'),
    { name: 'Process.CpuTime', kind: 'counter' as const, help: 'Milliseconds of processor time of this process', value: Math.round((cpu.user + cpu.system) / 1000) },
    ...Object.entries(OPERATIONS).map(([name, help]): Metric => ({ name, kind: 'counter', help, value: counts[name as keyof OperationCounts] })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
