/** Bytes on the sockets of ossServer and of a master's web port: each connection is answered or closed, nothing of the inside is shown, and the server serves on. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedHome } from '../http/support.ts';
import { serveHome } from '../http/support.ts';
import { at } from '../support/file-system.ts';
import type { TestOss } from '../support/oss.ts';
import { OSS_KEYS, startTestOss } from '../support/oss.ts';
import { firstSeed } from '../support/seed.ts';
import type { Random } from './random.ts';
import { randomOf } from './random.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 800) * 2;
const SEED = firstSeed('FUZZ_SEED', process.env.FUZZ_CASES !== undefined, 'fuzz of sockets');
const AT_ONCE = 16;
const PATIENCE_MS = 10_000;

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'get', ''];
const HEADERS = [
  'Host: localhost', 'Host: ', 'Host: a.b:99999', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 99999999999', 'Transfer-Encoding: chunked', 'Content-Type: application/json', 'Authorization: Bearer x', 'Authorization: OSS a:b',
  'Authorization: OSS4-HMAC-SHA256 Credential=x/20260101/r/oss/aliyun_v4_request,Signature=y', 'Range: bytes=0-0', 'Range: bytes=9-1', 'Range: bytes=-99999999999999999999', 'x-oss-copy-source: /a/../b', 'x-oss-date: never', 'Date: Mon', 'If-Match: "', 'Expect: 100-continue', 'Cookie: a=b', 'Origin: http://evil', 'x-oss-metadata-directive: x',
];
const OSS_TARGETS = ['/', '/test-bucket', '/test-bucket/k', '/test-bucket/?list-type=2&max-keys=x', '/test-bucket/?delete', '/test-bucket/k?uploads', '/test-bucket/k?uploadId=x&partNumber=0', '/test-bucket/k?append&position=-1', '/..%2f..%2fetc', '/test-bucket/%00', '/test-bucket/%zz', '/-/faults', '/test-bucket/?acl', '/test-bucket?prefix=%ff', '//'];
const WEB_TARGETS = ['/', '/browse?path=/zq', '/browse?path=%2e%2e', '/api/v1/master/info', '/api/v1/master/webui_browse?path=/&offset=x&limit=-1', '/api/v1/master/webui_logs?path=../../etc/passwd', '/api/v1/paths//zq/get-status', '/api/v1/paths//zq/list-status?limit=x', '/api/v1/paths//zq/delete', '/api/v1/paths//zq/upload-file', '/api/v1/paths//zq/rename?dst=', '/api/v1/paths/zq', '/metrics/json/', '/metrics/series?span=year', '/health', '/logs?path=%2fetc%2fpasswd', '/api/v1/master/logLevel?logName=x&level=y', '/none', '*', 'http://x/'];
const BODIES = ['', 'hello', '{"recursive": true}', '{', '[]', 'null', '<Delete><Object><Key>a</Key></Object></Delete>', '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>', '5\r\nhello\r\n0\r\n\r\n', 'ffffffff\r\n'];

function requestOf(random: Random, targets: readonly string[]): Buffer {
  const target = random.chance(0.4) ? random.mutate(random.pick(targets)) : random.pick(targets);
  const headers = Array.from({ length: random.int(6) }, () => (random.chance(0.2) ? random.mutate(random.pick(HEADERS)) : random.pick(HEADERS)));
  const head = [`${random.pick(METHODS)} ${target} ${random.chance(0.95) ? 'HTTP/1.1' : random.pick(['HTTP/1.0', 'HTTP/2', 'x', ''])}`, 'Connection: close', ...headers].join('\r\n');
  const whole = Buffer.from(`${head}\r\n\r\n${random.pick(BODIES)}`, random.chance(0.5) ? 'utf8' : 'latin1');
  return random.chance(0.15) ? random.mutateBytes(whole) : whole;
}

/** What came back until the connection ended; the sender says that he has sent all. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('neither an answer nor an end'));
    }, PATIENCE_MS);
    socket.on('connect', () => socket.end(bytes));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}

async function bombard(port: number, targets: readonly string[], salt: number): Promise<string[]> {
  const failures: string[] = [];
  let seed = SEED;
  const lane = async (): Promise<void> => {
    while (seed < SEED + CASES) {
      const mine = seed++;
      const bytes = requestOf(randomOf(mine ^ salt), targets);
      const wrong = await send(port, bytes).then(complaint, (error: unknown) => String(error));
      if (wrong !== undefined) failures.push(`seed ${mine}: ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}: ${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return failures;
}

function complaint(answer: string): string | undefined {
  if (answer !== '' && !/^HTTP\/1\.[01] [1-5]\d\d/.test(answer)) return `no HTTP: ${answer.slice(0, 80)}`;
  if (/\n\s+at .+:\d+:\d+/.test(answer)) return `a stack: ${answer.slice(0, 600)}`;
  if (/root:x:0:/.test(answer)) return 'a file of the machine';
  if (answer.includes(OSS_KEYS.accessKeySecret)) return 'a secret';
  if (/^HTTP\/1\.1 500/.test(answer)) return `an internal error: ${answer.slice(0, 600)}`;
  return undefined;
}

describe('bytes on a socket', () => {
  let oss: TestOss;
  let web: ServedHome;
  beforeAll(async () => {
    oss = await startTestOss();
    web = await serveHome();
    await web.fs.changes.makeDirectory(at('/zq/d'), { recursive: true });
  });
  afterAll(async () => {
    await web.close();
    await oss.close();
  });

  it('of ossServer', async () => {
    const port = Number(new URL(oss.endpoint).port);
    expect(await bombard(port, OSS_TARGETS, 0x055)).toEqual([]);
    const raw = await oss.raw();
    await raw.send({ method: 'PUT', object: 'still', body: Buffer.from('here') });
  });

  it('of the web port: without the token nothing is changed', async () => {
    const watch = await web.fs.watch();
    // A look that is allowed may load what nobody has looked at: here nothing is left to load.
    for await (const page of web.fs.entries.list(at('/'), { recursive: true })) expect(page.length).toBeGreaterThan(0);
    const before = watch.lastSeq();
    expect(await bombard(web.port, WEB_TARGETS, 0x3eb)).toEqual([]);
    expect((await fetch(`${web.url}/health`)).status).toBe(200);
    expect(watch.lastSeq()).toBe(before);
  });
});
