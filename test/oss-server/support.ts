/** A server over a fresh folder, and two ways to talk to it: bare HTTP, and the unmodified SDK. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
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
  /** Names of files on disk that hold bytes of objects or uploads. */
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
      // By name: a file may move from the one folder to the other between two looks.
      const found = new Set<string>();
      for (const folder of ['incoming', 'blobs']) {
        for (const entry of await readdir(join(dir, folder), { recursive: true, withFileTypes: true })) if (entry.isFile()) found.add(entry.name);
      }
      return [...found].sort();
    },
    async stop() {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface SdkAnswer {
  readonly res: { readonly status: number; readonly headers: Record<string, string> };
  readonly status: number;
}

interface SdkPage {
  readonly objects: readonly { readonly name: string; readonly owner: unknown; readonly etag: string; readonly size: number }[];
  readonly prefixes: readonly string[] | null;
  readonly isTruncated: boolean;
}

/** The part of ali-oss (which ships no types) that the tests use. */
export interface Sdk {
  put(name: string, body: Buffer, options?: object): Promise<SdkAnswer>;
  putStream(name: string, body: Readable, options?: object): Promise<SdkAnswer>;
  get(name: string, options?: object): Promise<SdkAnswer & { readonly content: Buffer }>;
  head(name: string): Promise<SdkAnswer & { readonly meta: unknown }>;
  copy(name: string, source: string): Promise<SdkAnswer>;
  append(name: string, body: Buffer, options?: object): Promise<{ readonly nextAppendPosition: string }>;
  deleteMulti(names: readonly string[]): Promise<{ readonly deleted: readonly unknown[] }>;
  list(query: object, options?: object): Promise<SdkPage>;
  listV2(query: object): Promise<SdkPage & { readonly keyCount: number; readonly nextContinuationToken: string | null }>;
  getACL(name: string): Promise<{ readonly acl: string }>;
  getObjectTagging(name: string): Promise<{ readonly tag: object }>;
  putObjectTagging(name: string, tag: object): Promise<unknown>;
  putSymlink(name: string, target: string, options: object): Promise<unknown>;
  getSymlink(name: string): Promise<{ readonly targetName: string }>;
  initMultipartUpload(name: string): Promise<{ readonly uploadId: string }>;
  _uploadPart(name: string, uploadId: string, number: number, data: object): Promise<{ readonly etag: string }>;
  listParts(name: string, uploadId: string): Promise<{ readonly parts: readonly unknown[] }>;
  listUploads(query: object): Promise<{ readonly uploads: readonly unknown[] }>;
  completeMultipartUpload(name: string, uploadId: string, parts: readonly object[]): Promise<SdkAnswer>;
  multipartUploadCopy(name: string, source: object, options: object): Promise<SdkAnswer>;
  putBucket(name: string): Promise<unknown>;
  putBucketACL(name: string, acl: string): Promise<unknown>;
  getBucketACL(name: string): Promise<{ readonly acl: string }>;
  getBucketLocation(name: string): Promise<{ readonly location: string }>;
  getBucketInfo(name: string): Promise<{ readonly bucket: object }>;
  putBucketTags(name: string, tag: object): Promise<unknown>;
  getBucketTags(name: string): Promise<{ readonly tag: object }>;
  putBucketCORS(name: string, rules: readonly object[]): Promise<unknown>;
  getBucketCORS(name: string): Promise<{ readonly rules: readonly object[] }>;
  listBuckets(query: object): Promise<{ readonly buckets: readonly { readonly name: string }[] }>;
  deleteBucket(name: string): Promise<unknown>;
  signatureUrl(name: string, options: object): string;
  signatureUrlV4(method: string, expires: number, request: object, name: string): Promise<string>;
  calculatePostSignature(policy: object): { readonly OSSAccessKeyId: string; readonly Signature: string; readonly policy: string };
}

const AliOss: new (options: object) => Sdk = createRequire(import.meta.url)('ali-oss');

/** Path style, as every client must speak to an endpoint without DNS. */
export function sdk(endpoint: string, options: object = {}): Sdk {
  return new AliOss({ ...KEYS, endpoint, bucket: BUCKET, region: 'oss-cn-hangzhou', sldEnable: true, ...options });
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
  'plain', 'with space', ' lead and trail ', 'new\nline', '中文/文件', '100%', 'percent%20encoded', 'what?.txt', 'a+b', 'a&b=c', 'a//b', 'dir/', '<xml>&amp;"\'', 'emoji😀', '\u0001control\u007f', 'tab\tcr\r', '~!@#$^*()_-=[]{}|;:,.', 'back\\slash', 'n\u0303 combining', 'é'.repeat(511), 'k'.repeat(1023),
];
