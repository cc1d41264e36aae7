/** If-Match and its three relatives, for reads (bare names) and for the source of a copy (`x-oss-copy-source-…`). */
import { OssError } from './errors.ts';
import type { OssRequest } from './request.ts';
import type { ObjectRecord } from './store/records.ts';

/** How a condition is spelt in the error document. */
const SPELT = { 'if-match': 'If-Match', 'if-unmodified-since': 'If-Unmodified-Since' } as const;

function matches(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const candidate = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return candidate === '*' || candidate === etag;
  });
}

function seconds(time: number): number {
  return Math.floor(time / 1000);
}

/** @returns false when the answer is 304. @throws PreconditionFailed */
export function checkConditions(request: OssRequest, record: Pick<ObjectRecord, 'etag' | 'modified'>, prefix: '' | 'x-oss-copy-source-' = ''): boolean {
  const header = (name: string): string | undefined => request.header(prefix + name);
  const fail = (name: keyof typeof SPELT): never => {
    throw new OssError('PreconditionFailed', { extra: { Condition: SPELT[name] } });
  };
  const match = header('if-match');
  if (match !== undefined && !matches(match, record.etag)) fail('if-match');
  const unmodified = Date.parse(header('if-unmodified-since') ?? '');
  if (!Number.isNaN(unmodified) && seconds(record.modified) > seconds(unmodified)) fail('if-unmodified-since');
  const noneMatch = header('if-none-match');
  if (noneMatch !== undefined) return !matches(noneMatch, record.etag);
  const modified = Date.parse(header('if-modified-since') ?? '');
  return Number.isNaN(modified) || seconds(record.modified) > seconds(modified);
}
