/** What a worker does: room in the cache before it is needed, and blocks that hold what they should. */
import type { Config } from '../config/config.ts';
import { AlluxioError, messageOf } from '../errors.ts';
import { takeRequests } from '../resident/cache-requests.ts';
import type { JobSpec } from '../resident/jobs.ts';
import { residentsFolder } from '../resident/records.ts';
import type { Surroundings } from '../resident/run.ts';
import { Scrub } from './scrub.ts';

const SPACE_MS = 60_000;
const REQUESTS_MS = 500;

export function workerJobs(around: Surroundings): JobSpec[] {
  return [eviction(around), caching(around), new Scrub(around)];
}

function eviction({ upkeep, config }: Surroundings): JobSpec {
  const [high, low] = [ratio(config, 'high'), ratio(config, 'low')];
  return { name: 'evict', everyMs: SPACE_MS, onChange: true, run: (signal) => upkeep.cache.evictAhead({ high, low: Math.min(high, low) }, signal) };
}

/** Fetches blocks of which commands have read a part. */
function caching({ upkeep, config, log }: Surroundings): JobSpec {
  const folder = residentsFolder(config);
  return {
    name: 'cache',
    everyMs: REQUESTS_MS,
    async run(signal) {
      let done = 0;
      for (const block of takeRequests(folder)) {
        if (signal.aborted) break;
        try {
          if (await upkeep.cache.fetch(block)) done += 1;
        } catch (error) {
          // It was a courtesy; whoever reads it next asks again.
          log.warn('cache', `A block could not be cached: ${messageOf(error)}`);
        }
      }
      return done;
    },
  };
}

function ratio(config: Config, mark: 'high' | 'low'): number {
  const key = `alluxio.worker.tieredstore.level0.watermark.${mark}.ratio`;
  const value = Number(config.get(key));
  if (value > 0 && value <= 1) return value;
  throw new AlluxioError('INVALID_CONFIGURATION', `Invalid value ${config.get(key)} for configuration key ${key}`, { hint: 'A number above 0 and up to 1 is expected.' });
}
