/** How the fault points that touch the wire play out. */
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Reply } from './reply.ts';
import { bodyLength, isSource, sendReply, writeHead } from './reply.ts';
import type { OssRequest } from './request.ts';

export function reset(request: OssRequest): void {
  request.message.socket.resetAndDestroy();
}

async function sendHalf(reply: Reply, response: ServerResponse, half: number): Promise<void> {
  const { body } = reply;
  if (isSource(body)) await body.sendTo(response, half);
  else response.write(Buffer.from(body).subarray(0, half));
}

/** Once the kernel has the bytes, the client sees them before the reset. What a client that left did not take stays where it is. */
async function flushed(response: ServerResponse): Promise<void> {
  // Not `drain`: that is for those whose write() was told to wait. Nothing is written after all the rest.
  const taken = new Promise<void>((resolve) => {
    response.write('', () => {
      resolve();
    });
  });
  if (!response.closed) await Promise.race([taken, once(response, 'close')]);
  await sleep(20);
}

function withWrongCrc64(reply: Reply): Reply {
  const crc64 = reply.headers['x-oss-hash-crc64ecma'];
  if (crc64 === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'x-oss-hash-crc64ecma': ((BigInt(crc64) + 1n) % (1n << 64n)).toString() } };
}

/** Sends the answer, or what the fault leaves of it. */
export async function sendFaulty(reply: Reply, fault: Fault, to: { request: OssRequest; response: ServerResponse }): Promise<void> {
  const { request, response } = to;
  const half = Math.floor(bodyLength(reply.body) / 2);
  const cut = fault.name === 'reset-mid-body' || fault.name === 'short-body' || fault.name === 'stalled-body';
  if (!cut && fault.name !== 'reset-after' && fault.name !== 'lost-complete') {
    await sendReply(fault.name === 'wrong-crc64' ? withWrongCrc64(reply) : reply, request, response);
    return;
  }
  try {
    if (!cut) {
      reset(request);
      return;
    }
    const headers = fault.name === 'short-body' && request.method !== 'HEAD' ? { ...reply.headers, 'Content-Length': String(half) } : reply.headers;
    writeHead({ ...reply, headers }, request, response);
    if (request.method !== 'HEAD') await sendHalf(reply, response, half);
    if (fault.name === 'short-body') {
      response.end();
      return;
    }
    response.flushHeaders();
    await flushed(response);
    if (fault.name === 'reset-mid-body') reset(request);
    else if (!response.closed) await once(response, 'close');
  } finally {
    if (isSource(reply.body)) reply.body.release();
  }
}

/** For a body that comes in: called at each piece, it holds the request until its connection is gone. */
export function incomingFault(fault: Fault, request: OssRequest): (() => Promise<void>) | undefined {
  if (fault.name !== 'stalled-body' && fault.name !== 'reset-mid-body') return undefined;
  return async () => {
    if (fault.name === 'reset-mid-body') reset(request);
    if (!request.message.closed) await once(request.message, 'close');
  };
}
