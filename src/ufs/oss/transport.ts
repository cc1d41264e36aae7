/**
 * The HTTP layer under ali-oss. Its own one (urllib) limits the whole answer's time, cannot be aborted and forces a Host header on IP
 * endpoints; this one limits connecting and silence, follows an AbortSignal, and moves a part's body as it lies in memory.
 */
import http from 'node:http';
import https from 'node:https';
import type { Transport, TransportArgs, TransportResult } from 'ali-oss';
import { systemCode } from '../../errors.ts';

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
}

export class TransportFailure extends Error {
  constructor(
    readonly kind: 'timeout' | 'network' | 'short' | 'aborted',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Error bodies and listing pages are small; a part is at most this. */
const MAX_BODY = 1 << 26;

export function createTransport(options: TransportOptions): Transport {
  const agentOptions = { keepAlive: true, maxSockets: options.maxSockets, scheduling: 'lifo' } as const;
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };
  return {
    async request(url, args) {
      const exchange = args.ctx instanceof Exchange ? args.ctx : new Exchange();
      try {
        return await send({ url, args, exchange, options, agents });
      } catch (error) {
        exchange.failure = error instanceof TransportFailure ? error : new TransportFailure('network', networkWords(error), error);
        throw exchange.failure;
      }
    },
  };
}

interface Sending {
  readonly url: string;
  readonly args: TransportArgs;
  readonly exchange: Exchange;
  readonly options: TransportOptions;
  readonly agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };
}

function send(sending: Sending): Promise<TransportResult> {
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
    request.on('error', reject);
    request.on('response', (response) => {
      exchange.headers = response.headers;
      readBody(response, args.method).then((data) => resolve({ status: response.statusCode ?? 0, headers: response.headers, data }), end);
    });
    if (exchange.signal?.aborted === true) abort();
    else request.end(exchange.body);
  });
}

function open({ url, args, agents }: Sending): http.ClientRequest {
  // Taken apart by hand: the URL class would resolve `.` and `..`, which a key may contain.
  const [, protocol = '', authority = '', path = ''] = /^(https?:)\/\/([^/]+)(.*)$/s.exec(url) ?? [];
  const colon = /:(\d+)$/.exec(authority);
  const hostname = authority.slice(0, colon?.index).replace(/^\[(.*)\]$/, '$1');
  // ali-oss makes a Host of its default region up for an IP endpoint.
  const { host: _madeUp, ...headers } = args.headers;
  const options = { hostname, path, method: args.method, headers, ...(colon?.[1] === undefined ? {} : { port: colon[1] }) };
  return protocol === 'https:' ? https.request({ ...options, agent: agents['https:'] }) : http.request({ ...options, agent: agents['http:'] });
}

/** The whole body in one block, filled as it comes: socket buffers are given back at once. */
function readBody(response: http.IncomingMessage, method: string): Promise<Buffer> {
  const announced = method === 'HEAD' ? 0 : announcedLength(response);
  if (announced !== undefined && announced > MAX_BODY) return Promise.reject(tooLong(announced));
  return new Promise((resolve, reject) => {
    let body = Buffer.allocUnsafeSlow(announced ?? 16 * 1024);
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
      if (announced !== undefined && filled < announced) reject(cutShort(filled, announced));
      else resolve(body.subarray(0, filled));
    });
    response.on('error', (error) => reject(announced === undefined ? error : cutShort(filled, announced, error)));
    response.on('close', () => reject(cutShort(filled, announced)));
  });
}

function announcedLength(response: http.IncomingMessage): number | undefined {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

function cutShort(filled: number, announced: number | undefined, cause?: unknown): TransportFailure {
  return new TransportFailure('short', `the answer ended after ${String(filled)} of ${String(announced ?? 'unknown')} bytes`, cause);
}

function tooLong(bytes: number): TransportFailure {
  return new TransportFailure('network', `an answer of ${String(bytes)} bytes, more than was asked for`);
}

function networkWords(error: unknown): string {
  const code = systemCode(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'host name not found';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it';
    default:
      return code ?? (error instanceof Error ? error.message : 'network failure');
  }
}
