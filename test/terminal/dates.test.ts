import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dateFormat, DEFAULT_PATTERN } from '../../src/terminal/dates.ts';

describe('dateFormat', () => {
  const before = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'America/New_York';
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  it.each([
    ['an afternoon', Date.UTC(2023, 2, 4, 20, 5, 42, 7), '03-04-2023 15:05:42:007'],
    ['the last millisecond before summer time', Date.UTC(2024, 2, 10, 6, 59, 59, 999), '03-10-2024 01:59:59:999'],
    ['the first of summer time', Date.UTC(2024, 2, 10, 7, 0, 0, 0), '03-10-2024 03:00:00:000'],
    ['the hour that comes twice, first', Date.UTC(2024, 10, 3, 5, 30), '11-03-2024 01:30:00:000'],
    ['the hour that comes twice, second', Date.UTC(2024, 10, 3, 6, 30), '11-03-2024 01:30:00:000'],
    ['the epoch', 0, '12-31-1969 19:00:00:000'],
    ['before the epoch', -1, '12-31-1969 18:59:59:999'],
    ['a time of local mean time', Date.UTC(1850, 0, 1), '12-31-1849 19:03:58:000'],
  ])('formats %s', (_name, ms, expected) => {
    expect(dateFormat(DEFAULT_PATTERN)(ms)).toBe(expected);
  });

  it('agrees with itself without its cache, for times in any order', () => {
    const fast = dateFormat(DEFAULT_PATTERN);
    const slow = dateFormat(`${DEFAULT_PATTERN}''`);
    let ms = 1;
    for (let i = 0; i < 20_000; i += 1) {
      ms = (ms * 48_271) % 2_147_483_647;
      expect(`${fast(ms * 900)}'`).toBe(slow(ms * 900));
    }
  });

  it.each([
    ['yyyy-MM-dd HH:mm:ss', '2023-03-04 15:05:42'],
    ["dd MMM yy, hh:mm a 'o''clock'", "04 Mar 23, 03:05 PM o'clock"],
    ['EEEE d/M/yyyy H:m:s.SSS', 'Saturday 4/3/2023 15:5:42.007'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2023-03-04T15:05:42-05:00'],
  ])('reads the Java pattern %s', (pattern, expected) => {
    expect(dateFormat(pattern)(Date.UTC(2023, 2, 4, 20, 5, 42, 7))).toBe(expected);
  });
});
