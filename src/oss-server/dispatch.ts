/** The way of a request: parsed, authenticated, routed, answered; every failure becomes OSS's error document. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, systemCode } from '../errors.ts';
import type { Caller, Credentials } from './auth/authenticate.ts';
import { authenticate } from './auth/authenticate.ts';
import { OssError } from './errors.ts';
import type { Exchange, Limits } from './exchange.ts';
import type { Fault, Faults } from './faults.ts';
import { throwFault, withoutPage } from './faults.ts';
import { incomingFault, reset, sendFaulty } from './faultyAnswer.ts';
import { isBucketName } from './names.ts';
import type { Reply } from './reply.ts';
import { errorReply, sendReply } from './reply.ts';
import type { OssRequest } from './request.ts';
import { isSurelyBucket, newRequestId, otherReading, parseRequest } from './request.ts';
import { routeOf } from './routes.ts';
import type { Store } from './store/index.ts';
import { requireBucket } from './store/keys.ts';
import { collect } from './store/pump.ts';

export interface Service {
  readonly store: Store;
  readonly credentials: Credentials | undefined;
  readonly location: string;
  readonly endpoint: string;
  readonly limits: Limits;
  /** Absent: there are no fault points. */
  readonly faults: Faults | undefined;
}

interface Arrival {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits with its body until it is told to go on. */
  readonly waitsForContinue: boolean;
}

const FAULTS_PATH = '/-/faults';

async function administer(faults: Faults, arrival: Arrival): Promise<Reply> {
  const { message } = arrival;
  if (message.method === 'POST') faults.add((await collect(bodyOf(arrival), 64 * 1024)).toString('utf8'));
  else if (message.method === 'DELETE') faults.clear();
  else if (message.method !== 'GET') throw new OssError('MethodNotAllowed');
  const body = `${JSON.stringify({ faults: faults.list() })}\n`;
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
}

function bodyOf({ message, response, waitsForContinue }: Arrival): IncomingMessage {
  if (waitsForContinue) response.writeContinue();
  return message;
}

interface Answer {
  readonly reply: Reply;
  readonly fault?: Fault;
}

/** What a request may mean, the likelier first: see otherReading(). */
function readingsOf(read: OssRequest, store: Store): OssRequest[] {
  const other = otherReading(read);
  if (other === undefined) return [read];
  // A bucket in the host that is not there may be made by this request; in the path it cannot be meant when there is none.
  const byHost = isSurelyBucket(read.hostId) || bucketIsThere(read, store) || (other.bucket === undefined && read.method !== 'GET');
  return byHost ? [read, other] : [other, read];
}

function bucketIsThere({ bucket }: OssRequest, store: Store): boolean {
  return bucket !== undefined && store.tables.buckets.doesExist(bucket);
}

/** As OSS answers a key that it does not know: that the bucket is missing is said first, except to who would make it. */
function checkBucketFirst(request: OssRequest, store: Store): void {
  const { method, bucket, key } = request;
  const makesBucket = method === 'PUT' && key === undefined;
  if (bucket !== undefined && isBucketName(bucket) && !makesBucket) requireBucket(store, bucket);
}

/** Who asks, and for what: of two readings the one that the signature fits. @throws NoSuchBucket, and the signature's errors */
function identify(read: OssRequest, { store, credentials }: Service): { caller: Caller; request: OssRequest } {
  const readings = readingsOf(read, store);
  let failure: unknown;
  for (const request of readings) {
    try {
      return { caller: authenticate(request, credentials), request };
    } catch (error) {
      if (error instanceof OssError && error.code === 'InvalidAccessKeyId') checkBucketFirst(request, store);
      if (!(error instanceof OssError) || error.code !== 'SignatureDoesNotMatch') throw error;
      failure ??= error;
    }
  }
  throw failure;
}

async function answer(service: Service, arrival: Arrival, read: OssRequest): Promise<Answer | undefined> {
  const { faults } = service;
  if (faults !== undefined && read.rawPath === FAULTS_PATH) return { reply: await administer(faults, arrival) };
  // The signature comes before all else but the bucket, as with OSS: a stranger learns which buckets there are, nothing of what is in them.
  const { caller, request } = identify(read, service);
  const { handler, subresource } = routeOf(request);
  const fault = faults?.pick(request, subresource);
  if (fault !== undefined) {
    throwFault(fault);
    if (fault.name === 'reset-before') {
      reset(request);
      return undefined;
    }
    if (fault.name === 'slow') await faults?.wait(fault.delayMs);
  }
  const onPiece = fault === undefined ? undefined : incomingFault(fault, request);
  const exchange: Exchange = {
    request: fault?.name === 'repeated-page' ? withoutPage(request) : request,
    caller,
    credentials: service.credentials,
    store: service.store,
    location: service.location,
    endpoint: service.endpoint,
    limits: service.limits,
    body: () => bodyOf(arrival),
    ...(fault === undefined ? {} : { fault: fault.name }),
    ...(onPiece === undefined ? {} : { onPiece }),
  };
  const reply = await handler(exchange);
  return { reply, ...(fault === undefined ? {} : { fault }) };
}

/** What an error that is not OSS's own looks like to the client. */
function ossErrorOf(error: unknown): OssError {
  if (error instanceof OssError) return error;
  const full = systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT';
  return full ? new OssError('ServiceUnavailable', { message: 'There is no space left on the disk of this server.' }) : new OssError('InternalError', { message: messageOf(error) });
}

export async function serve(service: Service, arrival: Arrival): Promise<void> {
  const { message, response } = arrival;
  const id = newRequestId();
  let request: OssRequest | undefined;
  try {
    request = parseRequest(message, id);
    const result = await answer(service, arrival, request);
    if (result === undefined) return;
    if (result.fault === undefined) await sendReply(result.reply, request, response);
    else await sendFaulty(result.reply, result.fault, { request, response });
  } catch (error) {
    // A client that went away needs no answer; half an answer must not look like a whole one.
    if (response.headersSent || response.destroyed || message.socket.destroyed) {
      response.destroy();
      return;
    }
    // The body was not asked for: without this the client would never send it, and wait.
    if (arrival.waitsForContinue) response.setHeader('Connection', 'close');
    const about = request ?? { id, hostId: message.headers.host ?? '', method: message.method ?? 'GET' };
    const reply = errorReply(ossErrorOf(error), about);
    await sendReply(reply, about, response).catch(() => response.destroy());
  }
}

/** For what is not even HTTP. */
export function answerClientError(error: Error, socket: { writable: boolean; end(text: string): void; destroy(): void }): void {
  const code = systemCode(error);
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\nx-oss-request-id: ${newRequestId()}\r\n\r\n`);
}

