/** Records of the JSON API that several answers hold. */
import type { Config } from '../../config/config.ts';
import { listProperties } from '../../config/listing.ts';
import type { BlockInfo, FileStatus, MountPoint, TierUsage } from '../../filesystem/file-system.ts';
import { cachedPercent, permissionText } from '../../filesystem/status-text.ts';
import type { DateFormat } from '../../terminal/dates.ts';
import { formatSize, percentOf } from '../../terminal/size.ts';
import type { Metric } from '../metrics/metrics.ts';
import { sum } from '../metrics/metrics.ts';
import type { ResidentProcess } from '../resident.ts';

export function fileRecord(status: FileStatus, { dates, host }: { dates: DateFormat; host: string }, blocks: readonly BlockInfo[] = []): Record<string, unknown> {
  const tiers = new Map<string, BlockInfo[]>();
  for (const block of blocks) if (block.tier !== undefined) tiers.set(block.tier, [...(tiers.get(block.tier) ?? []), block]);
  return {
    id: status.id,
    name: status.path === '/' ? 'root' : status.name,
    absolutePath: status.path,
    size: status.directory ? '' : formatSize(status.length),
    blockSizeBytes: status.directory ? '' : formatSize(status.blockSize),
    creationTime: dates(status.createdMs),
    modificationTime: dates(status.modifiedMs),
    inAlluxio: !status.directory && cachedPercent(status) === 100,
    inAlluxioPercentage: status.directory ? 0 : cachedPercent(status),
    isDirectory: status.directory,
    pinned: status.pinned,
    owner: status.owner,
    group: status.group,
    mode: permissionText(status),
    persistenceState: status.persistence,
    fileLocations: status.cachedBytes > 0 ? [host] : [],
    blocksOnTier: Object.fromEntries([...tiers].map(([tier, list]) => [tier, list.map((block) => blockRecord(block, tier, host))])),
  };
}

export function blockRecord(block: BlockInfo, highestTier: string, host: string): Record<string, unknown> {
  return {
    id: String(block.id),
    blockLength: block.length,
    isInHighestTier: block.tier === highestTier,
    lastAccessTimeMs: -1,
    locations: block.tier === undefined ? [] : [`${host} (${block.tier})`],
  };
}

export function mountRecord(mount: MountPoint): Record<string, unknown> {
  return {
    mountId: mount.id,
    ufsUri: mount.ufsUri.toString(),
    ufsType: mount.type,
    ufsCapacityBytes: mount.space?.capacity ?? -1,
    ufsUsedBytes: mount.space?.used ?? -1,
    readOnly: mount.readOnly,
    shared: mount.shared,
    properties: mount.properties,
  };
}

export function mountRecords(mounts: readonly MountPoint[]): Record<string, unknown> {
  return Object.fromEntries(mounts.map((mount) => [mount.path, mountRecord(mount)]));
}

export interface TierTotals {
  readonly tier: string;
  readonly total: number;
  readonly used: number;
}

export function tierTotals(tiers: readonly TierUsage[]): TierTotals[] {
  return tiers.map(({ tier, directories }) => ({ tier, total: sum(directories.map(({ capacity }) => capacity)), used: sum(directories.map(({ used }) => used)) }));
}

export function tierRecord({ tier, total, used }: TierTotals): Record<string, unknown> {
  const percent = percentOf(used, total, 0);
  return {
    storageTierAlias: tier,
    capacity: formatSize(total),
    usedCapacity: formatSize(used),
    freeCapacity: formatSize(Math.max(0, total - used)),
    usedSpacePercent: percent,
    freeSpacePercent: 100 - percent,
  };
}

export function workerRecord(worker: ResidentProcess, { tiers, blocks, config }: { tiers: readonly TierTotals[]; blocks: number; config: Config }): Record<string, unknown> {
  const onTiers = (of: (tier: TierTotals) => number): Record<string, number> => Object.fromEntries(tiers.map((tier) => [tier.tier, of(tier)]));
  return {
    id: worker.identity.pid,
    address: { host: worker.identity.host, rpcPort: config.integer('alluxio.worker.rpc.port'), dataPort: 0, webPort: worker.web?.port ?? 0, domainSocketPath: '' },
    lastContactSec: 0,
    state: 'In Service',
    capacityBytes: sum(tiers.map(({ total }) => total)),
    usedBytes: sum(tiers.map(({ used }) => used)),
    startTimeMs: worker.startedMs,
    capacityBytesOnTiers: onTiers(({ total }) => total),
    usedBytesOnTiers: onTiers(({ used }) => used),
    blockCount: blocks,
  };
}

/** Masked, sorted by key. Always with `${…}` replaced: a template tells a reader nothing that its value does not. */
export function configurationOf(config: Config): Record<string, string> {
  return Object.fromEntries(listProperties(config).map(({ key, value }) => [key, value ?? '']));
}

export function metricValues(metrics: readonly Metric[]): Record<string, number> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
