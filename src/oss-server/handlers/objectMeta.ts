/** What is changed about an object without its bytes: ACL, tags, symbolic link, restore. */
import { createHash } from 'node:crypto';
import { encodeStrict } from '../auth/v4.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Exchange, ObjectTarget } from '../exchange.ts';
import { existing, OWNER_ID, quoted, readDocument, targetFor } from '../exchange.ts';
import { checkTags, forbidsOverwrite, metadataOf } from '../metadata.ts';
import { checkObjectKey, OBJECT_ACLS } from '../names.ts';
import type { Reply } from '../reply.ts';
import { emptyReply, xmlReply } from '../reply.ts';
import { decodePath } from '../request.ts';
import { objectKey, requireObject } from '../store/keys.ts';
import type { ObjectRecord } from '../store/records.ts';
import { childrenOf, childText, parseXml } from '../xml.ts';
import { replaceObject } from './objectPut.ts';

/** Changes a record in place; its bytes stay where they are. */
async function amend(exchange: Exchange, target: ObjectTarget, change: (record: ObjectRecord) => ObjectRecord): Promise<void> {
  await exchange.store.commit((changes) => {
    const record = requireObject({ tables: changes }, target.bucket, target.key);
    changes.objects.putSync(objectKey(target.bucket.id, target.key), change(record));
  });
}

export function getObjectAcl(exchange: Exchange): Reply {
  const record = existing(targetFor(exchange, 'owner'));
  return xmlReply(['AccessControlPolicy', [['Owner', [['ID', OWNER_ID], ['DisplayName', OWNER_ID]]], ['AccessControlList', [['Grant', record.acl ?? 'default']]]]]);
}

export async function putObjectAcl(exchange: Exchange): Promise<Reply> {
  const target = targetFor(exchange, 'owner');
  existing(target);
  const acl = exchange.request.header('x-oss-object-acl') ?? exchange.request.header('x-oss-acl') ?? '';
  if (!OBJECT_ACLS.includes(acl)) throw invalidArgument('x-oss-object-acl', acl, 'no such object access control exists');
  await amend(exchange, target, (record) => ({ ...record, acl }));
  return emptyReply(200);
}

export function getTagging(exchange: Exchange): Reply {
  const record = existing(targetFor(exchange, 'owner'));
  return xmlReply(['Tagging', [['TagSet', (record.tags ?? []).map(([key, value]) => ['Tag', [['Key', key], ['Value', value]]] as const)]]]);
}

export async function putTagging(exchange: Exchange): Promise<Reply> {
  const target = targetFor(exchange, 'owner');
  existing(target);
  const root = parseXml((await readDocument(exchange)).toString('utf8'));
  const [set] = childrenOf(root, 'TagSet');
  if (root.name !== 'Tagging' || set === undefined) throw new OssError('MalformedXML');
  const tags = checkTags(childrenOf(set, 'Tag').map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? ''] as const));
  await amend(exchange, target, (record) => ({ ...record, tags }));
  return emptyReply(200);
}

export async function deleteTagging(exchange: Exchange): Promise<Reply> {
  const target = targetFor(exchange, 'owner');
  existing(target);
  await amend(exchange, target, ({ tags: _tags, ...record }) => record);
  return emptyReply(204);
}

export async function putSymlink(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const { bucket, key } = targetFor(exchange, 'write');
  const link = decodePath(request.header('x-oss-symlink-target') ?? '');
  checkObjectKey(link);
  const metadata = metadataOf(request);
  const forbidOverwrite = forbidsOverwrite(request);
  const etag = createHash('md5').update(link).digest('hex').toUpperCase();
  const modified = Date.now();
  await store.commit((changes) => {
    replaceObject(changes, { bucket, key, forbidOverwrite }, () => ({
      type: 'Symlink',
      size: 0,
      etag,
      crc64: '0',
      modified,
      storageClass: bucket.storageClass,
      ...metadata,
      target: link,
      segments: [],
    }));
  });
  return emptyReply(200, { ETag: quoted(etag) });
}

export function getSymlink(exchange: Exchange): Reply {
  const record = existing(targetFor(exchange, 'read'));
  if (record.target === undefined) throw new OssError('NotSymlink');
  return emptyReply(200, {
    'x-oss-symlink-target': encodeStrict(record.target),
    ETag: quoted(record.etag),
    'Last-Modified': new Date(record.modified).toUTCString(),
  });
}

/** An archived object becomes readable at once; nothing is really frozen here. */
export async function restoreObject(exchange: Exchange): Promise<Reply> {
  const target = targetFor(exchange, 'owner');
  const record = existing(target);
  const document = (await readDocument(exchange)).toString('utf8');
  if (!(record.storageClass ?? 'Standard').includes('Archive')) throw new OssError('OperationNotSupported');
  const days = document.trim() === '' ? 1 : Number(childText(parseXml(document), 'Days') ?? '1');
  if (!Number.isInteger(days) || days < 1 || days > 365) throw new OssError('MalformedXML');
  const until = Date.now() + days * 24 * 3600 * 1000;
  await amend(exchange, target, (now) => ({ ...now, restoredUntil: until }));
  return emptyReply(record.restoredUntil === undefined ? 202 : 200);
}
