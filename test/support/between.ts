/** A server between a client and its OSS, as proxies and captive portals are: it passes requests on, answers in OSS's place, or changes what OSS answered. */
import http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Asked = Pick<IncomingMessage, 'method' | 'url'>;

export interface Between {
  /** `localhost:<port>` */
  readonly endpoint: string;
  /** Answers this to requests that match; by default to all. Undefined from `which`: the request is passed on. */
  says(answer: Partial<Said> | undefined, which?: (asked: Asked, hit: number) => boolean): void;
  /** Changes OSS's answers to requests that match. */
  changes(change: ((said: Said, asked: Asked) => Said) | undefined): void;
  /** Requests that were answered in OSS's place. */
  hits(): number;
  close(): Promise<void>;
}

export const HTML = { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>login</html>') } as const;

export async function startBetween(oss: string): Promise<Between> {
  let answer: Partial<Said> | undefined;
  let which: (asked: Asked, hit: number) => boolean = () => true;
  let change: ((said: Said, asked: Asked) => Said) | undefined;
  let hits = 0;
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    void (async () => {
      const body = await whole(request);
      const instead = answer !== undefined && which(request, hits) ? answer : undefined;
      if (instead !== undefined) hits += 1;
      const said = instead ?? (await ask(oss, request, body, agent));
      const { status = 200, headers = {}, body: bytes = Buffer.alloc(0) } = instead === undefined && change !== undefined ? change(said as Said, request) : said;
      // Of a HEAD the length is that of a body which does not come.
      const length = request.method === 'HEAD' || headers['transfer-encoding'] !== undefined ? {} : { 'content-length': bytes.length };
      response.writeHead(status, { ...headers, ...length });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `localhost:${String(typeof address === 'object' && address !== null ? address.port : 0)}`,
    says(said, matches = () => true) {
      [answer, which, hits] = [said, matches, 0];
    },
    changes: (how) => void (change = how),
    hits: () => hits,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function whole(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function ask(oss: string, request: IncomingMessage, body: Buffer, agent: http.Agent): Promise<Said> {
  const { hostname, port } = new URL(oss);
  const asked = http.request({ hostname, port, agent, method: request.method ?? 'GET', path: request.url ?? '/', headers: request.headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => asked.on('response', resolve).on('error', reject));
  asked.end(body);
  const response = await answered;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await whole(response) };
}
