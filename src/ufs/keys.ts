/** Keys as the Ufs interface defines them: checked before a driver makes a path or an object key of one. */
import { AlluxioError } from '../errors.ts';

/** Half a character: JavaScript can hold it, UTF-8 cannot. */
const LONE_SURROGATE = /\p{Surrogate}/u;

export function isUsableName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}

/** True for `''` and for names joined by single slashes: what a path of the namespace can say. */
export function isUsableKey(key: string): boolean {
  if (key === '') return true;
  let from = 0;
  while (from <= key.length) {
    const slash = key.indexOf('/', from);
    const end = slash < 0 ? key.length : slash;
    const length = end - from;
    if (length === 0) return false;
    // Looked at by characters: this runs for each key of a listing.
    if (length <= 2 && key.charCodeAt(from) === 46 && (length === 1 || key.charCodeAt(from + 1) === 46)) return false;
    if (slash < 0) return true;
    from = slash + 1;
  }
  return false;
}

/** @throws INVALID_ARGUMENT: a caller's mistake, and the guard that keeps `..` inside the mount. */
export function assertKey(key: string): void {
  if (!isUsableKey(key) || LONE_SURROGATE.test(key)) throw new AlluxioError('INVALID_ARGUMENT', `"${key}" is not a path below a mount point.`);
}

export function parentKey(key: string): string {
  const cut = key.lastIndexOf('/');
  return cut < 0 ? '' : key.slice(0, cut);
}

/** `a`, `a/b`, `a/b/c` of `a/b/c`. */
export function keyAndAncestors(key: string): string[] {
  const keys: string[] = [];
  for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) keys.push(key.slice(0, slash));
  if (key !== '') keys.push(key);
  return keys;
}

export function joinKey(parent: string, name: string): string {
  if (parent === '') return name;
  return name === '' ? parent : `${parent}/${name}`;
}
