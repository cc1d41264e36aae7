/** GetObject, HeadObject, GetObjectMeta. */
import { OssError } from '../errors.ts';
import { checkConditions } from '../conditions.ts';
import type { Exchange, ObjectTarget } from '../exchange.ts';
import { existing, quoted, targetFor } from '../exchange.ts';
import { resolveRange } from '../range.ts';
import type { Reply } from '../reply.ts';
import { emptyReply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import { bodyOf, sliceSegments } from '../store/send.ts';
import { objectKey } from '../store/keys.ts';
import type { ObjectRecord } from '../store/records.ts';

const OVERRIDES = ['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'] as const;

/** `response-content-type=…` and the like. */
function overridesOf(request: OssRequest): Record<string, string> {
  return Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = request.query.get(`response-${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Follows a symbolic link, one step as OSS does. */
function resolveLink(exchange: Exchange, target: ObjectTarget): { record: ObjectRecord; linked: boolean } {
  const record = existing(target);
  if (record.target === undefined) return { record, linked: false };
  const real = exchange.store.tables.objects.get(objectKey(target.bucket.id, record.target));
  if (real === undefined) throw new OssError('SymlinkTargetNotExist');
  if (real.target !== undefined) throw new OssError('InvalidTargetType');
  return { record: { ...real, modified: record.modified, headers: { ...real.headers, ...record.headers } }, linked: true };
}

function identityHeaders(record: ObjectRecord): Record<string, string> {
  return {
    ETag: quoted(record.etag),
    'Last-Modified': new Date(record.modified).toUTCString(),
    'x-oss-object-type': record.type,
    'x-oss-hash-crc64ecma': record.crc64,
    'x-oss-storage-class': record.storageClass ?? 'Standard',
    ...(record.type === 'Appendable' ? { 'x-oss-next-append-position': String(record.size) } : {}),
  };
}

function restoreHeader(record: ObjectRecord): Record<string, string> {
  if (record.restoredUntil === undefined) return {};
  if (record.restoredUntil === 0) return { 'x-oss-restore': 'ongoing-request="true"' };
  return { 'x-oss-restore': `ongoing-request="false", expiry-date="${new Date(record.restoredUntil).toUTCString()}"` };
}

export function describe(record: ObjectRecord): Record<string, string> {
  return {
    'Accept-Ranges': 'bytes',
    ...record.headers,
    ...identityHeaders(record),
    ...restoreHeader(record),
    ...(record.tags === undefined ? {} : { 'x-oss-tagging-count': String(record.tags.length) }),
    'x-oss-server-time': '1',
  };
}

/** Of the whole object: an answer with a part of it has no such sum. */
function md5Header({ md5 }: ObjectRecord): Record<string, string> {
  return md5 === undefined ? {} : { 'Content-MD5': md5 };
}

export function getObject(exchange: Exchange): Reply {
  const { request, store } = exchange;
  const { record, linked } = resolveLink(exchange, targetFor(exchange, 'read'));
  const headers: Record<string, string> = { ...describe(record), ...(linked ? { 'x-oss-object-type': 'Symlink' } : {}) };
  if (!checkConditions(request, record)) return emptyReply(304, identityHeaders(record));
  Object.assign(headers, overridesOf(request));
  const standard = request.header('x-oss-range-behavior')?.toLowerCase() === 'standard';
  const range = resolveRange(request.header('range'), record.size, standard);
  if (range === undefined) return { status: 200, headers: { ...headers, ...md5Header(record) }, body: bodyOf(store, record.segments) };
  headers['Content-Range'] = `bytes ${range.start}-${range.start + range.length - 1}/${record.size}`;
  return { status: 206, headers, body: bodyOf(store, sliceSegments(record.segments, range.start, range.length)) };
}

export function headObject(exchange: Exchange): Reply {
  const { record, linked } = resolveLink(exchange, targetFor(exchange, 'read'));
  if (!checkConditions(exchange.request, record)) return emptyReply(304, identityHeaders(record));
  return emptyReply(200, { ...describe(record), ...md5Header(record), ...(linked ? { 'x-oss-object-type': 'Symlink' } : {}), 'Content-Length': String(record.size) });
}

/** The short form of HEAD: only what identifies the bytes. */
export function getObjectMeta(exchange: Exchange): Reply {
  const record = existing(targetFor(exchange, 'read'));
  if (!checkConditions(exchange.request, record)) return emptyReply(304);
  const { ETag = '', 'Last-Modified': modified = '', 'x-oss-hash-crc64ecma': crc64 = '' } = identityHeaders(record);
  return emptyReply(200, { ETag, 'Last-Modified': modified, 'x-oss-hash-crc64ecma': crc64, 'Content-Length': String(record.size) });
}
