/** What each operation of the driver works with, and the answers' headers that several of them read. */
import type { IncomingHttpHeaders } from 'node:http';
import { AlluxioError, hasCode } from '../../errors.ts';
import type { UfsStatus } from '../ufs.ts';
import type { Retry } from '../wrappers/retry.ts';
import type { BlockPool, ByteBudget } from './byte-budget.ts';
import { DIRECTORY } from './listing-entries.ts';
import type { OssAnswer, OssClient } from './oss-client.ts';
import type { OssTuning } from './tuning.ts';

export interface OssStore {
  readonly client: OssClient;
  /** For single requests inside an operation that cannot be repeated as a whole. */
  readonly retry: Retry;
  readonly tuning: OssTuning;
  readonly parts: BlockPool;
  readonly readBudget: ByteBudget;
}

export interface HeadedObject {
  readonly size: number;
  readonly modifiedMs: number;
  readonly etag: string;
  readonly crc64: string | undefined;
  /** It is a symbolic link, and all this is of what it leads to. */
  readonly link: boolean;
}

/** undefined when the object is absent, and only then. */
export async function headObject(client: OssClient, object: string, signal?: AbortSignal): Promise<HeadedObject | undefined> {
  try {
    const { headers } = await client.send({ method: 'HEAD', object, signal });
    const size = Number(headers['content-length'] ?? Number.NaN);
    const modifiedMs = Date.parse(headers['last-modified'] ?? '');
    const etag = bareEtag(headers.etag);
    if (!Number.isSafeInteger(size) || Number.isNaN(modifiedMs) || etag === '') throw client.unusable(object, 'without length, time or ETag');
    return { size, modifiedMs, etag, crc64: crcOf(headers), link: headers['x-oss-object-type'] === 'Symlink' };
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

export function fileStatus(object: HeadedObject): UfsStatus {
  return { ...DIRECTORY, kind: 'file', size: object.size, modifiedMs: object.modifiedMs, contentHash: object.etag, crc64: object.crc64 };
}

export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

/** The text of an XML answer. @throws UNAVAILABLE when its end is missing: half a listing must not pass for a whole one */
export function wholeXml(client: OssClient, answer: OssAnswer, { root, about = '' }: { root: string; about?: string }): string {
  const xml = answer.body.toString('utf8');
  const end = xml.trimEnd();
  if (!end.endsWith(`</${root}>`) && !end.endsWith(`<${root}/>`)) throw client.unusable(about, `with half a ${root}`);
  return xml;
}

export function crcOf(headers: IncomingHttpHeaders): string | undefined {
  // Of a symbolic link OSS tells the link's own, not that of the bytes.
  if (headers['x-oss-object-type'] === 'Symlink') return undefined;
  const value = headers['x-oss-hash-crc64ecma'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The server's clock, to the second; a PUT's answer has no Last-Modified. */
export function dateOf(headers: IncomingHttpHeaders): number {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

export function corrupt(client: OssClient, object: string, what: string): AlluxioError {
  const path = `oss://${client.bucket}/${object}`;
  return new AlluxioError('CORRUPT', `${path}: ${what}`, { path });
}
