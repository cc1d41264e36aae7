/** Who sees what (docs/web.md), and who may not even ask. */
import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, bytes } from '../support/file-system.ts';
import type { ServedHome } from './support.ts';
import { serveHome } from './support.ts';

const SECRET = 'marked-s3cr3t-key';

let home: ServedHome;
let token: string;

beforeAll(async () => {
  home = await serveHome({ properties: { 'fs.oss.accessKeySecret': SECRET, 'alluxio.master.hostname': 'node7.example' } });
  const { fs } = home;
  await fs.changes.makeDirectory(at('/open/deep'), { recursive: true });
  await fs.changes.makeDirectory(at('/closed'), { recursive: false });
  for (const path of ['/open/a', '/open/private', '/closed/b']) await fs.content.create(at(path), bytes(`content of ${path}`), { writeType: 'MUST_CACHE' });
  await fs.changes.setAttributes(at('/open/private'), { mode: 0o600 });
  await fs.changes.setAttributes(at('/closed'), { mode: 0o700 });
  token = (await readFile(join(home.dir, 'web-token'), 'utf8')).trim();
});
afterAll(() => home.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Node's client, since fetch would not send some of these headers. */
function ask(path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: home.port, path, method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** A page of another site reads through a browser on this machine: nobody that we know. */
const STRANGER = { origin: 'http://elsewhere.example' };
const json = (answer: Answer) => JSON.parse(answer.text) as Record<string, unknown>;

describe('a reader whom the server does not know', () => {
  const page = (path: string) => ask(path, { headers: { ...STRANGER, accept: 'text/html' } });

  it.each(['/overview', '/browse', '/browse?path=/open', '/browse?path=/open/a', '/data', '/mounttable', '/workers', '/config', '/metrics', '/health', '/ready', '/metrics/json/', '/metrics/prometheus/', '/api/v1/master/info'])('sees %s', async (path) => {
    expect((await page(path)).status).toBe(200);
  });

  it('sees of files what their mode shows to everybody, and no log', async () => {
    expect((await page('/browse?path=/closed')).status).toBe(403);
    expect((await page('/browse?path=/closed/b')).status).toBe(403);
    expect((await page('/logs')).status).toBe(403);
    expect((await page('/logs')).text).toContain('Sign in');
    const unreadable = await page('/browse?path=/open/private');
    expect(unreadable.status).toBe(200);
    expect(unreadable.text).not.toContain('content of');
    expect((await page('/data')).text).not.toContain('/closed/b');
    expect((await page('/data')).text).toContain('/open/a');
    for (const [path, status] of [['/open/a', 200], ['/open/private', 403], ['/closed/b', 403], ['/nowhere', 403]] as const) {
      expect((await ask(`/api/v1/paths/${path}/download-file`, { headers: STRANGER })).status, path).toBe(status);
    }
    expect(json(await ask('/api/v1/master/webui_browse?path=/closed', { headers: STRANGER }))).toMatchObject({ accessControlException: expect.stringContaining('not readable for everybody') as unknown });
    expect((await ask('/api/v1/paths//closed/b/exists', { headers: STRANGER, method: 'POST' })).status).toBe(403);
    expect((await ask('/api/v1/paths//closed/b/exists', { headers: STRANGER })).text).toBe('false');
    expect((await ask('/api/v1/paths///list-status', { headers: STRANGER })).status).toBe(200);
  });

  it('never makes the server look into a storage', async () => {
    await home.ufs.write('fresh', bytes('new'), { size: 3 });
    expect((await ask('/api/v1/paths//fresh/get-status', { headers: STRANGER })).status).toBe(403);
    expect((await ask('/api/v1/paths//fresh/get-status')).status).toBe(200);
  });

  it('changes nothing', async () => {
    for (const operation of ['create-directory', 'delete', 'rename?dst=/x', 'free', 'mount?src=/tmp', 'unmount', 'set-attribute', 'persist', 'upload-file']) {
      expect((await ask(`/api/v1/paths//open/a/${operation}`, { method: 'POST' })).status, operation).toBe(401);
    }
    expect(await home.fs.entries.exists(at('/open/a'))).toBe(true);
  });
});

describe('an owner', () => {
  it('is a process of the same user on this machine', async () => {
    const text = (await ask('/browse?path=/closed/b', { headers: { accept: 'text/html' } })).text;
    expect(text).toContain('content of /closed/b');
    expect(text).toContain('what the user of this server sees');
    expect((await ask('/logs')).status).toBe(200);
  });

  it('is a browser that was signed in with the token, which may read and not write', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: `http://127.0.0.1:${home.port}`, host: `127.0.0.1:${home.port}` };
    expect((await ask('/signin', { method: 'POST', headers: form, body: 'token=wrong' })).status).toBe(403);
    expect((await ask('/signin', { method: 'POST', headers: { ...form, ...STRANGER }, body: `token=${token}` })).status).toBe(403);
    const signed = await ask('/signin', { method: 'POST', headers: form, body: `token=${token}` });
    expect(signed.status).toBe(303);
    const cookie = String(signed.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(token);
    const headers = { ...STRANGER, cookie: cookie.split(';', 1)[0] ?? '' };
    expect((await ask('/browse?path=/closed', { headers })).status).toBe(200);
    expect((await ask('/api/v1/paths//open/a/delete', { method: 'POST', headers: { cookie: headers.cookie } })).status).toBe(401);
  });

  it('keeps the token in a file of its own', async () => {
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await stat(join(home.dir, 'web-token'))).mode & 0o777).toBe(0o600);
    expect((await ask('/overview', { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401);
  });
});

describe('requests that are refused', () => {
  it.each(['evil.example', 'evil.example:19999', 'localhost.evil.example', 'a b'])('of another name: "%s"', async (host) => {
    expect((await ask('/health', { headers: { host } })).status).toBeGreaterThanOrEqual(400);
  });

  it.each(['localhost', 'localhost:1', '127.0.0.1:8080', '[::1]:99', '10.1.2.3', 'node7.example'])('but not of its own: %s', async (host) => {
    expect((await ask('/health', { headers: { host } })).status).toBe(200);
  });

  it('writes from pages of other sites, even with the token', async () => {
    for (const headers of [{ origin: 'http://elsewhere.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }] as Record<string, string>[]) {
      expect((await ask('/api/v1/paths//open/a/delete', { method: 'POST', headers: { ...headers, authorization: `Bearer ${token}` } })).status).toBe(403);
    }
  });

  it('methods that it does not have', async () => {
    const answer = await ask('/overview', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
  });

  it('what is no HTTP, too large or too odd, without any harm', async () => {
    for (const [sent, status] of [
      ['nonsense\r\n\r\n', 400],
      ['GET / HTTP/1.1\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
      ['GET http://elsewhere.example/ HTTP/1.1\r\nhost: elsewhere.example\r\nconnection: close\r\n\r\n', 403],
      ['GET /\\..\\x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400],
      ['POST /signin HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
      ['GET /browse?path=%ff%fe HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400],
      ['GET /api/v1/paths/%ff/get-status HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400],
      ['OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400],
    ] as const) {
      expect(await raw(sent), JSON.stringify(sent.slice(0, 60))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
    const large = await ask('/signin', { method: 'POST', body: `token=${'x'.repeat(100_000)}` });
    expect(large.status).toBe(400);
    expect((await ask('/health')).status).toBe(200);
    expect(home.logged).toEqual([]);
  });

  it('paths that lead nowhere else', async () => {
    for (const path of ['/assets/../../../etc/passwd', '/assets/%2e%2e%2fserver.ts', '/api/v1/paths/../../../../etc/passwd/download-file', '/api/v1/paths/%2Fetc%2Fpasswd/download-file', '/logs?path=../web-token', '/logs?path=..%2F..%2Fetc%2Fpasswd']) {
      const answer = await ask(path);
      expect(answer.status, path).toBe(404);
      expect(answer.text).not.toContain('root:');
      expect(answer.text).not.toContain(token);
    }
  });
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(home.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

describe('answers', () => {
  it('tell browsers to load nothing from elsewhere and to run nothing that is written in a page', async () => {
    for (const path of ['/overview', '/nowhere', '/api/v1/master/info', '/assets/x']) {
      const { headers } = await ask(path, { headers: { accept: 'text/html' } });
      expect(headers['content-security-policy'], path).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('hold no secret', async () => {
    for (const path of ['/config', '/api/v1/master/info', '/api/v1/master/webui_config', '/mounttable', '/overview', '/metrics/json/']) {
      const { text, status } = await ask(path, { headers: { accept: 'text/html' } });
      expect(status).toBe(200);
      expect(text, path).not.toContain(SECRET);
      expect(text, path).not.toContain(token);
    }
    expect((await ask('/config')).text).toContain('******');
  });
});

it('shows no files at all where it is told not to', async () => {
  const closed = await serveHome({ properties: { 'alluxio.web.file.info.enabled': 'false' } });
  try {
    for (const path of ['/browse', '/data', '/logs', '/api/v1/paths///list-status']) expect((await fetch(closed.url + path)).status, path).toBe(403);
    expect(await (await fetch(`${closed.url}/api/v1/master/webui_browse`)).json()).toMatchObject({ accessControlException: expect.stringContaining('not shown') as unknown });
    expect((await fetch(`${closed.url}/overview`)).status).toBe(200);
  } finally {
    await closed.close();
  }
});

it('holds out against more connections than it takes', async () => {
  const sockets = Array.from({ length: 600 }, () => connect(home.port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))));
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await ask('/health').catch(() => undefined))?.status).toBe(200);
});
