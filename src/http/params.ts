/** Parameters of a request, read strictly: bytes that are no UTF-8 are refused, not replaced by something that names another file. */
import { AlluxioError } from '../errors.ts';
import type { AlluxioPath } from '../uri.ts';
import { plainPath } from '../uri.ts';
import type { SiteContext } from './site.ts';

export type Params = ReadonlyMap<string, string>;

/** The first of each name, as in `?path=%2Fa+b`. @throws INVALID_ARGUMENT */
export function paramsOf(c: SiteContext): Params {
  return parseParams(c.req.url.split('?', 2)[1] ?? '');
}

export function parseParams(query: string): Params {
  const found = new Map<string, string>();
  for (const part of query.split('#', 1)[0]?.split('&') ?? []) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = decoded(cut < 0 ? part : part.slice(0, cut), true);
    if (!found.has(name)) found.set(name, cut < 0 ? '' : decoded(part.slice(cut + 1), true));
  }
  return found;
}

/** @throws INVALID_ARGUMENT */
export function decoded(text: string, plusIsSpace = false): string {
  try {
    return decodeURIComponent(plusIsSpace ? text.replaceAll('+', ' ') : text);
  } catch (error) {
    throw new AlluxioError('INVALID_ARGUMENT', 'The request holds percent signs that are no UTF-8.', { cause: error });
  }
}

export function pathParam(params: Params, name = 'path'): AlluxioPath {
  const text = params.get(name) ?? '';
  return text === '' ? plainPath('/') : plainPath(text);
}

/** A count, a position: a whole number that is not negative. @throws INVALID_ARGUMENT */
export function numberParam(params: Params, name: string, fallback: number): number {
  const text = params.get(name) ?? '';
  if (text === '') return fallback;
  if (!/^\d{1,15}$/.test(text)) throw new AlluxioError('INVALID_ARGUMENT', `${name} is not a whole number.`);
  return Number(text);
}
