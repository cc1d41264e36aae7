/** What a worker does: room in the cache before it is needed, and blocks that hold what they should. */
import type { Config } from '../config/config.ts';
import { AlluxioError } from '../errors.ts';
import type { JobSpec } from '../resident/jobs.ts';
import type { Surroundings } from '../resident/run.ts';
import { Scrub } from './scrub.ts';

const SPACE_MS = 60_000;

export function workerJobs(around: Surroundings): JobSpec[] {
  return [eviction(around), new Scrub(around)];
}

function eviction({ upkeep, config }: Surroundings): JobSpec {
  const [high, low] = [ratio(config, 'high'), ratio(config, 'low')];
  return { name: 'evict', everyMs: SPACE_MS, onChange: true, run: (signal) => upkeep.cache.evictAhead({ high, low: Math.min(high, low) }, signal) };
}

function ratio(config: Config, mark: 'high' | 'low'): number {
  const key = `alluxio.worker.tieredstore.level0.watermark.${mark}.ratio`;
  const value = Number(config.get(key));
  if (value > 0 && value <= 1) return value;
  throw new AlluxioError('INVALID_CONFIGURATION', `Invalid value ${config.get(key)} for configuration key ${key}`, { hint: 'A number above 0 and up to 1 is expected.' });
}
