/** A metadata backup every day at the configured minute (UTC). One that was missed because no master ran is not made up for. */
import { AlluxioError } from '../errors.ts';
import type { JobSpec } from '../resident/jobs.ts';
import type { Surroundings } from '../resident/run.ts';

const LOOK_MS = 10_000;
const DAY_MS = 24 * 60 * 60_000;
const KEY = 'alluxio.master.daily.backup.time';

export function dailyBackup({ config, log }: Pick<Surroundings, 'config' | 'log'>, backup: () => Promise<string>, clock: () => number = Date.now): JobSpec {
  const minuteMs = minuteOfDay(config.get(KEY));
  let next = nextTime(clock(), minuteMs);
  return {
    name: 'backup',
    everyMs: LOOK_MS,
    async run() {
      const now = clock();
      // A clock that was set back would otherwise postpone it by more than a day.
      if (next - now > DAY_MS) next = nextTime(now, minuteMs);
      if (now < next) return 0;
      log.info('backup', `Backed up to ${await backup()}`);
      next = nextTime(clock(), minuteMs);
      return 1;
    },
  };
}

/** The first moment after `now` at this time of day. */
export function nextTime(now: number, minuteMs: number): number {
  const today = Math.floor(now / DAY_MS) * DAY_MS + minuteMs;
  return today > now ? today : today + DAY_MS;
}

function minuteOfDay(text: string): number {
  const [, hours = '', minutes = ''] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours === '' || Number(hours) > 23 || Number(minutes) > 59) throw new AlluxioError('INVALID_CONFIGURATION', `Invalid value ${text} for configuration key ${KEY}`, { hint: 'Use HH:mm, in UTC.' });
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}
