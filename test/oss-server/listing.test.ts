/** Listings against a plain model, and 100,000 keys page by page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/oss-server/store/index.ts';
import { objectKey, requireBucket } from '../../src/oss-server/store/keys.ts';
import type { TestServer } from './support.ts';
import { BUCKET, startServer, xmlText, xmlTexts } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Query {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly limit: number;
}

interface Listed {
  readonly keys: string[];
  readonly prefixes: string[];
}

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const decode = (text: string): string => decodeURIComponent(text);

/** The whole listing as the documentation words it. */
function model(all: readonly string[], { prefix = '', delimiter = '' }: Query): Listed {
  const keys: string[] = [];
  const prefixes = new Set<string>();
  for (const key of [...all].sort(bytes)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at < 0) keys.push(key);
    else prefixes.add(key.slice(0, at + delimiter.length));
  }
  return { keys, prefixes: [...prefixes].sort(bytes) };
}

async function walk(query: Query, version: 1 | 2): Promise<Listed & { pages: number; order: string[] }> {
  const found = { keys: [] as string[], prefixes: [] as string[], order: [] as string[], pages: 0 };
  let next: string | undefined = '';
  while (next !== undefined) {
    const parameters = new URLSearchParams({ 'encoding-type': 'url', 'max-keys': String(query.limit), prefix: query.prefix ?? '', delimiter: query.delimiter ?? '' });
    if (version === 2) parameters.set('list-type', '2');
    if (next !== '') parameters.set(version === 1 ? 'marker' : 'continuation-token', next);
    const { text, status } = await server.send({ path: `/${BUCKET}?${parameters.toString()}` });
    expect(status).toBe(200);
    const keys = xmlTexts(text, 'Key').map(decode);
    const prefixes = xmlTexts(text, 'CommonPrefixes').map((inner) => decode(xmlText(inner, 'Prefix') ?? ''));
    expect(keys.length + prefixes.length).toBeLessThanOrEqual(query.limit);
    found.keys.push(...keys);
    found.prefixes.push(...prefixes);
    found.order.push(...[...keys, ...prefixes].sort(bytes));
    found.pages += 1;
    next = version === 1 ? xmlText(text, 'NextMarker') : xmlText(text, 'NextContinuationToken');
    if (version === 1 && next !== undefined) next = decode(next);
    expect(xmlText(text, 'IsTruncated')).toBe(String(next !== undefined));
    if (version === 2) expect(xmlText(text, 'KeyCount')).toBe(String(keys.length + prefixes.length));
  }
  return found;
}

const KEYS = [
  'a', 'a/', 'a/1', 'a/2', 'a/b/', 'a/b/3', 'a//b', 'a-', 'a0', 'b/c/d/e', 'b/c/d/f', 'b0', 'B', 'c d/+', 'c d/%2F', 'é/x', 'é0', '中/文', '中文', '😀/x', '\u{10ffff}', '\uffee', 'z\n/1', 'z\n/2', '/'.padStart(3, 'x'), 'zz/zz/zz', 'zz/zz0',
];

