/** Modes as typed: `755`, `u=rwx,g=rx`. */
import { AlluxioError } from '../errors.ts';

const TARGETS: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };
const PERMISSIONS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 };

/** The lowest nine bits; classes that are not mentioned get none. @throws INVALID_ARGUMENT */
export function parseMode(text: string): number {
  if (text.trim() === '') throw new AlluxioError('INVALID_ARGUMENT', `Invalid mode ${text}`);
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8) & 0o777;
  return text.split(',').reduce((mode, segment) => mode | bitsOf(segment, text), 0);
}

function bitsOf(segment: string, whole: string): number {
  const refused = (why = ''): AlluxioError => new AlluxioError('INVALID_ARGUMENT', `Invalid mode ${whole} - contains invalid segment ${segment}${why}`);
  const [targets, permissions, ...more] = segment.split('=');
  if (targets === undefined || permissions === undefined || permissions === '' || more.length > 0) throw refused();
  const mask = union(targets, TARGETS);
  if (mask === undefined) throw refused(` which has invalid targets ${targets}`);
  const bits = union(permissions, PERMISSIONS);
  if (bits === undefined) throw refused(` which has invalid permissions ${permissions}`);
  return mask & bits;
}

function union(letters: string, table: Readonly<Record<string, number>>): number | undefined {
  let result = 0;
  for (const letter of letters) {
    const bits = table[letter];
    if (bits === undefined) return undefined;
    result |= bits;
  }
  return letters === '' ? undefined : result;
}
