/** Answers as values: a handler returns one, `sendReply` puts it on the wire. */
import type { ServerResponse } from 'node:http';
import type { OssError } from './errors.ts';
import type { OssRequest } from './request.ts';
import type { XmlElement } from './xml.ts';
import { xmlDocument } from './xml.ts';

/** A body that is produced while it is sent. */
export interface BodySource {
  readonly length: number;
  /** Sends all of it, or its first `most` bytes; resolves when they are handed over, rejects when they cannot be read. */
  sendTo(response: ServerResponse, most?: number): Promise<void>;
  /** Gives back what it holds; called exactly once, sent or not. */
  release(): void;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | BodySource;
}

export function isSource(body: Reply['body']): body is BodySource {
  return typeof body !== 'string' && !Buffer.isBuffer(body);
}

export function emptyReply(status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: '' };
}

export function xmlReply(root: XmlElement, headers: Record<string, string> = {}): Reply {
  return { status: 200, headers: { 'Content-Type': 'application/xml', ...headers }, body: xmlDocument(root) };
}

/** OSS's error document; for HEAD it travels in a header, as there is no body. */
export function errorReply(error: OssError, request: Pick<OssRequest, 'id' | 'hostId' | 'method'>): Reply {
  const document = xmlDocument([
    'Error',
    [
      ['Code', error.code],
      ['Message', error.message],
      ['RequestId', request.id],
      ['HostId', request.hostId],
      ...Object.entries(error.extra),
      ['EC', error.ec],
    ],
  ]);
  const headers: Record<string, string> = { 'Content-Type': 'application/xml', 'x-oss-ec': error.ec, ...error.headers };
  if (request.method === 'HEAD') headers['x-oss-err'] = Buffer.from(document).toString('base64');
  return { status: error.status, headers, body: document };
}

export function bodyLength(body: Reply['body']): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body.length;
}

/** Header values hold bytes; text beyond Latin-1 (user metadata echoed from a query) is sent as UTF-8 bytes. */
function headerBytes(value: string): string {
  return /[^\u0000-\u00ff]/.test(value) ? Buffer.from(value).toString('latin1') : value;
}

/** What sending needs to know of a request; also known of one that could not be parsed. */
export type Asked = Pick<OssRequest, 'id' | 'method'>;

export function writeHead(reply: Reply, request: Asked, response: ServerResponse): void {
  response.statusCode = reply.status;
  response.setHeader('Server', 'AliyunOSS');
  // Node's own Date may lag behind the clock, and so behind a Last-Modified: conditions compare the two.
  response.setHeader('Date', new Date().toUTCString());
  response.setHeader('x-oss-request-id', request.id);
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, headerBytes(value));
  const noBody = reply.status === 204 || reply.status === 304;
  if (!noBody && !response.hasHeader('Content-Length')) response.setHeader('Content-Length', bodyLength(reply.body));
}

export async function sendReply(reply: Reply, request: Asked, response: ServerResponse): Promise<void> {
  const { body } = reply;
  try {
    writeHead(reply, request, response);
    if (request.method === 'HEAD' || reply.status === 204 || reply.status === 304) {
      response.end();
    } else if (isSource(body)) {
      await body.sendTo(response);
      response.end();
    } else {
      // As bytes: Node would join a string with the headers and send those as UTF-8 too.
      response.end(Buffer.from(body));
    }
  } finally {
    if (isSource(body)) body.release();
  }
}
