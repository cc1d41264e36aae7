/** Writes one object: in one PUT when it fits a part, else in parts that go up in parallel. Bytes stay in memory until OSS has confirmed them, so each request can be repeated. */
import { createHash } from 'node:crypto';
import { AlluxioError, answerOf, hasCode, isAlluxioError } from '../../errors.ts';
import { Crc64Joiner } from '../crc64.ts';
import type { UfsWritten, WriteOptions } from '../ufs.ts';
import { asLost, throwIfAborted } from '../wrappers/retry.ts';
import type { OssAnswer } from './oss-client.ts';
import { PartReader } from './part-reader.ts';
import type { Part } from './part-reader.ts';
import { bareEtag, corrupt, crcOf, dateOf, headObject } from './store.ts';
import type { OssStore } from './store.ts';
import { beginUpload, forbidOverwrite, isLost, putPart, sendComplete, withdrawUpload } from './uploads.ts';
import type { Upload, UploadedPart } from './uploads.ts';
import { textOf } from './xml.ts';

interface Writing {
  readonly store: OssStore;
  readonly object: string;
  readonly overwrite: boolean;
  readonly partBytes: number;
  /** Aborted by the caller. */
  readonly signal: AbortSignal | undefined;
}

/** In parts. */
interface PartsWriting extends Writing {
  /** Aborted by the caller or by the first part that failed. */
  readonly stop: AbortController;
  readonly signal: AbortSignal;
}

/** What an object must have to be the one that we wrote. */
interface Expected {
  readonly size: number;
  readonly crc: bigint;
}

