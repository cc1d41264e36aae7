/**
 * Reads in ranged pieces, several of them on their way at a time, delivered in order, each as one chunk. Each piece is complete before any of it is passed
 * on, so a connection that breaks costs one piece and not the read. Where the first piece came so fast that one connection is enough, the rest comes in long
 * answers that are delivered as they come: on loopback, pieces cost both sides twice as much.
 */
import type { ByteStream } from '../../byte-stream.ts';
import { byteStream } from '../../byte-stream.ts';
import { AlluxioError, isAlluxioError } from '../../errors.ts';
import { createCrc64 } from '../crc64.ts';
import type { ReadOptions } from '../ufs.ts';
import type { OssAnswer, OssClient, OssRequest, StreamedAnswer } from './oss-client.ts';
import { roomFor, streamRoom } from './piece-memory.ts';
import { bareEtag, corrupt, crcOf, headObject } from './store.ts';
import type { OssStore } from './store.ts';

interface Piece {
  /** Valid until `release`. */
  readonly bytes: Uint8Array;
  /** Of the object. */
  readonly total: number;
  readonly etag: string;
  readonly crc64: string | undefined;
  readonly bodyMs: number | undefined;
  release(): void;
}

interface PieceRequest {
  readonly object: string;
  readonly from: number;
  readonly length: number;
  /** '' for any. */
  readonly etag: string;
  readonly signal: AbortSignal;
}

export async function readObject(store: OssStore, object: string, options: ReadOptions): Promise<ByteStream> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const from = options.offset ?? 0;
  const wanted = options.length ?? Number.POSITIVE_INFINITY;
  const request = { object, from, length: Math.min(wanted, store.tuning.pieceBytes), etag: options.ifContentHash ?? '', signal };
  const first = request.length === 0 ? await emptyPiece(store, request) : await store.retry(() => fetchPiece(store, request), signal);
  const reading = { store, first, request, stop, end: Math.min(first.total, from + wanted) };
  return byteStream(deliver(reading), () => {
    stop.abort();
    first.release();
  });
}

interface Reading {
  readonly store: OssStore;
  readonly first: Piece;
  readonly request: PieceRequest;
  /** Ends the requests that are on their way. */
  readonly stop: AbortController;
  /** After the last byte to deliver. */
  readonly end: number;
}

async function* deliver(reading: Reading): AsyncGenerator<Uint8Array> {
  const { first, request, end } = reading;
  const checked = request.from === 0 && end === first.total ? first.crc64 : undefined;
  const crc = checked === undefined ? undefined : await createCrc64();
  for await (const bytes of chunks(reading)) {
    crc?.update(bytes);
    yield bytes;
  }
  const found = crc?.value().toString();
  if (found !== checked) throw corrupt(reading.store.client, request.object, `the bytes read have CRC64 ${found ?? ''}, the object has ${checked ?? ''}`);
}

async function* chunks(reading: Reading): AsyncGenerator<Uint8Array> {
  const { first, request, end, store } = reading;
  let next = request.from + first.bytes.length;
  try {
    if (isFast(store, first.bytes.length, first.bodyMs) && next < end) {
      // It is done with before the answer's memory, a piece's, is asked for.
      yield first.bytes;
      first.release();
      for await (const bytes of streamed(reading, next)) {
        next += bytes.length;
        yield bytes;
      }
    } else if (first.bytes.length > 0) {
      yield* pieces(reading, next, first);
      return;
    }
  } finally {
    first.release();
  }
  if (next < end) yield* pieces(reading, next);
}

function isFast({ tuning }: OssStore, bytes: number, ms: number | undefined): boolean {
  return ms !== undefined && bytes > ms * tuning.fastBytesPerMs;
}

/** Ends early where the connection turns out slow, or fails in a way that another try may mend. */
async function* streamed({ store, first, request, end }: Reading, from: number): AsyncGenerator<Uint8Array> {
  const room = streamRoom();
  let body: StreamedAnswer | undefined;
  try {
    for (let next = from; next < end; ) {
      const length = Math.min(store.tuning.streamBytes, end - next);
      const asked = { ...request, from: next, length, etag: first.etag };
      const answer = await store.client.send({ ...rangedGet(asked), stream: room.memory });
      if (answer.streamed === undefined) return;
      body = answer.streamed;
      requireRange(store, answer, { ...asked, received: body.length });
      for await (const bytes of body) {
        next += bytes.length;
        yield bytes;
      }
      if (!isFast(store, length, body.waitedMs)) return;
    }
  } catch (error) {
    if (!isAlluxioError(error) || !error.retryable) throw error;
  } finally {
    await body?.close();
    room.release();
  }
}

