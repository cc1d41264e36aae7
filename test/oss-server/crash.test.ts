/** What was acknowledged is there after kill -9, and nothing else is left on disk. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOssServer } from '../../src/oss-server/server.ts';
import type { Answer, RawRequest } from './support.ts';
import { BUCKET, send, xmlText, xmlTexts } from './support.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Below node_modules, so that the child finds lmdb. */
const work = join(ROOT, 'node_modules', '.cache', `oss-server-crash-${process.pid}`);
const program = join(work, 'serve.mjs');
let dir: string;

beforeAll(async () => {
  await mkdir(work, { recursive: true });
  dir = await mkdtemp(join(tmpdir(), 'alluxio-oss-crash-'));
  const bundle = await rolldown({ input: join(ROOT, 'src/oss-server/server.ts'), platform: 'node', external: ['lmdb'] });
  await bundle.write({ file: join(work, 'server.mjs'), format: 'esm' });
  await bundle.close();
  await writeFile(program, `import { startOssServer } from './server.mjs';\nconst { port } = await startOssServer({ dir: process.argv[2], buckets: ['${BUCKET}'], minimalPartBytes: 1 });\nprocess.stdout.write(String(port));\n`);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(work, { recursive: true, force: true });
  await rm(dir, { recursive: true, force: true });
});

/** Bytes that a key must have: they follow from key and version. */
function bodyFor(key: string, version: number): Buffer {
  const sizes = [0, 700, 16_000, 17_000, 200_000, 1_300_000];
  const size = sizes[createHash('md5').update(key).digest().readUInt8(0) % sizes.length] ?? 0;
  return Buffer.alloc(size, `${key}#${version};`);
}

/** What each key may be: the acknowledged version, or one that was under way when the server died. */
class Expectation {
  acknowledged = 0;
  readonly #versions = new Map<string, Set<number>>();

  begin(key: string, version: number): void {
    const versions = this.#versions.get(key) ?? new Set([0]);
    this.#versions.set(key, versions.add(version));
  }

  acknowledge(key: string, version: number): void {
    this.acknowledged += 1;
    this.#versions.set(key, new Set([version]));
  }

  entries(): IterableIterator<[string, Set<number>]> {
    return this.#versions.entries();
  }
}

interface Client {
  readonly port: number;
  readonly agent: http.Agent;
}

const ask = ({ port, agent }: Client, request: RawRequest): Promise<Answer> => send(port, { ...request, agent });

async function write(client: Client, key: string, version: number): Promise<void> {
  const body = bodyFor(key, version);
  const path = `/${BUCKET}/${key}`;
  if (version % 7 === 0) {
    expect((await ask(client, { method: 'DELETE', path })).status).toBe(204);
    return;
  }
  if (version % 3 !== 0 || body.length === 0) {
    expect((await ask(client, { method: 'PUT', path, body })).status).toBe(200);
    return;
  }
  const id = xmlText((await ask(client, { method: 'POST', path: `${path}?uploads`, body: '' })).text, 'UploadId') ?? '';
  const half = Math.floor(body.length / 2);
  const etags: string[] = [];
  for (const [index, piece] of [body.subarray(0, half), body.subarray(half)].entries()) {
    etags.push(String((await ask(client, { method: 'PUT', path: `${path}?partNumber=${index + 1}&uploadId=${id}`, body: piece })).headers.etag));
  }
  const document = `<CompleteMultipartUpload>${etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('')}</CompleteMultipartUpload>`;
  const done = await ask(client, { method: 'POST', path: `${path}?uploadId=${id}`, body: document });
  expect(done.status).toBe(200);
}

/** Many clients at once until the server is gone; each has keys of its own. */
async function hammer(client: Client, expectation: Expectation, round: number): Promise<void> {
  const one = async (worker: number): Promise<void> => {
    for (let step = 1; ; step += 1) {
      const key = `w${worker}/k${step % 5}`;
      const version = round * 10_000 + step;
      expectation.begin(key, version);
      await write(client, key, version);
      expectation.acknowledge(key, version);
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, (_, worker) => one(worker)));
}

const children = new Set<ChildProcess>();

async function start(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  const [port] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return { child, port: Number(port.toString()) };
}

/** Version 0 is "never written", a version that 7 divides is "deleted": in both the key must be missing. */
async function verify(port: number, expectation: Expectation): Promise<void> {
  for (const [key, versions] of expectation.entries()) {
    const { status, body } = await send(port, { path: `/${BUCKET}/${key}` });
    const gone = [...versions].some((version) => version % 7 === 0);
    const matching = status === 200 && [...versions].some((version) => version % 7 !== 0 && bodyFor(key, version).equals(body));
    expect([key, status, matching || (status === 404 && gone)]).toEqual([key, status, true]);
  }
}

it('loses nothing that it acknowledged, and keeps nothing else', async () => {
  const expectation = new Expectation();
  for (let round = 1; round <= 4; round += 1) {
    const { child, port } = await start();
    const agent = new http.Agent({ keepAlive: true });
    await verify(port, expectation);
    const goal = expectation.acknowledged + 60;
    const running = hammer({ port, agent }, expectation, round);
    await expect.poll(() => expectation.acknowledged, { timeout: 20_000, interval: 5 }).toBeGreaterThan(goal);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await running;
    agent.destroy();
  }
  // A clean server over what is left: every file on disk belongs to an object or to an upload in progress.
  const server = await startOssServer({ dir });
  try {
    await verify(server.port, expectation);
    const { text } = await send(server.port, { path: `/${BUCKET}?uploads` });
    for (const upload of xmlTexts(text, 'Upload')) {
      const path = `/${BUCKET}/${xmlText(upload, 'Key')}?uploadId=${xmlText(upload, 'UploadId')}`;
      expect((await send(server.port, { method: 'DELETE', path })).status).toBe(204);
    }
    for (const [key] of expectation.entries()) await send(server.port, { method: 'DELETE', path: `/${BUCKET}/${key}` });
    const left = async (): Promise<string[]> => {
      const found = await readdir(dir, { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile() && entry.parentPath !== dir).map((entry) => entry.name);
    };
    await expect.poll(left).toEqual([]);
  } finally {
    await server.close();
  }
});

it('refuses a folder that another process serves, and takes over from one that died', async () => {
  const { child } = await start();
  await expect(startOssServer({ dir })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining(String(child.pid)) });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await startOssServer({ dir })).close();
});