export async function writeObject(store: OssStore, object: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<UfsWritten> {
  const { tuning } = store;
  const partBytes = Math.max(tuning.partBytes, Math.ceil((options.size ?? 0) / tuning.maxParts));
  const writing: Writing = { store, object, overwrite: options.overwrite ?? true, partBytes, signal: options.signal };
  const reader = await PartReader.open(source);
  try {
    const large = (options.size ?? 0) > partBytes && (await reader.more());
    return await (large ? putParts(writing, reader) : putUnknown(writing, reader, options.size));
  } finally {
    await reader.close();
  }
}

/** Probably small: memory grows with what comes. */
async function putUnknown(writing: Writing, reader: PartReader, size: number | undefined): Promise<UfsWritten> {
  const { budget } = writing.store.parts;
  const reserved = size ?? writing.partBytes;
  await budget.take(reserved, writing.signal);
  const release = once(() => budget.give(reserved));
  try {
    const first = await reader.read(writing.partBytes, size ?? 0);
    if (!(await reader.more())) return await putWhole(writing, first);
    return await putParts(writing, reader, { ...first, release });
  } finally {
    release();
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

async function putWhole(writing: Writing, part: Part): Promise<UfsWritten> {
  const { store, object, signal } = writing;
  const expected = { size: part.bytes.byteLength, crc: part.crc };
  const md5 = createHash('md5').update(part.bytes).digest('base64');
  const sent = store.retry(async (tries) => {
    // Only looked at before: OSS stores what it has got although its sender is gone, and nobody would know of the object.
    throwIfAborted(signal);
    try {
      // OSS compares the MD5 before it replaces anything; the CRC of its answer is compared after.
      const answer = await store.client.send({ method: 'PUT', object, headers: { 'Content-MD5': md5, ...forbidOverwrite(writing.overwrite) }, body: part.bytes });
      return await confirmed(writing, answer, bareEtag(answer.headers.etag), expected);
    } catch (error) {
      // After a lost answer the object that is in the way may be our own.
      const ours = tries > 0 && hasCode(error, 'ALREADY_EXISTS') ? await findOurs(writing, expected) : undefined;
      if (ours === undefined) throw error;
      return ours;
    }
  }, signal);
  return sent.catch(async (error: unknown) => {
    // The last answer was lost too.
    const ours = answerOf(error) === 'lost' ? await findOurs(writing, expected).catch(() => undefined) : undefined;
    if (ours === undefined) throw error;
    return ours;
  });
}

/** A part in memory that is given back once nothing needs it any more. */
interface HeldPart extends Part {
  release(): void;
}

async function putParts(whole: Writing, reader: PartReader, first?: HeldPart): Promise<UfsWritten> {
  const stop = new AbortController();
  const writing = { ...whole, stop, signal: whole.signal === undefined ? stop.signal : AbortSignal.any([whole.signal, stop.signal]) };
  const upload = await beginUpload(writing.store, writing.object, writing);
  let sent: Sent | undefined;
  try {
    sent = await sendParts(writing, upload, reader, first);
    return await completeUpload(writing, upload, sent);
  } catch (error) {
    writing.stop.abort();
    const fate = await withdrawUpload(writing.store, upload);
    // An upload that is no more although nobody told us so was completed after all.
    const ours = fate === 'absent' && sent !== undefined && isLost(error) ? await findOurs(writing, sent.expected).catch(() => undefined) : undefined;
    // The failure that led here is the one to tell; whoever opened the work has to end it as that of a dead process.
    if (ours === undefined) throw fate === 'left' ? asLost(error) : error;
    return ours;
  }
}

interface Sent {
  readonly parts: readonly UploadedPart[];
  readonly expected: Expected;
}

async function sendParts(writing: PartsWriting, upload: Upload, reader: PartReader, first: HeldPart | undefined): Promise<Sent> {
  const { store, signal } = writing;
  const joiner = new Crc64Joiner();
  const sent: Promise<UploadedPart>[] = [];
  const inFlight = new Set<Promise<unknown>>();
  let size = 0;
  const send = (part: HeldPart): void => {
    joiner.add(part.crc, part.bytes.byteLength);
    size += part.bytes.byteLength;
    const going = putPart(store, upload, { number: sent.length + 1, body: part.bytes, crc: part.crc, signal });
    sent.push(going);
    const settled: Promise<unknown> = going
      .catch((error: unknown) => writing.stop.abort(error))
      .finally(() => {
        part.release();
        inFlight.delete(settled);
      });
    inFlight.add(settled);
  };
  try {
    if (first !== undefined) send(first);
    while (await reader.more()) {
      const limit = partLimit(writing, sent.length);
      if (inFlight.size >= store.tuning.partsInFlight) await Promise.race(inFlight);
      send(await nextPart(writing, reader, limit));
    }
    return { parts: await Promise.all(sent), expected: { size, crc: joiner.value() } };
  } catch (error) {
    writing.stop.abort(error);
    await Promise.all(inFlight);
    throw firstCause(writing, error);
  }
}

async function nextPart({ store, signal }: PartsWriting, reader: PartReader, limit: number): Promise<HeldPart> {
  const { parts } = store;
  await parts.budget.take(limit, signal);
  let block: Buffer | undefined;
  try {
    const kept = await reader.kept(limit);
    if (kept !== undefined) return { ...kept, release: () => (kept.release(), parts.budget.give(limit)) };
    const filled = (block = parts.block(limit));
    return { ...(await reader.readInto(filled)), release: () => parts.give(filled) };
  } catch (error) {
    if (block === undefined) parts.budget.give(limit);
    else parts.give(block);
    throw error;
  }
}

/** A part's own failure rather than the cancellation of the others that followed from it. */
function firstCause(writing: PartsWriting, error: unknown): unknown {
  const reason: unknown = writing.stop.signal.reason;
  return hasCode(error, 'CANCELLED') && isAlluxioError(reason) ? reason : error;
}

/** Parts of a long stream of unknown length grow, so that 10,000 of them hold it. */
function partLimit(writing: Writing, done: number): number {
  const { maxPartBytes, maxParts } = writing.store.tuning;
  if (done >= maxParts) throw new AlluxioError('INVALID_ARGUMENT', `${writing.object} is longer than ${String(maxParts)} parts can hold`, { hint: 'Raise alluxio.underfs.oss.streaming.upload.partition.size.' });
  const doublings = Math.floor((done * 10) / maxParts);
  return Math.max(writing.partBytes, Math.min(maxPartBytes, writing.partBytes * 2 ** doublings));
}

async function completeUpload(writing: Writing, upload: Upload, sent: Sent): Promise<UfsWritten> {
  const { store, signal } = writing;
  let lost = false;
  return store.retry(async () => {
    // Only looked at before: cut off while it runs, nobody would know whether the file is there.
    throwIfAborted(signal);
    try {
      const answer = await sendComplete(store.client, upload, sent.parts, writing.overwrite);
      const etag = bareEtag(textOf(answer.body.toString('utf8'), 'ETag') ?? answer.headers.etag);
      return await confirmed(writing, answer, etag, sent.expected);
    } catch (error) {
      // OSS finishes a completion whose asker is gone: the second try is then refused, and the object is ours.
      const done = isLost(error) || (lost && (hasCode(error, 'NOT_FOUND') || hasCode(error, 'ALREADY_EXISTS')));
      lost ||= isLost(error);
      const ours = done ? await findOurs(writing, sent.expected).catch(() => undefined) : undefined;
      if (ours === undefined) throw error;
      await withdrawUpload(store, upload);
      return ours;
    }
  });
}

async function findOurs(writing: Writing, expected: Expected): Promise<UfsWritten | undefined> {
  const found = await headObject(writing.store.client, writing.object);
  if (found === undefined || found.size !== expected.size || found.crc64 !== expected.crc.toString()) return undefined;
  return { size: found.size, contentHash: found.etag, crc64: found.crc64, modifiedMs: found.modifiedMs };
}

async function confirmed(writing: Writing, answer: OssAnswer, etag: string, expected: Expected): Promise<UfsWritten> {
  if (etag === '') throw writing.store.client.unusable(writing.object, 'a write without its ETag');
  const crc = crcOf(answer.headers);
  const ours = expected.crc.toString();
  if (crc !== undefined && crc !== ours) {
    await writing.store.retry(() => writing.store.client.send({ method: 'DELETE', object: writing.object, expect: [200, 204] }));
    throw corrupt(writing.store.client, writing.object, `written with CRC64 ${ours}, stored with ${crc}; the object was removed`);
  }
  return { size: expected.size, contentHash: etag, crc64: ours, modifiedMs: dateOf(answer.headers) };
}