describe('a listing', () => {
  beforeAll(async () => {
    for (const key of KEYS) await server.put(key, key);
  });

  it.each([1, 2] as const)('V%i of every prefix, delimiter and page size is that of the model, in byte order', async (version) => {
    for (const prefix of ['', 'a/', 'a/b', 'c d/', '中', 'zz/zz', 'none', '\u{10ffff}']) {
      for (const delimiter of ['', '/', '/c/', '文']) {
        for (const limit of [1, 3, 1000]) {
          const query = { prefix, delimiter, limit };
          const expected = model(KEYS, query);
          const { keys, prefixes, order } = await walk(query, version);
          expect({ query, keys, prefixes }).toEqual({ query, ...expected });
          expect(order).toEqual([...expected.keys, ...expected.prefixes].sort(bytes));
        }
      }
    }
  });

  it('starts after a key, whether it is there or not', async () => {
    const after = async (parameters: string): Promise<string[]> => {
      const { text } = await server.send({ path: `/${BUCKET}?max-keys=1000&encoding-type=url&${parameters}` });
      return xmlTexts(text, 'Key').map(decode);
    };
    const sorted = [...KEYS].sort(bytes);
    for (const marker of ['a/1', 'a/15', 'a', 'zzz']) {
      const expected = sorted.filter((key) => bytes(key, marker) > 0);
      expect(await after(`marker=${encodeURIComponent(marker)}`)).toEqual(expected);
      expect(await after(`list-type=2&start-after=${encodeURIComponent(marker)}`)).toEqual(expected);
    }
    expect(await after('prefix=a/&marker=zzz')).toEqual([]);
    for (const long of ['a', '\u{10ffff}']) {
      const text = encodeURIComponent(long.repeat(3000 / Buffer.byteLength(long)));
      expect(await after(`prefix=${text}`)).toEqual([]);
      expect(await after(`marker=${text}`)).toEqual(long === 'a' ? sorted.filter((key) => bytes(key, 'aa') > 0) : []);
      expect((await server.send({ path: `/${BUCKET}?uploads&prefix=${text}&key-marker=${text}&upload-id-marker=${text}` })).status).toBe(200);
    }
    expect(await after('prefix=b/&marker=a')).toEqual(['b/c/d/e', 'b/c/d/f']);
  });

  it('tells what an object is, and whose', async () => {
    const v1 = await server.send({ path: `/${BUCKET}?prefix=a&max-keys=1` });
    expect(xmlText(v1.text, 'Contents')).toMatch(/^<Key>a<\/Key><LastModified>\d{4}-\d\d-\d\dT[\d:]{8}\.000Z<\/LastModified><ETag>&quot;[0-9A-F]{32}&quot;<\/ETag><Type>Normal<\/Type><Size>1<\/Size><StorageClass>Standard<\/StorageClass><Owner><ID>/);
    const v2 = await server.send({ path: `/${BUCKET}?list-type=2&prefix=a&max-keys=1` });
    expect(v2.text).not.toContain('<Owner>');
    expect((await server.send({ path: `/${BUCKET}?list-type=2&prefix=a&max-keys=1&fetch-owner=true` })).text).toContain('<Owner>');
    expect(xmlText((await server.send({ path: `/${BUCKET}` })).text, 'MaxKeys')).toBe('100');
  });

  it.each(['max-keys=0', 'max-keys=1001', 'max-keys=x', 'encoding-type=base64', 'list-type=2&continuation-token=!!'])('refuses %s', async (parameters) => {
    const { status, text } = await server.send({ path: `/${BUCKET}?${parameters}` });
    expect(status).toBe(400);
    expect(xmlText(text, 'Code')).toBe('InvalidArgument');
  });
});

describe('100,000 keys', () => {
  const names = Array.from({ length: 100_000 }, (_, n) => `many/${String(n % 250).padStart(3, '0')}/${n}`);
  const record = { type: 'Normal', size: 0, etag: 'D41D8CD98F00B204E9800998ECF8427E', crc64: '0', modified: 0, headers: {}, segments: [] } as const;

  it('come page by page in order, and rolled up without a visit to each', async () => {
    const { dir } = server;
    await server.close();
    // Not through the protocol: the listing is what is tested, and time is short.
    const store = await Store.open(dir, { flush: false });
    await store.commit((changes) => {
      const { id } = requireBucket({ tables: changes }, BUCKET);
      for (const name of names) changes.objects.putSync(objectKey(id, name), record);
    });
    await store.close();
    server = await startServer({ dir });
    const { result: all, ms: visits } = await timed(() => walk({ prefix: 'many/', limit: 1000 }, 1));
    expect(all.pages).toBe(100);
    expect(all.keys.join('\n') === [...names].sort().join('\n')).toBe(true);
    const rolled = await walk({ prefix: 'many/', delimiter: '/', limit: 100 }, 2);
    expect(rolled).toMatchObject({ keys: [], pages: 3 });
    expect(rolled.prefixes).toHaveLength(250);
    // 250 prefixes against the 100,000 keys below them: a visit to each key would take about as long as the walk did.
    const { ms: seeks } = await timed(() => walk({ prefix: 'many/', delimiter: '/', limit: 250 }, 1));
    expect(seeks).toBeLessThan(visits / 5);
  });
});

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}
