/** One connection of direct.ts: a request, its answer, the next request. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { transferBuffer } from '../../byte-stream.ts';
import { reached } from '../../fault-points.ts';
import { StreamedBody } from './streamed-body.ts';
import { TransportFailure } from './transport-failure.ts';
import type { AnswerHead } from './transport-failure.ts';

export interface DirectRequest {
  readonly host: string;
  readonly port: number;
  /** Request line and headers, to be sent as they are. */
  readonly head: string;
  /** Small: it is sent with the head in one write. */
  readonly body?: Uint8Array | undefined;
  readonly connectMs: number;
  readonly idleMs: number;
  /** A longer body is not taken, unless it is streamed. */
  readonly maxBytes: number;
  /** Where the body is to lie when it fits. */
  readonly room?: Uint8Array | undefined;
  /** The body of a success is delivered as it comes, by way of this memory. */
  readonly stream?: readonly Uint8Array[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DirectAnswer extends AnswerHead {
  /** Empty when the body is streamed. */
  readonly data: Buffer;
  /** Must be read or closed. */
  readonly streamed?: StreamedBody;
  /** From the end of the head to the end of the body. */
  readonly bodyMs: number;
}

/** The answer has a form that only a full HTTP client reads. */
export class NotDirect extends Error {
  constructor(
    message: string,
    /** Where that could be read. */
    readonly head?: AnswerHead,
  ) {
    super(message);
  }
}

const HEAD_BYTES = 64 * 1024;
/** Read at a time; as much as a socket's buffer holds, since each reading is a call from the event loop. */
const READ_BYTES = 1 << 20;
const EMPTY = Buffer.alloc(0);

interface Pending {
  readonly request: DirectRequest;
  readonly resolve: (answer: DirectAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** A body that is waited for. */
class WholeBody {
  filled = 0;

  constructor(readonly data: Buffer) {}

  get length(): number {
    return this.data.length;
  }

  get complete(): boolean {
    return this.filled === this.data.length;
  }

  target(): Uint8Array {
    return this.data.subarray(this.filled, this.filled + READ_BYTES);
  }

  took(bytes: number): boolean {
    this.filled += bytes;
    return true;
  }
}

export class Connection {
  readonly #socket: Socket;
  readonly #onIdle: (connection: Connection) => void;
  readonly #scratch = Buffer.allocUnsafeSlow(HEAD_BYTES);
  #scratchFilled = 0;
  #head: (AnswerHead & { readonly atMs: number }) | undefined;
  #body: WholeBody | StreamedBody | undefined;
  #pending: Pending | undefined;
  #idleMs = 0;
  /** The system has taken all of the current request. */
  #sent = false;
  #forget: () => void = nothing;
  /** Bytes of an answer to the current request have come. */
  answered = false;
  reusable = false;
  idleSince = 0;

  /** @param onIdle called when an answer is complete and another request may follow */
  constructor(request: DirectRequest, onIdle: (connection: Connection) => void) {
    this.#onIdle = onIdle;
    const onread = { buffer: () => this.#target(), callback: (bytes: number, buffer: Uint8Array) => this.#take(bytes, buffer) };
    this.#socket = connect({ host: request.host, port: request.port, noDelay: true, onread });
    const connecting = setTimeout(() => this.#fail(new TransportFailure('timeout', `no connection within ${String(request.connectMs)} ms`)), request.connectMs);
    this.#socket.once('connect', () => clearTimeout(connecting));
    this.#socket.on('timeout', () => this.#fail(new TransportFailure('timeout', `no answer within ${String(this.#idleMs)} ms`)));
    this.#socket.on('error', (error) => this.#fail(TransportFailure.network(error)));
    this.#socket.on('close', () => {
      clearTimeout(connecting);
      this.reusable = false;
      this.#fail(this.#cutShort());
    });
  }

  exchange(request: DirectRequest): Promise<DirectAnswer> {
    const abort = (): void => this.#fail(new TransportFailure('aborted', 'aborted', request.signal?.reason));
    request.signal?.addEventListener('abort', abort, { once: true });
    this.#forget = () => request.signal?.removeEventListener('abort', abort);
    this.#socket.ref();
    this.#idleMs = request.idleMs;
    this.#socket.setTimeout(request.idleMs);
    this.reusable = false;
    this.answered = false;
    return new Promise<DirectAnswer>((resolve, reject) => {
      this.#pending = { request, resolve, reject };
      if (request.signal?.aborted === true) abort();
      else this.#send(request);
    });
  }

  #send({ head, body }: DirectRequest): void {
    this.#sent = false;
    const done = (error?: Error | null): void => {
      if (error !== undefined && error !== null) return;
      this.#sent = true;
      reached('oss.request', 'after');
    };
    if (body === undefined) this.#socket.write(head, 'latin1', done);
    else this.#socket.write(joined(head, body), done);
  }

  close(): void {
    this.reusable = false;
    this.#socket.destroy();
  }

  /** Where the socket puts what it reads next. */
  #target(): Uint8Array {
    if (this.#body === undefined || this.#body.complete) return this.#scratch.subarray(this.#scratchFilled);
    return this.#body.target();
  }

  #take(bytes: number, buffer: Uint8Array): boolean {
    if (!this.answered) reached('oss.answer', 'before');
    this.answered = true;
    let room = true;
    if (this.#body !== undefined) room = this.#body.took(bytes);
    else this.#takeHead(buffer.subarray(0, bytes));
    if (this.#body?.complete === true) this.#finish();
    // A reader who takes his time is no silent server.
    if (!room) this.#socket.setTimeout(0);
    return room;
  }

  #takeHead(bytes: Uint8Array): void {
    this.#scratchFilled += bytes.length;
    const end = this.#scratch.subarray(0, this.#scratchFilled).indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#scratchFilled >= HEAD_BYTES) this.#fail(new NotDirect('the head does not end'));
      return;
    }
    const head = readHead(this.#scratch.toString('latin1', 0, end));
    const length = head === undefined ? undefined : announcedLength(head);
    const first = this.#scratch.subarray(end + 4, this.#scratchFilled);
    const body = head === undefined || length === undefined || first.length > length ? undefined : this.#bodyFor(head, length);
    if (head === undefined || body === undefined) {
      this.#fail(new NotDirect('not an answer of announced length', head));
      return;
    }
    this.#head = { ...head, atMs: performance.now() };
    this.#body = body;
    body.target().set(first);
    body.took(first.length);
    this.#scratchFilled = 0;
    if (body instanceof StreamedBody) this.#settle({ ...head, data: EMPTY, streamed: body, bodyMs: 0 });
  }

  #bodyFor(head: AnswerHead, length: number): WholeBody | StreamedBody | undefined {
    const { request } = this.#pending ?? {};
    if (request?.stream !== undefined && (head.status === 200 || head.status === 206)) {
      return new StreamedBody({ length, memory: request.stream, resume: () => this.#resume(), close: () => this.close() });
    }
    return length > (request?.maxBytes ?? 0) ? undefined : new WholeBody(bodyOf(length, request?.room));
  }

  #resume(): void {
    this.#socket.setTimeout(this.#idleMs);
    this.#socket.resume();
  }

  #settle(answer: DirectAnswer): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(answer);
  }

  #finish(): void {
    const [head, body] = [this.#head, this.#body];
    this.#head = undefined;
    this.#body = undefined;
    this.#forget();
    // Who answers before he has heard all of it will not hear the rest.
    this.reusable = this.#sent && head?.headers.connection?.toLowerCase() !== 'close';
    if (this.reusable) this.#rest();
    else this.#socket.destroy();
    if (head !== undefined && body instanceof WholeBody) this.#settle({ status: head.status, headers: head.headers, data: body.data, bodyMs: performance.now() - head.atMs });
  }

  #rest(): void {
    this.idleSince = performance.now();
    this.#socket.setTimeout(0);
    // An idle connection does not keep the process.
    this.#socket.unref();
    this.#onIdle(this);
  }

  #fail(error: Error): void {
    const [pending, body] = [this.#pending, this.#body];
    this.#pending = undefined;
    this.#forget();
    this.close();
    if (body instanceof StreamedBody) body.fail(error);
    pending?.reject(error);
  }

  #cutShort(): TransportFailure {
    if (this.#body !== undefined) return TransportFailure.cutShort(this.#body.filled, this.#body.length);
    return new TransportFailure('network', 'connection closed');
  }
}

function nothing(): void {
  // Until there is a signal to leave.
}

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 'latin1');
  bytes.set(body, head.length);
  return bytes;
}

/** Memory for a body of this length. */
export function bodyOf(length: number, room: Uint8Array | undefined): Buffer {
  return room !== undefined && room.byteLength >= length ? Buffer.from(room.buffer, room.byteOffset, length) : transferBuffer(length);
}

function readHead(text: string): AnswerHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined || status.startsWith('1')) return undefined;
  const headers: IncomingHttpHeaders = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return undefined;
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers };
}

function announcedLength({ status, headers }: AnswerHead): number | undefined {
  if (status === 204) return 0;
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return undefined;
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
