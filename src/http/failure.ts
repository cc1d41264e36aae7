/** What a failed request is answered: a status by the table of errors.ts, and the message as JSON. */
import type { Socket } from 'node:net';
import { ERROR_TABLE, isAlluxioError, messageOf, systemCode } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

export interface Failure {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What readers are told, without the secrets of their request. A failure that is ours to mend tells nothing of the inside: its words go to the log. */
export function failureOf(error: unknown, hide: (text: string) => string): Failure {
  if (!isAlluxioError(error) || error.code === 'INTERNAL') {
    return { status: 500, code: 'INTERNAL', message: 'The server failed to answer.', hint: 'The log of this process says why.' };
  }
  return { status: ERROR_TABLE[error.code].httpStatus, code: error.code, message: hide(error.message), hint: error.hint === undefined ? undefined : hide(error.hint) };
}

/** `statusCode` and `message` are Alluxio's names. */
export function failureJson({ code, message, hint }: Failure): string {
  return JSON.stringify({ statusCode: code, message, ...(hint === undefined ? {} : { hint }) });
}

/** A request that could not even be made into one: an impossible Host, a target that is no URL. */
export function badRequest(error: unknown): Response {
  const failure: Failure = { status: 400, code: 'INVALID_ARGUMENT', message: `Malformed request: ${messageOf(error)}`, hint: undefined };
  return new Response(failureJson(failure), { status: 400, headers: { 'content-type': 'application/json', connection: 'close' } });
}

const PARSE_FAILURES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The bytes on a connection are no HTTP. */
export function refuseConnection(error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = PARSE_FAILURES[systemCode(error) ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({ statusCode: 'INVALID_ARGUMENT', message: status.slice(4) });
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}
