/** More connections than the web port keeps: whoever asks is answered, whoever says nothing goes, and the process stays as it is. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServedHome } from './support.ts';
import { serveHome } from './support.ts';
import { at, bytes } from '../support/file-system.ts';

const CROWD = Number(process.env.ALLUXIO_TEST_CONNECTIONS ?? 600);
const KEPT = 40;

let home: ServedHome;
const sockets: Socket[] = [];

beforeAll(async () => {
  home = await serveHome({ maxConnections: KEPT, properties: { 'alluxio.user.file.readtype.default': 'NO_CACHE', 'alluxio.user.block.size.bytes.default': '64MB' } });
  await home.fs.content.create(at('/large'), bytes('x'.repeat(6_000_000), 1_000_000), { writeType: 'THROUGH' });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await home.close();
});

/** Connected, and has said `text`. */
async function open(text: string): Promise<Socket> {
  const socket = connect(home.port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

async function openMany(count: number, text: string): Promise<Socket[]> {
  const opened: Socket[] = [];
  for (let from = 0; from < count; from += 250) opened.push(...(await Promise.all(Array.from({ length: Math.min(250, count - from) }, () => open(text)))));
  return opened;
}

const health = async (): Promise<number> => (await fetch(`${home.url}/health`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5000) })).status;

const ended = (socket: Socket): Promise<unknown> => (socket.destroyed ? Promise.resolve() : Promise.race([once(socket.resume(), 'close'), once(socket, 'end')]));

it(`${CROWD} that say nothing, half a header, or keep their connection: others are answered all the while`, async () => {
  const before = process.memoryUsage.rss();
  for (const text of ['', 'GET /health HTTP/1.1\r\nhost: localh', 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n']) {
    const crowd = await openMany(CROWD, text);
    expect(await health()).toBe(200);
    let gone = 0;
    for (const socket of crowd) void ended(socket).then(() => gone++);
    // A few of the last may have come before others.
    await expect.poll(() => gone, { timeout: 60_000 }).toBeGreaterThan(CROWD - 2 * KEPT);
    expect(await health()).toBe(200);
  }
  expect(home.logged).toEqual([`More than ${KEPT} connections: those that wait longest without a request are ended.`]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 2 ** 20);
  for (const socket of sockets.splice(0)) socket.destroy();
});

it('where each connection is being answered, one more is refused and told so, and is taken when one is free', async () => {
  // They read nothing of what is sent to them.
  const readers = await openMany(KEPT, 'GET /api/v1/paths//large/download-file HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await Promise.all(readers.map((socket) => once(socket, 'readable')));
  const refused = await fetch(`${home.url}/health`);
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')]).toEqual([503, '1', 'close']);
  expect(await refused.json()).toMatchObject({ statusCode: 'UNAVAILABLE', message: 'Too many requests are being answered.' });
  const [first] = readers;
  first?.destroy();
  await expect.poll(health).toBe(200);
});
