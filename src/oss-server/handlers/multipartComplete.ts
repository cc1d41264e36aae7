/** CompleteMultipartUpload: the parts become one object, by reference. */
import { createHash } from 'node:crypto';
import { encodeStrict } from '../auth/v4.ts';
import { joinCrc64 } from '../crc64.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { quoted, readDocument, targetFor } from '../exchange.ts';
import { aclAsked, encryptionEcho, forbidsOverwrite } from '../metadata.ts';
import type { Reply } from '../reply.ts';
import { xmlReply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import { partKey, requireUpload, uploadKey } from '../store/keys.ts';
import type { PartRecord } from '../store/records.ts';
import { childrenOf, childText, parseXml } from '../xml.ts';
import { MOST_PARTS, partsOf } from './multipart.ts';
import { replaceObject } from './objectPut.ts';

interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

/** No part at all is a list too, as with OSS: clients end an upload of nothing so. */
function parseComplete(document: Buffer): NamedPart[] {
  const root = parseXml(document.toString('utf8'));
  const parts = childrenOf(root, 'Part').map((part) => ({
    number: Number((childText(part, 'PartNumber') ?? '').trim()),
    etag: (childText(part, 'ETag') ?? '').trim().replaceAll('"', '').toUpperCase(),
  }));
  if (root.name !== 'CompleteMultipartUpload' || parts.length > MOST_PARTS) throw new OssError('MalformedXML');
  if (parts.some(({ number }) => !Number.isInteger(number) || number < 1 || number > MOST_PARTS)) throw new OssError('InvalidArgument', { message: 'Part number must be an integer between 1 and 10000, inclusive.' });
  for (let at = 1; at < parts.length; at += 1) {
    if ((parts[at]?.number ?? 0) <= (parts[at - 1]?.number ?? 0)) throw new OssError('InvalidPartOrder');
  }
  return parts;
}

function choose(stored: readonly PartRecord[], named: readonly NamedPart[] | undefined, minimal: number): PartRecord[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const chosen =
    named?.map(({ number, etag }) => {
      const part = byNumber.get(number);
      if (part === undefined || part.etag !== etag) throw new OssError('InvalidPart', { extra: { PartNumber: String(number), ETag: etag } });
      return part;
    }) ?? [...stored];
  if (named === undefined && chosen.length === 0) throw new OssError('InvalidPart');
  for (const part of chosen.slice(0, -1)) {
    if (part.size < minimal) {
      throw new OssError('EntityTooSmall', { extra: { MinSizeAllowed: String(minimal), ProposedSize: String(part.size), PartNumber: String(part.number) } });
    }
  }
  return chosen;
}

/** OSS's own formula, which its SDKs' tests know: the MD5 of the parts' tags as text, with their number. */
function joinedEtag(parts: readonly PartRecord[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part.etag);
  return `${hash.digest('hex').toUpperCase()}-${parts.length}`;
}

function joinedCrc64(parts: readonly PartRecord[]): string {
  return parts.reduce((sum, part) => joinCrc64(sum, BigInt(part.crc64), part.size), 0n).toString();
}

function completesAll(request: OssRequest): boolean {
  return request.header('x-oss-complete-all')?.toLowerCase() === 'yes';
}

export async function completeUpload(exchange: Exchange): Promise<Reply> {
  const { request, store, limits } = exchange;
  const { bucket, key } = targetFor(exchange, 'write');
  const uploadId = request.query.get('uploadId') ?? '';
  const document = await readDocument(exchange);
  const all = completesAll(request);
  if (all && document.length > 0) throw invalidArgument('x-oss-complete-all', 'yes', 'The request body must be empty when x-oss-complete-all is set.');
  requireUpload(store, { bucket, key }, uploadId);
  const named = all ? undefined : parseComplete(document);
  const forbidOverwrite = forbidsOverwrite(request);
  // What the end says counts, as with OSS: the begin may have said nothing, or another ACL.
  const acl = aclAsked(request);
  const modified = Date.now();
  const record = await store.commit((changes) => {
    const { id: _id, bucket: _bucket, key: _key, initiated: _initiated, ...metadata } = requireUpload({ tables: changes }, { bucket, key }, uploadId);
    const stored = partsOf(changes, uploadId);
    const parts = choose(stored, named, limits.minimalPartBytes);
    return replaceObject(changes, { bucket, key, forbidOverwrite }, () => {
      const kept = new Set(parts);
      for (const part of stored) if (!kept.has(part)) changes.drop(part.segments);
      for (const part of stored) changes.parts.removeSync(partKey(uploadId, part.number));
      changes.uploads.removeSync(uploadKey(bucket.id, key, uploadId));
      return {
        type: 'Multipart',
        size: parts.reduce((sum, part) => sum + part.size, 0),
        etag: joinedEtag(parts),
        crc64: joinedCrc64(parts),
        modified,
        ...metadata,
        ...(acl === undefined ? {} : { acl }),
        segments: parts.flatMap((part) => part.segments),
      };
    });
  });
  const url = request.query.get('encoding-type') === 'url';
  return xmlReply(
    [
      'CompleteMultipartUploadResult',
      [
        ...(url ? [['EncodingType', 'url'] as const] : []),
        ['Location', `${exchange.endpoint}/${bucket.name}/${encodeStrict(key).replaceAll('%2F', '/')}`],
        ['Bucket', bucket.name],
        ['Key', url ? encodeStrict(key) : key],
        ['ETag', quoted(record.etag)],
      ],
    ],
    { ETag: quoted(record.etag), 'x-oss-hash-crc64ecma': record.crc64, ...encryptionEcho(record.headers) },
  );
}
