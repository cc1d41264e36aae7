/** What the overview tells, once for the page and once for the JSON API. */
import type { ResidentProcess } from '../resident.ts';
import type { Snapshot } from '../metrics/metrics.ts';
import type { Site } from '../site.ts';

export interface Summary {
  readonly address: string;
  readonly clusterId: string;
  readonly startedMs: number;
  readonly version: string;
  readonly workers: readonly ResidentProcess[];
  readonly now: Snapshot;
  readonly problems: readonly string[];
}

export async function summaryOf({ resident, recorder }: Site): Promise<Summary> {
  const [residents, now, problems] = await Promise.all([resident.residents(), recorder.snapshot(), resident.problems()]);
  const { process: own, config } = resident;
  return {
    address: `${own.identity.host}:${config.integer(`alluxio.${own.role}.rpc.port`)}`,
    clusterId: resident.fs.watch.fact('clusterId') ?? '',
    startedMs: own.startedMs,
    version: resident.version,
    workers: residents.filter(({ role }) => role === 'worker'),
    now,
    problems,
  };
}
