/**
 * The HTTP layer under ali-oss. Its own one (urllib) limits the whole answer's time, cannot be aborted and forces a Host header on IP
 * endpoints; this one limits connecting and silence, follows an AbortSignal, and moves a part's body as it lies in memory.
 */
import http from 'node:http';
import https from 'node:https';
import type { Transport, TransportArgs, TransportResult } from 'ali-oss';
import { reached } from '../../fault-points.ts';
import { bodyOf, DirectConnections, NotDirect } from './direct.ts';
import type { StreamedBody } from './streamed-body.ts';
import { isOfOss, TransportFailure } from './transport-failure.ts';
import type { AnswerHead } from './transport-failure.ts';

export interface TransportOptions {
  readonly maxSockets: number;
  readonly connectMs: number;
  /** Silence in either direction. */
  readonly idleMs: number;
}

/** Rides through ali-oss as a request's `ctx`: what it has no parameter for. */
export class Exchange {
  /** Why there was no complete answer; undefined when there was one. */
  failure: TransportFailure | undefined;
  /** Of the answer, whatever its status. */
  headers: http.IncomingHttpHeaders = {};
  body: Uint8Array | undefined;
  signal: AbortSignal | undefined;
  /** The answer is a piece of an object. */
  bulk = false;
  /** Where the answer's body is to lie when it fits. */
  room: Uint8Array | undefined;
  /** The body of a success is to be delivered as it comes, by way of this memory. */
  stream: readonly Uint8Array[] | undefined;
  streamed: StreamedBody | undefined;
  /** What went out; by it signed-put.ts learns. */
  sent: { readonly url: string; readonly headers: Readonly<Record<string, string | number>> } | undefined;
  /** How long the body took; undefined where it was not measured. */
  bodyMs: number | undefined;
}

/** Error bodies and listing pages are small; a part is at most this. */
const MAX_BODY = 1 << 26;

/** A longer body costs more by its bytes than by its request. */
const SMALL_BODY = 64 * 1024;

/** Servers whose answer to a PUT only node:http reads. */
const notDirect = new Set<string>();

export function createTransport(options: TransportOptions): Transport {
  const agentOptions = { keepAlive: true, maxSockets: options.maxSockets, scheduling: 'lifo' } as const;
  const direct = new DirectConnections();
  let secure: https.Agent | undefined;
  // Loading what https needs takes milliseconds.
  const agents = { plain: new http.Agent(agentOptions), secure: () => (secure ??= new https.Agent(agentOptions)) };
  return {
    async request(url, args) {
      const exchange = args.ctx instanceof Exchange ? args.ctx : new Exchange();
      try {
        reached('oss.request', 'before');
        exchange.sent = { url, headers: args.headers };
        const answer = await send({ target: targetOf(url), args, exchange, options, agents, direct });
        reached('oss.answer', 'after');
        // The one place that all answers come through.
        if (!isOfOss(answer)) {
          await exchange.streamed?.close();
          throw TransportFailure.foreign(answer);
        }
        return answer;
      } catch (error) {
        exchange.failure = failureOf(error);
        throw exchange.failure;
      }
    },
  };
}

function failureOf(error: unknown): TransportFailure {
  if (error instanceof TransportFailure) return error;
  return isForeign(error) ? TransportFailure.foreign(error.head) : TransportFailure.network(error);
}

function isForeign(error: unknown): error is NotDirect & { readonly head: AnswerHead } {
  return error instanceof NotDirect && error.head !== undefined && !isOfOss(error.head);
}

interface Sending {
  readonly target: Target;
  readonly args: TransportArgs;
  readonly exchange: Exchange;
  readonly options: TransportOptions;
  readonly agents: { readonly plain: http.Agent; readonly secure: () => https.Agent };
  readonly direct: DirectConnections;
}

async function send(sending: Sending): Promise<TransportResult> {
  const { args, exchange, target } = sending;
  const reads = exchange.bulk && args.method === 'GET';
  const writes = args.method === 'PUT' && exchange.body !== undefined && exchange.body.byteLength <= SMALL_BODY && !notDirect.has(target.authority);
  if (target.protocol !== 'http:' || !(reads || writes)) return sendBuffered(sending);
  try {
    return await sendDirect(sending, reads);
  } catch (error) {
    // Who is not OSS says nothing of how OSS answers.
    if (!(error instanceof NotDirect) || isForeign(error)) throw error;
    if (reads && exchange.stream === undefined) return sendBuffered(sending);
    // What was asked may be done. Whoever asks again knows that, and is then answered in the usual way.
    if (writes) notDirect.add(target.authority);
    throw error;
  }
}

