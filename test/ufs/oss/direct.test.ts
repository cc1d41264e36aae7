/** The small HTTP reader, against a server that sends exactly the bytes of each case. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DirectConnections, NotDirect } from '../../../src/ufs/oss/direct.ts';
import { patternBytes } from '../../../src/ufs/conformance/bench.ts';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

/** Calls `answer` for each request, with its number and its socket's. */
async function serve(answer: (socket: Socket, request: number, connection: number) => void): Promise<{ connections: () => number; get: (options?: { idleMs?: number; signal?: AbortSignal; stream?: readonly Uint8Array[]; method?: 'PUT'; body?: Uint8Array }) => ReturnType<DirectConnections['send']> }> {
  let [requests, connections] = [0, 0];
  server = createServer((socket) => {
    const connection = (connections += 1);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const end = bytes.indexOf('\r\n\r\n') + 4;
      expect(bytes.toString('latin1', 0, end)).toMatch(/^(GET|PUT) \/x HTTP\/1.1\r\nHost: h\r\n\r\n$/);
      expect(bytes.subarray(end).equals(bytes.toString('latin1', 0, 3) === 'PUT' ? patternBytes(3000) : Buffer.alloc(0))).toBe(true);
      answer(socket, (requests += 1), connection);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const direct = new DirectConnections();
  const request = { host: '127.0.0.1', port, connectMs: 5_000, idleMs: 5_000, maxBytes: 1 << 24 };
  return { connections: () => connections, get: ({ method, ...options } = {}) => direct.send({ ...request, head: `${method ?? 'GET'} /x HTTP/1.1\r\nHost: h\r\n\r\n`, ...options }, method === undefined) };
}

function answerOf(body: string | Buffer, headers = ''): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 206 Partial Content\r\nContent-Length: ${String(body.length)}\r\nETag: "x"\r\n${headers}\r\n`), Buffer.from(body)]);
}

describe('a direct GET', () => {
  it('reads answers in whatever pieces they come, on one connection', async () => {
    const content = patternBytes(1_000_000);
    const { get, connections } = await serve((socket, request) => {
      const answer = answerOf(content);
      const step = [answer.length, 1, 700, 100_000][request - 1] ?? 1;
      const send = (at: number): void => {
        if (at < Math.min(answer.length, step * 300)) socket.write(answer.subarray(at, at + step), () => send(at + step));
        else socket.write(answer.subarray(at));
      };
      send(0);
    });
    for (let at = 0; at < 4; at++) {
      const answer = await get();
      expect([answer.status, answer.headers.etag, answer.data.equals(content)]).toEqual([206, '"x"', true]);
    }
    expect(connections()).toBe(1);
  });

  it('reads empty bodies, and bodies after other ones', async () => {
    const { get } = await serve((socket, request) => socket.write(answerOf(request % 2 === 0 ? '' : 'body')));
    expect([(await get()).data.toString(), (await get()).data.toString(), (await get()).data.toString()]).toEqual(['body', '', 'body']);
  });

  it('opens a new connection where the server closed the old one, told or not', async () => {
    const told = await serve((socket) => socket.end(answerOf('body', 'Connection: close\r\n')));
    for (let at = 0; at < 3; at++) expect((await told.get()).data.toString()).toBe('body');
    expect(told.connections()).toBe(3);
  });

  it('asks once more where a kept connection turns out to be dead, and only there', async () => {
    const { get, connections } = await serve((socket, request, connection) => {
      if (request === 1) socket.write(answerOf('body'));
      else if (connection === 1) socket.resetAndDestroy();
      else socket.write(answerOf('again'));
    });
    expect((await get()).data.toString()).toBe('body');
    expect((await get()).data.toString()).toBe('again');
    expect(connections()).toBe(2);
    const refusing = await serve((socket) => socket.destroy());
    await expect(refusing.get()).rejects.toMatchObject({ kind: 'network' });
    expect(refusing.connections()).toBe(1);
  });

  it.each(['end', 'resetAndDestroy'] as const)('that is cut short by %s fails', async (how) => {
    const { get } = await serve((socket) => socket.write(answerOf('complete').subarray(0, -3), () => setImmediate(() => socket[how]())));
    await expect(get()).rejects.toMatchObject({ kind: how === 'end' ? 'short' : expect.stringMatching(/short|network/) as string });
  });

  it('that falls silent, or is told to stop, ends', async () => {
    const { get } = await serve((socket) => socket.write(answerOf('complete').subarray(0, -3)));
    await expect(get({ idleMs: 50 })).rejects.toMatchObject({ kind: 'timeout' });
    const stop = new AbortController();
    const getting = get({ signal: stop.signal });
    stop.abort();
    await expect(getting).rejects.toMatchObject({ kind: 'aborted' });
  });

  it.each([
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\nuntil it closes',
    'HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody and more',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody',
    'HTTP/1.1 200 OK\r\nbroken header\r\n\r\n',
    `HTTP/1.1 200 OK\r\nLong: ${'x'.repeat(70_000)}\r\n\r\n`,
  ])('leaves %j to a full client', async (answer) => {
    const { get } = await serve((socket) => socket.write(answer));
    await expect(get()).rejects.toBeInstanceOf(NotDirect);
  });
});

describe('a direct PUT', () => {
  const body = patternBytes(3000);
  const put = { method: 'PUT', body } as const;

  it('goes out whole, and a connection that turns out to be dead is an error: it may have been heard', async () => {
    const { get, connections } = await serve((socket, request, connection) => {
      if (request === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "x"\r\n\r\n');
      else if (connection === 1) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
    expect(await get(put)).toMatchObject({ status: 200, headers: { etag: '"x"' } });
    await expect(get(put)).rejects.toMatchObject({ kind: 'network' });
    expect(await get(put)).toMatchObject({ status: 204 });
    expect(connections()).toBe(2);
  });
});

const STREAM_BYTES = 3 << 20;

describe('a streamed GET', () => {
  // Not a pattern, whose parts are alike.
  const content = randomBytes(3 * STREAM_BYTES + 12_345);
  const stream = (): Uint8Array[] => Array.from({ length: 3 }, () => new Uint8Array(STREAM_BYTES / 3));

  it('delivers a body that is longer than its memory, to a slow reader too, and keeps the connection', async () => {
    const { get, connections } = await serve((socket) => socket.write(answerOf(content)));
    for (let round = 0; round < 2; round++) {
      const { streamed, data } = await get({ stream: stream(), idleMs: 200 });
      expect(data.length).toBe(0);
      const got: Buffer[] = [];
      for await (const chunk of streamed ?? []) {
        got.push(Buffer.from(chunk));
        // Longer than the server may be silent: it is not the server who is slow.
        if (got.length === 2) await new Promise((resolve) => setTimeout(resolve, 300));
        else await new Promise((resolve) => setImmediate(resolve));
      }
      expect(Buffer.concat(got).equals(content)).toBe(true);
    }
    expect((await get()).data.equals(content)).toBe(true);
    expect(connections()).toBe(1);
  });

  it('has its errors whole', async () => {
    const { get } = await serve((socket) => socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone'));
    const { status, data, streamed } = await get({ stream: stream() });
    expect([status, data.toString(), streamed]).toEqual([404, 'gone', undefined]);
  });

  it.each(['end', 'resetAndDestroy'] as const)('that is cut short by %s fails after the chunks that came', async (how) => {
    const { get } = await serve((socket) => socket.write(answerOf(content).subarray(0, STREAM_BYTES), () => setImmediate(() => socket[how]())));
    const { streamed } = await get({ stream: stream() });
    let length = 0;
    const reading = (async () => {
      for await (const chunk of streamed ?? []) length += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ kind: expect.stringMatching(/short|network/) as string });
    expect(content.length).toBeGreaterThan(length);
  });

  it('falls silent, is told to stop, or is left: it ends, and the connection with it', async () => {
    const half = answerOf(content).subarray(0, STREAM_BYTES / 2);
    const { get, connections } = await serve((socket) => socket.write(half));
    const all = async (body: AsyncIterable<Uint8Array> | undefined): Promise<void> => {
      for await (const chunk of body ?? []) void chunk;
    };
    await expect(all((await get({ stream: stream(), idleMs: 50 })).streamed)).rejects.toMatchObject({ kind: 'timeout' });
    const stop = new AbortController();
    const reading = all((await get({ stream: stream(), signal: stop.signal })).streamed);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ kind: 'aborted' });
    for await (const chunk of (await get({ stream: stream() })).streamed ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await (await get({ stream: stream() })).streamed?.close();
    expect(connections()).toBe(4);
  });
});
