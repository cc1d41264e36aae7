/** Copies an object inside the bucket: in one request up to 1 GB, above that in parts, several at a time; what a symbolic link leads to, by way of this process. */
import { AlluxioError } from '../../errors.ts';
import { forEachInParallel } from '../parallel.ts';
import type { CopyOptions, UfsWritten } from '../ufs.ts';
import { asLost, throwIfAborted } from '../wrappers/retry.ts';
import type { OssAnswer } from './oss-client.ts';
import { bareEtag, corrupt, crcOf, dateOf, headObject } from './store.ts';
import type { HeadedObject, OssStore } from './store.ts';
import { readObject } from './read.ts';
import { beginUpload, sendComplete, withdrawUpload } from './uploads.ts';
import type { UploadedPart } from './uploads.ts';
import { writeObject } from './write.ts';
import { textOf } from './xml.ts';

interface Copying {
  readonly store: OssStore;
  readonly from: string;
  readonly to: string;
  readonly source: HeadedObject;
  readonly signal: AbortSignal;
}

export async function copyObject(store: OssStore, names: { from: string; to: string }, { signal: outer, ifContentHash }: CopyOptions = {}): Promise<UfsWritten> {
  const source = await headObject(store.client, names.from, outer);
  const path = `oss://${store.client.bucket}/${names.from}`;
  if (source === undefined) throw new AlluxioError('NOT_FOUND', `${path} does not exist`, { path });
  if (ifContentHash !== undefined && ifContentHash !== source.etag) throw new AlluxioError('FAILED_PRECONDITION', `${path} was changed in the under storage by somebody else`, { path });
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  // OSS copies the link itself, which would change with what it leads to.
  if (source.link) return copyBehind(store, names, { source, signal });
  const copying = { store, ...names, source, signal };
  const answer = await (source.size > store.tuning.copyAtOnceBytes ? copyInParts(copying, stop) : copyAtOnce(copying));
  return copied(copying, answer);
}

async function copyBehind(store: OssStore, { from, to }: { from: string; to: string }, { source, signal }: { source: HeadedObject; signal: AbortSignal }): Promise<UfsWritten> {
  const bytes = await readObject(store, from, { ifContentHash: source.etag, signal });
  try {
    return await writeObject(store, to, bytes, { size: source.size, signal });
  } finally {
    await bytes.close();
  }
}

async function copyAtOnce({ store, to, signal, ...copying }: Copying): Promise<OssAnswer> {
  // Only looked at before: OSS makes the copy although its asker is gone, after whoever gave up has looked for it.
  throwIfAborted(signal);
  return store.client.send({ method: 'PUT', object: to, headers: sourceHeaders(store, copying) });
}

async function copyInParts(copying: Copying, stop: AbortController): Promise<OssAnswer> {
  const { store, to, source, signal } = copying;
  const { tuning } = store;
  const upload = await beginUpload(store, to, { overwrite: true, signal });
  try {
    const length = Math.max(tuning.copyPartBytes, Math.ceil(source.size / tuning.maxParts));
    const parts: UploadedPart[] = [];
    await forEachInParallel(Array.from({ length: Math.ceil(source.size / length) }, (_, at) => at), { parallel: tuning.serviceThreads, signal }, async (at) => {
      const from = at * length;
      const range = `bytes=${String(from)}-${String(Math.min(source.size, from + length) - 1)}`;
      const answer = await store.retry(
        () =>
          store.client.send({
            method: 'PUT',
            object: to,
            subresource: { partNumber: String(at + 1), uploadId: upload.id },
            headers: { ...sourceHeaders(store, copying), 'x-oss-copy-source-range': range },
            signal,
          }),
        signal,
      );
      parts[at] = { number: at + 1, etag: etagOf(copying, answer) };
    });
    return await store.retry(() => sendComplete(store.client, upload, parts, true), signal);
  } catch (error) {
    stop.abort();
    throw (await withdrawUpload(store, upload)) === 'left' ? asLost(error) : error;
  }
}

/** The source must still be what was measured, or its parts would be of two objects. */
function sourceHeaders(store: OssStore, { from, source }: Pick<Copying, 'from' | 'source'>): Record<string, string> {
  const path = from.split('/').map(encodeURIComponent).join('/');
  return { 'x-oss-copy-source': `/${store.client.bucket}/${path}`, 'x-oss-copy-source-if-match': `"${source.etag}"` };
}

function etagOf({ store, to }: Copying, answer: OssAnswer): string {
  const etag = bareEtag(textOf(answer.body.toString('utf8'), 'ETag') ?? answer.headers.etag);
  if (etag === '') throw store.client.unusable(to, 'a copy without its ETag');
  return etag;
}

async function copied(copying: Copying, answer: OssAnswer): Promise<UfsWritten> {
  const { store, to, source, signal } = copying;
  // Objects from before OSS kept CRCs have none until they are written anew.
  const crc = crcOf(answer.headers) ?? source.crc64 ?? (await headObject(store.client, to, signal))?.crc64 ?? '';
  if (source.crc64 !== undefined && crc !== source.crc64) {
    await store.client.send({ method: 'DELETE', object: to, expect: [200, 204] });
    throw corrupt(store.client, to, `copied with CRC64 ${crc} from an object with ${source.crc64}; the copy was removed`);
  }
  const modified = Date.parse(textOf(answer.body.toString('utf8'), 'LastModified') ?? '');
  return { size: source.size, contentHash: etagOf(copying, answer), crc64: crc, modifiedMs: Number.isNaN(modified) ? dateOf(answer.headers) : modified };
}
