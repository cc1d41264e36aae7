/** Removes objects: 1,000 in a request, several requests at a time. */
import { createHash } from 'node:crypto';
import { AlluxioError, isAlluxioError, messageOf } from '../../errors.ts';
import { forEachInParallel } from '../parallel.ts';
import type { OssClient } from './oss-client.ts';
import { wholeXml } from './store.ts';
import { canStandInXml, decodeUrlEncoded, elementsOf, escapeXml, textOf } from './xml.ts';

const BATCH = 1000;

export interface DeleteRequest {
  readonly objects: readonly string[];
  readonly parallel: number;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves with the objects that may still be there, each with the reason. Absent ones count as removed. */
export async function deleteObjects(client: OssClient, request: DeleteRequest): Promise<Map<string, Error>> {
  const failures = new Map<string, Error>();
  // The request's body is XML, which has no words for some characters.
  const alone = request.objects.filter((object) => !canStandInXml(object));
  const together = alone.length === 0 ? request.objects : request.objects.filter(canStandInXml);
  const batches: (readonly string[])[] = alone.map((object) => [object]);
  for (let at = 0; at < together.length; at += BATCH) batches.push(together.slice(at, at + BATCH));
  await forEachInParallel(batches, { parallel: request.parallel, signal: request.signal }, async (batch) => {
    try {
      await deleteBatch(client, batch, failures, request.signal);
    } catch (error) {
      if (isAlluxioError(error) && error.code === 'CANCELLED') throw error;
      const reason = error instanceof Error ? error : new Error(messageOf(error));
      for (const object of batch) failures.set(object, reason);
    }
  });
  return failures;
}

async function deleteBatch(client: OssClient, batch: readonly string[], failures: Map<string, Error>, signal: AbortSignal | undefined): Promise<void> {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) {
    await client.send({ method: 'DELETE', object: only, expect: [200, 204], signal });
    return;
  }
  const body = Buffer.from(`<Delete><Quiet>false</Quiet>${batch.map((object) => `<Object><Key>${escapeXml(object)}</Key></Object>`).join('')}</Delete>`);
  const answer = await client.send({
    method: 'POST',
    subresource: { delete: '' },
    query: { 'encoding-type': 'url' },
    headers: { 'Content-MD5': createHash('md5').update(body).digest('base64'), 'Content-Type': 'application/xml' },
    body,
    signal,
  });
  const { deleted, refused } = readAnswer(wholeXml(client, answer, { root: 'DeleteResult' }));
  for (const object of batch) {
    if (!deleted.has(object)) failures.set(object, notDeleted(client, object, refused.get(object)));
  }
}

function readAnswer(xml: string): { deleted: Set<string>; refused: Map<string, string> } {
  const decode = textOf(xml, 'EncodingType') === 'url' ? decodeUrlEncoded : (text: string): string => text;
  const keyIn = (range: { from: number; to: number }): string => decode(textOf(xml, 'Key', range.from, range.to) ?? '');
  const deleted = new Set<string>();
  const refused = new Map<string, string>();
  for (const range of elementsOf(xml, 'Deleted')) deleted.add(keyIn(range));
  for (const range of elementsOf(xml, 'Error')) refused.set(keyIn(range), textOf(xml, 'Code', range.from, range.to) ?? '');
  return { deleted, refused };
}

/** OSS leaves out what it did not delete; some compatible servers say why. */
function notDeleted(client: OssClient, object: string, code: string | undefined): AlluxioError {
  const path = `oss://${client.bucket}/${object}`;
  const refused = code === 'AccessDenied';
  return new AlluxioError(refused ? 'UNAUTHENTICATED' : 'UNAVAILABLE', `OSS did not delete ${path}${code === undefined ? '' : ` (${code})`}`, { path });
}
