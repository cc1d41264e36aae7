import { describe, expect, it } from 'vitest';
import { convertTo, parseBytes, parseDuration } from '../../src/config/units.ts';

describe('durations', () => {
  it.each([
    ['0', 0], ['250', 250], ['250ms', 250], ['2millisecond', 2], ['3s', 3_000], ['3sec', 3_000], ['3second', 3_000], ['2m', 120_000], ['2min', 120_000], ['2minute', 120_000],
    ['1h', 3_600_000], ['1hr', 3_600_000], ['1hour', 3_600_000], ['7d', 604_800_000], ['7day', 604_800_000], ['5MIN', 300_000], ['1Day', 86_400_000], ['-1', -1], ['-2s', -2_000],
  ])('%s is %d milliseconds', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', 's', '5days', '1.5h', '5 min', ' 5', '5x', '--1', '+1', '1e3', '9999999999999999999d'])('%j is none', (text) => {
    expect(() => parseDuration(text)).toThrow(`Fail to parse ${text} to milliseconds`);
  });
});

describe('sizes', () => {
  it.each([
    ['0', 0], ['17', 17], ['17b', 17], ['17B', 17], ['1k', 1024], ['1kb', 1024], ['1Ki', 1024], ['1KiB', 1024], ['64MB', 67_108_864], ['64m', 67_108_864], ['1mi', 1_048_576], ['1mib', 1_048_576],
    ['2g', 2_147_483_648], ['2GB', 2_147_483_648], ['1gi', 1_073_741_824], ['1GiB', 1_073_741_824], ['1t', 2 ** 40], ['1TB', 2 ** 40], ['1ti', 2 ** 40], ['1TiB', 2 ** 40],
    ['1p', 2 ** 50], ['1PB', 2 ** 50], ['1pi', 2 ** 50], ['1PiB', 2 ** 50], ['1.5KB', 1536], ['0.1KB', 102], ['.5k', 512], ['1.b', 1], ['0.3MB', 314_572],
  ])('%s is %d bytes', (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });

  it.each(['', 'MB', '.', '1bb', '1x', '-1', '1,5MB', '1.5.2MB', '64MBs', '99999PB'])('%j is none', (text) => {
    expect(() => parseBytes(text)).toThrow(`Fail to parse ${text} to bytes`);
  });
});

describe('getConf --unit', () => {
  it.each([
    ['4096B', 'KB', '4'], ['5000ms', 'S', '5'], ['64MB', 'GB', '0'], ['64MB', 'B', '67108864'], ['2TB', 'gb', '2048'], ['1PB', 'TB', '1024'], ['3PB', 'pb', '3'], ['90s', 'min', '1'], ['90s', 'M', '1'],
    ['2d', 'H', '48'], ['2d', 'hr', '48'], ['2d', 'hour', '48'], ['48h', 'day', '2'], ['48h', 'D', '2'], ['1s', 'ms', '1000'], ['1min', 'SECOND', '60'], ['1min', 'sec', '60'], ['120s', 'minute', '2'], ['-1', 'S', '0'],
  ])('%s in %s is %s', (text, unit, expected) => {
    expect(convertTo(text, unit)).toBe(expected);
  });

  it('refuses other units', () => {
    expect(() => convertTo('1', 'WEEK')).toThrow('WEEK is not a valid unit');
  });
});
