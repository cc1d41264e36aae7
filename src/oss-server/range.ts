/** Ranges by OSS's own rules: what cannot be satisfied is ignored, unless the client asks for the standard behaviour. */
import { OssError } from './errors.ts';

export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** @returns undefined for the whole object with 200. @throws InvalidRange in standard behaviour only */
export function resolveRange(text: string | undefined, size: number, standard: boolean): ByteRange | undefined {
  if (text === undefined) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? size - Number(to) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Number(to);
  if (from !== '' && end < start && to !== '') return undefined;
  const outside = start >= size || size === 0;
  if (standard) {
    if (outside || (from === '' && Number(to) === 0)) {
      throw new OssError('InvalidRange', { headers: { 'Content-Range': `bytes */${size}` }, extra: { ActualObjectSize: String(size), RangeRequested: text } });
    }
    const first = Math.max(0, start);
    return { start: first, length: Math.min(end, size - 1) - first + 1 };
  }
  if (outside || start < 0 || end >= size) return undefined;
  return { start, length: end - start + 1 };
}