/** The pieces from `next` on, and before them one that is there already. */
async function* pieces({ store, first, request, stop, end }: Reading, from: number, before?: Piece): AsyncGenerator<Uint8Array> {
  const { tuning, readBudget } = store;
  const coming: { piece: Promise<Piece>; reserved: number }[] = [];
  let next = from;
  const fetchAhead = (): void => {
    while (next < end && coming.length < tuning.piecesAhead) {
      const length = Math.min(tuning.pieceBytes, end - next);
      const reserved = readBudget.tryTake(length) ? length : 0;
      // The piece that is due comes in any case: a reader that waited for others' memory might wait for itself.
      if (reserved === 0 && coming.length > 0) return;
      const asked = { ...request, from: next, length, etag: first.etag };
      const piece = store.retry(() => fetchPiece(store, asked), request.signal);
      piece.catch(() => undefined);
      coming.push({ piece, reserved });
      next += length;
    }
  };
  let current = before;
  try {
    fetchAhead();
    if (current !== undefined) yield current.bytes;
    for (let due = coming[0]; due !== undefined; due = coming[0]) {
      const piece = await due.piece;
      coming.shift();
      current?.release();
      current = piece;
      readBudget.give(due.reserved);
      fetchAhead();
      yield piece.bytes;
    }
  } finally {
    current?.release();
    if (coming.length > 0) stop.abort();
    for (const { piece, reserved } of coming) {
      readBudget.give(reserved);
      piece.then((late) => late.release(), () => undefined);
    }
  }
}

async function fetchPiece(store: OssStore, request: PieceRequest): Promise<Piece> {
  const room = roomFor(request.length);
  try {
    const answer = await store.client.send({ ...rangedGet(request), room: room.memory });
    return { ...pieceOf(store, answer, request), release: room.release };
  } catch (error) {
    room.release();
    throw error;
  }
}

function rangedGet({ object, from, length, etag, signal }: PieceRequest): OssRequest {
  const headers = {
    Range: `bytes=${String(from)}-${String(from + length - 1)}`,
    // Otherwise a range behind the end gives the whole object. At 0 that is what an empty object should do.
    ...(from > 0 ? { 'x-oss-range-behavior': 'standard' } : {}),
    ...(etag === '' ? {} : { 'If-Match': `"${etag}"` }),
  };
  return { method: 'GET', object, headers, expect: [200, 206, 416], bulk: true, signal };
}

function pieceOf(store: OssStore, answer: OssAnswer, request: PieceRequest): Omit<Piece, 'release'> {
  const { from, length } = request;
  const { headers, body, status, bodyMs } = answer;
  const common = { etag: bareEtag(headers.etag), crc64: crcOf(headers), bodyMs };
  // Nothing of it, so that it does not matter which object it is.
  if (status === 416) return { ...common, bytes: Buffer.alloc(0), total: 0 };
  // The whole object: it is empty, or the server knows no ranges.
  if (status === 200) {
    requireEtag(store, answer, request);
    return { ...common, bytes: body.subarray(from, from + length), total: body.length };
  }
  return { ...common, bytes: body, total: requireRange(store, answer, { ...request, received: body.length }) };
}

/** OSS compares it too; whoever stands between may have kept an older answer. */
function requireEtag({ client }: OssStore, { headers }: OssAnswer, { object, etag }: PieceRequest): void {
  const found = bareEtag(headers.etag);
  if (found === '') throw client.unusable(object, 'a read without its ETag');
  if (etag !== '' && found !== etag) throw changed(client, object);
}

function changed(client: OssClient, object: string): AlluxioError {
  const path = client.path(object);
  return new AlluxioError('FAILED_PRECONDITION', `${path} has changed`, { path });
}

/** @returns the size of the object @throws UNAVAILABLE for an answer that is not exactly what was asked for */
function requireRange(store: OssStore, answer: OssAnswer, request: PieceRequest & { readonly received: number }): number {
  const { from, length, object, received } = request;
  const { headers } = answer;
  requireEtag(store, answer, request);
  const [, first = '', last = '', total = ''] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const expected = Math.min(length, Number(total) - from);
  if (total === '' || Number(first) !== from || Number(last) !== from + expected - 1 || received !== expected) {
    throw store.client.unusable(object, `with another range than it was asked for: ${headers['content-range'] ?? 'none'}`);
  }
  return Number(total);
}

async function emptyPiece(store: OssStore, { object, etag, signal }: PieceRequest): Promise<Piece> {
  const head = await store.retry(() => headObject(store.client, object, signal), signal);
  const path = store.client.path(object);
  if (head === undefined) throw new AlluxioError('NOT_FOUND', `${path} does not exist`, { path });
  if (etag !== '' && head.etag !== etag) throw changed(store.client, object);
  return { bytes: Buffer.alloc(0), total: 0, etag: head.etag, crc64: undefined, bodyMs: undefined, release() {} };
}
