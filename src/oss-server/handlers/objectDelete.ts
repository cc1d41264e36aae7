/** DeleteObject and DeleteMultipleObjects. */
import { createHash } from 'node:crypto';
import { encodeStrict } from '../auth/v4.ts';
import { OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { bucketFor, readDocument, targetFor } from '../exchange.ts';
import { checkObjectKey } from '../names.ts';
import type { Reply } from '../reply.ts';
import { emptyReply, xmlReply } from '../reply.ts';
import type { Changes } from '../store/index.ts';
import { objectKey } from '../store/keys.ts';
import { childrenOf, childText, parseXml } from '../xml.ts';
import { announcedMd5 } from './objectPut.ts';

function removeObject(changes: Changes, bucket: number, key: string): void {
  const indexKey = objectKey(bucket, key);
  const record = changes.objects.get(indexKey);
  if (record === undefined) return;
  changes.drop(record.segments);
  changes.objects.removeSync(indexKey);
}

export async function deleteObject(exchange: Exchange): Promise<Reply> {
  const { bucket, key, record } = targetFor(exchange, 'write');
  if (record !== undefined) await exchange.store.commit((changes) => { removeObject(changes, bucket.id, key); });
  return emptyReply(204);
}

const MOST_KEYS = 1000;

interface DeleteOrder {
  readonly quiet: boolean;
  readonly keys: string[];
}

function parseOrder(document: Buffer): DeleteOrder {
  const root = parseXml(document.toString('utf8'));
  const objects = childrenOf(root, 'Object');
  if (root.name !== 'Delete' || objects.length === 0 || objects.length > MOST_KEYS) throw new OssError('MalformedXML');
  const keys = objects.map((object) => childText(object, 'Key') ?? '');
  for (const key of keys) checkObjectKey(key);
  return { quiet: childText(root, 'Quiet')?.trim().toLowerCase() === 'true', keys };
}

export async function deleteMultiple(exchange: Exchange): Promise<Reply> {
  const { request, store } = exchange;
  const bucket = bucketFor(exchange, 'write');
  if (request.header('content-length') === undefined) throw new OssError('MissingContentLength');
  const md5 = announcedMd5(request);
  if (md5 === undefined) throw new OssError('MissingArgument', { message: 'Missing Some Required Arguments: Content-MD5.', extra: { ArgumentName: 'Content-MD5' } });
  const document = await readDocument(exchange);
  if (createHash('md5').update(document).digest('hex') !== md5) throw new OssError('InvalidDigest');
  const order = parseOrder(document);
  const keys = exchange.fault === 'partial-delete' ? order.keys.slice(0, Math.floor(order.keys.length / 2)) : order.keys;
  await store.commit((changes) => {
    for (const key of keys) removeObject(changes, bucket.id, key);
  });
  const url = (request.query.get('encoding-type') ?? '').toLowerCase() === 'url';
  if (order.quiet) return emptyReply(200, { 'Content-Type': 'application/xml' });
  return xmlReply([
    'DeleteResult',
    [...(url ? [['EncodingType', 'url'] as const] : []), ...keys.map((key) => ['Deleted', [['Key', url ? encodeStrict(key) : key]]] as const)],
  ]);
}
