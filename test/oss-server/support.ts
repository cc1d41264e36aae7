/** A server over a fresh folder, and two ways to talk to it: bare HTTP, and the unmodified SDK. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import type { OssServerOptions, RunningOssServer } from '../../src/oss-server/server.ts';
import { startOssServer } from '../../src/oss-server/server.ts';

export const KEYS = { accessKeyId: 'test-id', accessKeySecret: 'test-secret-s3cr3t' } as const;
export const BUCKET = 'test-bucket';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  /** As it goes on the wire. */
  readonly path: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer | readonly Buffer[];
  readonly agent?: http.Agent;
}

/** An array as body goes out in chunked transfer, unless a Content-Length is given. */
export function send(port: number, { method = 'GET', path, headers = {}, body, agent }: RawRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = typeof body === 'string' || Buffer.isBuffer(body) ? { 'content-length': Buffer.byteLength(body) } : {};
    const request = http.request({ port, method, path, headers: { ...length, ...headers }, agent: agent ?? false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(pieces);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text: whole.toString('utf8') });
      });
    });
    request.on('error', reject);
    if (Array.isArray(body)) for (const piece of body) request.write(piece);
    else if (typeof body === 'string' || Buffer.isBuffer(body)) request.write(body);
    request.end();
  });
}

export interface TestServer extends RunningOssServer {
  readonly dir: string;
  send(request: RawRequest): Promise<Answer>;
  /** `PUT /bucket/key`, expected to succeed. */
  put(key: string, body: string | Buffer): Promise<Answer>;
  /** Files on disk that hold bytes of objects or uploads. */
  files(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startServer(options: Partial<OssServerOptions> = {}): Promise<TestServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'alluxio-oss-server-')));
  const server = await startOssServer({ buckets: [BUCKET], flush: false, ...options, dir });
  const toServer = (request: RawRequest): Promise<Answer> => send(server.port, request);
  return {
    ...server,
    dir,
    send: toServer,
    async put(key, body) {
      const answer = await toServer({ method: 'PUT', path: `/${BUCKET}/${encodeURIComponent(key)}`, body });
      if (answer.status !== 200) throw new Error(`PUT ${key}: ${answer.status} ${answer.text}`);
      return answer;
    },
    async files() {
      const found: string[] = [];
      for (const folder of ['incoming', 'blobs']) {
        for (const entry of await readdir(join(dir, folder), { recursive: true, withFileTypes: true })) if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
      }
      return found;
    },
    async stop() {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Path style, as every client must speak to an endpoint without DNS. */
export function sdk(endpoint: string, options: Partial<OSS.Options> = {}): OSS {
  return new OSS({ ...KEYS, endpoint, bucket: BUCKET, region: 'oss-cn-hangzhou', ...{ sldEnable: true }, ...options });
}

export function md5Base64(body: string | Buffer): string {
  return createHash('md5').update(body).digest('base64');
}

/** The text of the first element of that name; undefined when there is none. */
export function xmlText(document: string, name: string): string | undefined {
  return new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(document)?.[1];
}

export function xmlTexts(document: string, name: string): string[] {
  return [...document.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1] ?? '');
}

/** Names that break careless code; each is a key that OSS can store. */
export const AWKWARD_KEYS: readonly string[] = [
  'plain', 'with space', ' lead and trail ', 'new\nline', '中文/文件', '100%', 'percent%20encoded', 'what?.txt', 'a+b', 'a&b=c', 'a//b', 'dir/', 'a/../b', './x', '<xml>&amp;"\'', 'emoji😀', '\u0001control\u007f', 'tab\tcr\r', '~!@#$^*()_-=[]{}|;:,.', 'back\\slash', 'n\u0303 combining', 'é'.repeat(511), 'k'.repeat(1023),
];
