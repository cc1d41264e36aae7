/**
 * Guessing where keys lie that nobody has listed yet: two keys that were met one after the other, read as numbers, tell how far the next ones are. A guess is only
 * a place to begin a listing at; a bad one costs a request, never an entry.
 */

/** Digits in the order of their bytes: the smallest set that holds what was seen is the one that is counted in. */
const ALPHABETS = ['0123456789', '0123456789abcdef', '0123456789ABCDEF', '0123456789abcdefghijklmnopqrstuvwxyz', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
/** How many digits behind the first difference count: more would be noise. */
const PRECISION = 4;

/** A place in the keys that can be counted on from. */
export interface KeyStep {
  readonly from: string;
  /** What the keys begin with. */
  readonly prefix: string;
  readonly alphabet: string;
  readonly value: bigint;
  /** How far the keys went over so many pages. */
  readonly step: bigint;
  readonly pages: number;
  readonly width: number;
}

/** Undefined where the two do not look like numbers. @param a comes so many pages before b */
export function stepBetween(a: string, b: string, pages: number): KeyStep | undefined {
  let differ = 0;
  while (differ < a.length && a[differ] === b[differ]) differ++;
  const alphabet = ALPHABETS.find((digits) => holds(digits, a[differ]) && holds(digits, b[differ]));
  if (alphabet === undefined) return undefined;
  let from = differ;
  while (from > 0 && holds(alphabet, b[from - 1])) from--;
  let to = differ + 1;
  while (to <= differ + PRECISION && holds(alphabet, a[to]) && holds(alphabet, b[to])) to++;
  const value = numberOf(alphabet, b.slice(from, to));
  return { from: b, prefix: b.slice(0, from), alphabet, value, step: value - numberOf(alphabet, a.slice(from, to)), pages, width: to - from };
}

/** The key about so many pages further; undefined where the numbers end. */
export function stepOn(place: KeyStep, pages: number): KeyStep | undefined {
  const { prefix, alphabet, width } = place;
  const value = place.value + (place.step * BigInt(pages)) / BigInt(place.pages);
  const base = BigInt(alphabet.length);
  let digits = '';
  for (let rest = value; digits.length < width; rest /= base) digits = (alphabet[Number(rest % base)] ?? '') + digits;
  return value >= base ** BigInt(width) ? undefined : { ...place, from: prefix + digits, value };
}

function holds(alphabet: string, digit: string | undefined): boolean {
  return digit !== undefined && alphabet.includes(digit);
}

function numberOf(alphabet: string, digits: string): bigint {
  const base = BigInt(alphabet.length);
  let value = 0n;
  for (const digit of digits) value = value * base + BigInt(alphabet.indexOf(digit));
  return value;
}
