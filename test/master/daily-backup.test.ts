/** The daily backup's clock: one a day at its minute, whatever the clock of the machine does. */
import { expect, it } from 'vitest';
import { dailyBackup } from '../../src/master/daily-backup.ts';
import { Levels } from '../../src/resident/levels.ts';
import { configOf } from '../support/config.ts';

const at = (text: string): number => Date.parse(`2026-03-${text}:00Z`);

function schedule(start: string) {
  let now = at(start);
  const taken: string[] = [];
  const nothing = (): void => undefined;
  const log = { levels: new Levels(), debug: nothing, info: nothing, warn: nothing, error: nothing, failure: () => undefined, close: () => Promise.resolve() };
  let broken = false;
  const job = dailyBackup(
    { config: configOf({ 'alluxio.master.daily.backup.time': '05:00' }), log },
    () => {
      if (broken) return Promise.reject(new Error('OSS is down'));
      taken.push(new Date(now).toISOString().slice(8, 16));
      return Promise.resolve('oss://b/backup');
    },
    () => now,
  );
  return {
    taken,
    async look(time: string, breaks = false): Promise<number | 'failed'> {
      now = at(time);
      broken = breaks;
      return job.run(new AbortController().signal).catch(() => 'failed');
    },
  };
}

it('fires once a day, at its minute or when it is looked at next', async () => {
  const { look, taken } = schedule('10T04:00');
  expect([await look('10T04:59'), await look('10T05:00'), await look('10T05:00'), await look('10T23:59'), await look('11T05:07'), await look('11T05:08'), await look('12T05:00')]).toEqual([0, 1, 0, 0, 1, 0, 1]);
  expect(taken).toEqual(['10T05:00', '11T05:07', '12T05:00']);
});

it('is not made up for when no master ran at its time, and is tried again when it failed', async () => {
  const { look } = schedule('10T05:01');
  expect([await look('10T05:02'), await look('10T23:00'), await look('11T05:00', true), await look('11T05:01', true), await look('11T05:02'), await look('11T05:03')]).toEqual([0, 0, 'failed', 'failed', 1, 0]);
});

it('a clock that jumps forward takes one, one that jumps back postpones it by no more than a day', async () => {
  const { look } = schedule('10T06:00');
  expect([await look('20T06:00'), await look('20T06:01')]).toEqual([1, 0]);
  expect([await look('12T04:00'), await look('12T05:00'), await look('12T05:01')]).toEqual([0, 1, 0]);
});
