/**
 * Keeps the connections of a server down to a number. One too many ends the connection that has waited longest for a request, or for the rest of one: a browser that kept it
 * opens another, and nobody holds the door by saying nothing. Where each is being answered, the new one is refused.
 */
import type { Server, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const TOLD_EVERY_MS = 60_000;

export function limitConnections(server: Server, most: number, log: (line: string) => void): void {
  /** Longest waiting first. */
  const waiting = new Set<Socket>();
  /** How many requests of each are being answered. */
  const busy = new Map<Socket, number>();
  let toldMs = -Infinity;
  const tell = (): void => {
    if (performance.now() - toldMs < TOLD_EVERY_MS) return;
    toldMs = performance.now();
    log(`More than ${most} connections: those that wait longest without a request are ended.`);
  };

  server.on('connection', (socket: Socket) => {
    socket.once('close', () => {
      waiting.delete(socket);
      busy.delete(socket);
    });
    if (waiting.size + busy.size < most) return void waiting.add(socket);
    tell();
    const [oldest] = waiting;
    if (oldest === undefined) return refuse(socket);
    waiting.delete(oldest);
    oldest.destroy();
    waiting.add(socket);
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    waiting.delete(socket);
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1;
      if (left > 0) return void busy.set(socket, left);
      busy.delete(socket);
      if (!socket.destroyed) waiting.add(socket);
    });
  });
}

const BODY = JSON.stringify({ statusCode: 'UNAVAILABLE', message: 'Too many requests are being answered.', hint: 'Try again in a moment.' });
const REFUSAL = `HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`;

function refuse(socket: Socket): void {
  socket.write(REFUSAL);
  socket.destroySoon();
}
