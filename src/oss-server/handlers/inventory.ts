/** Inventory rules of a bucket: kept by id and listed; nothing is ever inventoried. */
import { OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { bucketFor, readDocument } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { emptyReply } from '../reply.ts';
import { childText, parseXml } from '../xml.ts';
import { setDocument } from './bucketConfig.ts';

const PREFIX = 'inventory/';
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

function idOf(exchange: Exchange): string {
  const id = exchange.request.query.get('inventoryId') ?? '';
  if (id === '') throw new OssError('MissingArgument', { extra: { ArgumentName: 'inventoryId' } });
  return id;
}

function answer(text: string): Reply {
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: HEAD + text };
}

export async function putInventory(exchange: Exchange): Promise<Reply> {
  bucketFor(exchange, 'owner');
  const id = idOf(exchange);
  const text = (await readDocument(exchange)).toString('utf8');
  const root = parseXml(text);
  if (root.name !== 'InventoryConfiguration' || childText(root, 'Id') !== id) throw new OssError('MalformedXML');
  await setDocument(exchange, PREFIX + id, text.replace(/^\s*<\?[^>]*\?>\s*/, ''));
  return emptyReply(200);
}

/** One rule with an id, all of them without. */
export function getInventory(exchange: Exchange): Reply {
  const { documents } = bucketFor(exchange, 'owner');
  const id = exchange.request.query.get('inventoryId');
  if (id !== undefined && id !== '') {
    const text = documents[PREFIX + id];
    if (text === undefined) throw new OssError('NoSuchInventory');
    return answer(text);
  }
  const rules = Object.keys(documents).filter((name) => name.startsWith(PREFIX)).sort();
  const body = rules.map((name) => documents[name] ?? '').join('');
  return answer(`<ListInventoryConfigurationsResult>${body}<IsTruncated>false</IsTruncated></ListInventoryConfigurationsResult>`);
}

export async function deleteInventory(exchange: Exchange): Promise<Reply> {
  await setDocument(exchange, PREFIX + idOf(exchange), undefined);
  return emptyReply(204);
}