async function sendDirect(sending: Sending, repeatable: boolean): Promise<TransportResult> {
  const { target, args, exchange, options, direct } = sending;
  let lines = '';
  for (const [name, value] of Object.entries(headersFor(args))) {
    const line = `${name}: ${String(value)}`;
    // Nothing that ali-oss makes has line ends in it; were it otherwise, node:http is the one to refuse it.
    if (line.includes('\n')) return sendBuffered(sending);
    lines += `${line}\r\n`;
  }
  const answer = await direct.send(
    {
      host: target.hostname,
      port: target.port ?? 80,
      head: `${args.method} ${target.path} HTTP/1.1\r\nHost: ${target.authority}\r\nConnection: keep-alive\r\n${lines}\r\n`,
      body: exchange.body,
      connectMs: options.connectMs,
      idleMs: options.idleMs,
      maxBytes: MAX_BODY,
      room: exchange.room,
      stream: exchange.stream,
      signal: exchange.signal,
    },
    repeatable,
  );
  exchange.headers = answer.headers;
  exchange.streamed = answer.streamed;
  exchange.bodyMs = answer.bodyMs;
  return answer;
}

function sendBuffered(sending: Sending): Promise<TransportResult> {
  const { args, exchange, options } = sending;
  return new Promise((resolve, reject) => {
    const request = open(sending);
    const end = (error: unknown): void => {
      request.destroy();
      reject(error);
    };
    const connecting = setTimeout(() => end(new TransportFailure('timeout', `no connection within ${String(options.connectMs)} ms`)), options.connectMs);
    request.on('socket', (socket) => {
      const connected = (): void => clearTimeout(connecting);
      if (socket.connecting) socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    request.setTimeout(options.idleMs, () => end(new TransportFailure('timeout', `no answer within ${String(options.idleMs)} ms`)));
    const abort = (): void => end(new TransportFailure('aborted', 'aborted', exchange.signal?.reason));
    exchange.signal?.addEventListener('abort', abort, { once: true });
    request.on('close', () => {
      clearTimeout(connecting);
      exchange.signal?.removeEventListener('abort', abort);
    });
    request.on('error', end);
    request.on('finish', () => reached('oss.request', 'after'));
    request.on('response', (response) => {
      reached('oss.answer', 'before');
      exchange.headers = response.headers;
      readBody(response, args.method, exchange.room).then((data) => {
        // Who answers before he has heard all of it refuses it: the rest would only go on being read from the caller's memory.
        if (!request.writableFinished) request.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, data });
      }, end);
    });
    if (exchange.signal?.aborted === true) abort();
    else request.end(exchange.body);
  });
}

interface Target {
  readonly protocol: string;
  readonly authority: string;
  readonly hostname: string;
  readonly port: number | undefined;
  readonly path: string;
}

/** Taken apart by hand: the URL class would resolve `.` and `..`, which a key may contain. */
function targetOf(url: string): Target {
  const [, protocol = '', authority = '', path = ''] = /^(https?:)\/\/([^/]+)(.*)$/s.exec(url) ?? [];
  const port = /:(\d+)$/.exec(authority);
  const hostname = authority.slice(0, port?.index).replace(/^\[(.*)\]$/, '$1');
  return { protocol, authority, hostname, port: port?.[1] === undefined ? undefined : Number(port[1]), path };
}

function headersFor(args: TransportArgs): Record<string, string | number> {
  // ali-oss makes a Host of its default region up for an IP endpoint.
  const { host: _madeUp, ...headers } = args.headers;
  return headers;
}

function open({ target, args, agents }: Sending): http.ClientRequest {
  const { hostname, port, path, protocol } = target;
  const options = { hostname, path, method: args.method, headers: headersFor(args), ...(port === undefined ? {} : { port }) };
  return protocol === 'https:' ? https.request({ ...options, agent: agents.secure() }) : http.request({ ...options, agent: agents.plain });
}

/** The whole body in one block, filled as it comes: socket buffers are given back at once. */
function readBody(response: http.IncomingMessage, method: string, room: Uint8Array | undefined): Promise<Buffer> {
  const announced = method === 'HEAD' ? 0 : announcedLength(response);
  if (announced !== undefined && announced > MAX_BODY) return Promise.reject(tooLong(announced));
  return new Promise((resolve, reject) => {
    let body = announced === undefined ? Buffer.allocUnsafeSlow(16 * 1024) : bodyOf(announced, room);
    let filled = 0;
    response.on('data', (chunk: Buffer) => {
      if (filled + chunk.length > body.length) {
        if (announced !== undefined || filled + chunk.length > MAX_BODY) return reject(tooLong(filled + chunk.length));
        body = Buffer.concat([body.subarray(0, filled)], Math.max(body.length * 2, filled + chunk.length));
      }
      body.set(chunk, filled);
      filled += chunk.length;
    });
    response.on('end', () => {
      if (announced !== undefined && filled < announced) reject(TransportFailure.cutShort(filled, announced));
      else resolve(body.subarray(0, filled));
    });
    response.on('error', (error) => reject(announced === undefined ? error : TransportFailure.cutShort(filled, announced, error)));
    response.on('close', () => {
      // After a whole answer too, and an error that nobody hears of costs as much as a small request.
      if (!response.complete) reject(TransportFailure.cutShort(filled, announced));
    });
  });
}

function announcedLength(response: http.IncomingMessage): number | undefined {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

function tooLong(bytes: number): TransportFailure {
  return new TransportFailure('network', `an answer of ${String(bytes)} bytes, more than was asked for`);
}
