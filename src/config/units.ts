/** Durations and sizes as Alluxio writes them; for properties and for what is typed on the command line. */
import { AlluxioError } from '../errors.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TIME_UNITS: Readonly<Record<string, number>> = {
  ms: 1, millisecond: 1, s: SECOND, sec: SECOND, second: SECOND, m: MINUTE, min: MINUTE, minute: MINUTE, h: HOUR, hr: HOUR, hour: HOUR, d: DAY, day: DAY,
};

const SIZE_POWERS = 'bkmgtp';
/** The units of `getConf --unit`. */
const OUTPUT_SIZE_UNITS = ['b', 'kb', 'mb', 'gb', 'tb', 'pb'];

const DURATION = /^(-?\d+)([a-z]*)$/i;
const SIZE = /^(\d*)(?:\.(\d*))? *(?:b|([kmgtp])(?:b|i|ib)?)?$/i;

/** Milliseconds; undefined when the text is no duration. `-1` and other negative values mean never. */
export function readDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const factor = unit === '' ? 1 : TIME_UNITS[unit.toLowerCase()];
  if (factor === undefined) return undefined;
  const result = Number(digits) * factor;
  return Number.isSafeInteger(result) ? result : undefined;
}

/** Whole bytes; undefined when the text is no size. */
export function readBytes(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', letter = 'b'] = match;
  if (whole === '' && fraction === '') return undefined;
  const factor = 1024n ** BigInt(SIZE_POWERS.indexOf(letter.toLowerCase()));
  // Exact: 0.1 + 0.2 style errors would lose a byte of a quota.
  const result = Number((BigInt(whole + fraction) * factor) / 10n ** BigInt(fraction.length));
  return Number.isSafeInteger(result) ? result : undefined;
}

/** @throws INVALID_ARGUMENT `Fail to parse <text> to milliseconds` */
export function parseDuration(text: string): number {
  const result = readDuration(text);
  if (result === undefined) throw new AlluxioError('INVALID_ARGUMENT', durationMessage(text), { hint: DURATION_HINT });
  return result;
}

/** @throws INVALID_ARGUMENT `Fail to parse <text> to bytes` */
export function parseBytes(text: string): number {
  const result = readBytes(text);
  if (result === undefined) throw new AlluxioError('INVALID_ARGUMENT', bytesMessage(text), { hint: SIZE_HINT });
  return result;
}

export const DURATION_HINT = 'Write digits and a unit: ms, s, min, h or d, such as 30s.';
export const SIZE_HINT = 'Write a number and a unit: B, KB, MB, GB, TB or PB, such as 64MB.';

export function durationMessage(text: string): string {
  return `Fail to parse ${text} to milliseconds`;
}

export function bytesMessage(text: string): string {
  return `Fail to parse ${text} to bytes`;
}

/**
 * A size or duration in another unit, by whole-number division: `4096B` in `KB` is `4`, `64MB` in `GB` is `0`.
 * @throws USAGE when there is no such unit, INVALID_ARGUMENT when the text is of another kind.
 */
export function convertTo(text: string, unit: string): string {
  const name = unit.toLowerCase();
  const power = OUTPUT_SIZE_UNITS.indexOf(name);
  if (power >= 0) return String(BigInt(parseBytes(text)) / 1024n ** BigInt(power));
  const milliseconds = TIME_UNITS[name];
  if (milliseconds === undefined) throw new AlluxioError('USAGE', `${unit} is not a valid unit`, { exitStatus: 1 });
  return String(BigInt(parseDuration(text)) / BigInt(milliseconds));
}
