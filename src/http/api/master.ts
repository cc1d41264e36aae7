/** The `webui_*` answers of a master that tell about the cluster as a whole. */
import { listProperties } from '../../config/listing.ts';
import { formatSize, percentOf } from '../../terminal/size.ts';
import { summaryOf } from '../gather/summary.ts';
import type { ResidentProcess } from '../resident.ts';
import type { Site } from '../site.ts';
import { datesOf, uptimeText } from '../texts.ts';
import { mountRecords, tierRecord, tierTotals } from './records.ts';

export function init({ resident: { config } }: Site): Record<string, unknown> {
  return {
    debug: config.boolean('alluxio.debug'),
    newerVersionAvailable: false,
    webFileInfoEnabled: config.boolean('alluxio.web.file.info.enabled'),
    securityAuthorizationPermissionEnabled: permissionsShown(config),
    workerPort: config.integer('alluxio.worker.web.port'),
    refreshInterval: config.duration('alluxio.web.refresh.interval'),
    proxyDownloadFileApiUrl: { prefix: '/api/v1/paths/', suffix: '/download-file/' },
  };
}

export function permissionsShown(config: Site['resident']['config']): boolean {
  return config.boolean('alluxio.security.authorization.permission.enabled');
}

export async function overview(site: Site): Promise<Record<string, unknown>> {
  const { resident } = site;
  const summary = await summaryOf(site);
  const { capacity, journal } = summary.now;
  const low = journal !== undefined && journal.free < journal.size / 10;
  return {
    debug: resident.config.boolean('alluxio.debug'),
    masterNodeAddress: summary.address,
    clusterId: summary.clusterId,
    startTime: datesOf(resident.config)(summary.startedMs),
    uptime: uptimeText(Date.now() - summary.startedMs),
    version: summary.version,
    liveWorkerNodes: summary.workers.length,
    capacity: formatSize(capacity.total),
    usedCapacity: formatSize(capacity.used),
    freeCapacity: formatSize(Math.max(0, capacity.total - capacity.used)),
    diskCapacity: 'UNKNOWN',
    diskUsedCapacity: 'UNKNOWN',
    diskFreeCapacity: 'UNKNOWN',
    configCheckStatus: 'PASSED',
    configCheckErrors: [],
    configCheckWarns: [],
    configCheckErrorNum: 0,
    configCheckWarnNum: 0,
    storageTierInfos: tierTotals(summary.now.tiers).filter(({ total }) => total > 0).map(tierRecord),
    journalDiskWarnings: low ? [`The journal's disk has ${formatSize(journal.free)} left of ${formatSize(journal.size)}.`] : [],
    journalCheckpointTimeWarning: '',
  };
}

export function configuration({ resident }: Site): Record<string, unknown> {
  const rows = listProperties(resident.config).map(({ key, value, source }) => ({ left: key, middle: value ?? '', right: source }));
  return { configuration: rows, whitelist: ['/'] };
}

export async function workers(site: Site): Promise<Record<string, unknown>> {
  const { resident } = site;
  const [{ workers: live, now }, blocks] = await Promise.all([summaryOf(site), resident.fs.watch.blockCount()]);
  return { debug: resident.config.boolean('alluxio.debug'), normalNodeInfos: live.map((worker) => nodeRecord(worker, now.capacity, blocks)), failedNodeInfos: [] };
}

function nodeRecord(worker: ResidentProcess, { total, used }: { total: number; used: number }, blocks: number): Record<string, unknown> {
  const percent = percentOf(used, total, 0);
  return {
    host: worker.identity.host,
    webPort: worker.web?.port ?? 0,
    // Its record in the home is looked at anew for each answer.
    lastHeartbeat: '0',
    state: 'In Service',
    capacity: formatSize(total),
    usedMemory: formatSize(used),
    freeSpacePercent: 100 - percent,
    usedSpacePercent: percent,
    uptimeClockTime: uptimeText(Date.now() - worker.startedMs),
    workerId: worker.identity.pid,
    blockCount: blocks,
  };
}

export function masters({ resident }: Site): Record<string, unknown> {
  const { identity, startedMs } = resident.process;
  const rpcPort = resident.config.integer('alluxio.master.rpc.port');
  return {
    debug: resident.config.boolean('alluxio.debug'),
    leaderMasterInfo: { id: identity.pid, address: { host: identity.host, rpcPort }, lastUpdatedTime: datesOf(resident.config)(startedMs) },
    normalMasterInfos: [],
    failedMasterInfos: [],
  };
}

export async function mountTable({ resident }: Site): Promise<Record<string, unknown>> {
  return { debug: resident.config.boolean('alluxio.debug'), mountPointInfos: mountRecords(await resident.fs.mounts.list({ space: true })) };
}
