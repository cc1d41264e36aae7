/** The steps of a multipart upload, each one request. */
import { AlluxioError, hasCode, isAlluxioError } from '../../errors.ts';
import { asLost, once } from '../wrappers/retry.ts';
import type { Retry } from '../wrappers/retry.ts';
import type { OssAnswer, OssClient } from './oss-client.ts';
import { bareEtag, corrupt, crcOf, dateOf, wholeXml } from './store.ts';
import type { OssStore } from './store.ts';
import { decodeUrlEncoded, elementsOf, escapeXml, textOf } from './xml.ts';

export interface Upload {
  readonly object: string;
  readonly id: string;
}

export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
}

export interface UploadOptions {
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
}

export function forbidOverwrite(overwrite: boolean): Record<string, string> {
  return overwrite ? {} : { 'x-oss-forbid-overwrite': 'true' };
}

/** Repeated after a lost answer, and then the upload that the lost answer was about is found and aborted. */
export async function beginUpload(store: OssStore, object: string, options: UploadOptions): Promise<Upload> {
  const begun = performance.now();
  let tried = false;
  try {
    const id = await store.retry(async () => {
      const again = tried;
      tried = true;
      if (again) await abortYoungerThan(store.client, object, performance.now() - begun);
      const answer = await store.client.send({ method: 'POST', object, subresource: { uploads: '' }, headers: forbidOverwrite(options.overwrite), signal: options.signal });
      // Half an answer is a lost one: the upload is there, and only OSS knows its name.
      const given = textOf(answer.body.toString('utf8'), 'UploadId');
      if (given === undefined) throw new AlluxioError('UNAVAILABLE', `OSS did not name the upload of oss://${store.client.bucket}/${object} that it began`);
      return given;
    }, options.signal);
    return { object, id };
  } catch (error) {
    if (!isLost(error)) throw error;
    const withdrawn = await abortYoungerThan(store.client, object, performance.now() - begun).then(() => true, () => false);
    throw withdrawn ? error : asLost(error);
  }
}

/** True when what was asked for may have been done all the same. */
export function isLost(error: unknown): boolean {
  return isAlluxioError(error) && error.retryable;
}

/** By the server's own clock: an answer's date less the time since we first asked. Dates have whole seconds. */
async function abortYoungerThan(client: OssClient, object: string, ageMs: number): Promise<void> {
  const { uploads, nowMs } = await uploadsOf(client, object);
  for (const upload of uploads) {
    if (upload.initiatedMs >= nowMs - ageMs - 1000) await abortUpload(client, upload);
  }
}

export async function putPart(store: OssStore, upload: Upload, part: { number: number; body: Uint8Array; crc: bigint; signal: AbortSignal }): Promise<UploadedPart> {
  const answer = await store.retry(
    () =>
      store.client.send({
        method: 'PUT',
        object: upload.object,
        subresource: { partNumber: String(part.number), uploadId: upload.id },
        body: part.body,
        signal: part.signal,
      }),
    part.signal,
  );
  const crc = crcOf(answer.headers);
  if (crc !== undefined && crc !== part.crc.toString()) {
    throw corrupt(store.client, upload.object, `part ${String(part.number)} was sent with CRC64 ${part.crc.toString()} and arrived with ${crc}`);
  }
  return { number: part.number, etag: bareEtag(answer.headers.etag) };
}

export function sendComplete(client: OssClient, upload: Upload, parts: readonly UploadedPart[], overwrite: boolean): Promise<OssAnswer> {
  const list = parts.map((part) => `<Part><PartNumber>${String(part.number)}</PartNumber><ETag>${escapeXml(`"${part.etag}"`)}</ETag></Part>`).join('');
  return client.send({
    method: 'POST',
    object: upload.object,
    subresource: { uploadId: upload.id },
    headers: { 'Content-Type': 'application/xml', ...forbidOverwrite(overwrite) },
    body: Buffer.from(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`),
  });
}

/** False when there is no such upload (any more). */
export async function abortUpload(client: OssClient, upload: Upload): Promise<boolean> {
  try {
    await client.send({ method: 'DELETE', object: upload.object, subresource: { uploadId: upload.id }, expect: [204, 200] });
    return true;
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

/** No part may stay: OSS keeps and bills them until the upload is aborted. */
export async function withdrawUpload(store: OssStore, upload: Upload): Promise<'removed' | 'absent' | 'left'> {
  try {
    return (await store.retry(() => abortUpload(store.client, upload))) ? 'removed' : 'absent';
  } catch {
    return 'left';
  }
}

export interface FoundUpload extends Upload {
  readonly initiatedMs: number;
}

export interface UploadPage {
  readonly uploads: readonly FoundUpload[];
  /** What time it is on the server. */
  readonly nowMs: number;
}

/** The unfinished uploads of exactly this object, and what time it is on the server. */
export async function uploadsOf(client: OssClient, object: string): Promise<{ uploads: FoundUpload[]; nowMs: number }> {
  const found: FoundUpload[] = [];
  let nowMs = 0;
  for await (const page of uploadPages(client, object, once)) {
    const own = page.uploads.filter((upload) => upload.object === object);
    found.push(...own);
    nowMs = page.nowMs;
    // The object's own uploads come first of all that begin with its name.
    if (own.length < page.uploads.length) break;
  }
  return { uploads: found, nowMs };
}

/** Unfinished uploads of objects whose names begin so, in the order of their names. */
export async function* uploadPages(client: OssClient, prefix: string, retry: Retry, signal?: AbortSignal): AsyncGenerator<UploadPage> {
  let after: Record<string, string> = {};
  for (;;) {
    const query = { prefix, 'max-uploads': '1000', 'encoding-type': 'url', ...after };
    const { answer, xml } = await retry(async () => {
      const page = await client.send({ method: 'GET', subresource: { uploads: '' }, query, signal });
      return { answer: page, xml: wholeXml(client, page, { root: 'ListMultipartUploadsResult', about: prefix }) };
    }, signal);
    const decode = textOf(xml, 'EncodingType') === 'url' ? decodeUrlEncoded : (text: string): string => text;
    const uploads = [...elementsOf(xml, 'Upload')].map(({ from, to }) => ({
      object: decode(textOf(xml, 'Key', from, to) ?? ''),
      id: textOf(xml, 'UploadId', from, to) ?? '',
      initiatedMs: Date.parse(textOf(xml, 'Initiated', from, to) ?? ''),
    }));
    yield { uploads, nowMs: dateOf(answer.headers) };
    const keyMarker = decode(textOf(xml, 'NextKeyMarker') ?? '');
    if (textOf(xml, 'IsTruncated') !== 'true' || keyMarker === '') return;
    after = { 'key-marker': keyMarker, 'upload-id-marker': textOf(xml, 'NextUploadIdMarker') ?? '' };
  }
}
