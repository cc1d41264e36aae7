/** What stands between here and OSS may answer in its place, or spoil its answers: nothing of that is believed. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench, patternBytes } from '../../../src/ufs/conformance/bench.ts';
import type { OssClient } from '../../../src/ufs/oss/oss-client.ts';
import { openOss } from '../../../src/ufs/oss/index.ts';
import { uploadsOf } from '../../../src/ufs/oss/uploads.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import type { Ufs } from '../../../src/ufs/ufs.ts';
import { UfsUri } from '../../../src/uri.ts';
import { HTML, startBetween } from '../../support/between.ts';
import type { Between, Said } from '../../support/between.ts';
import { putRaw, startTestOss } from '../../support/oss.ts';
import type { TestOss } from '../../support/oss.ts';

const SMALL = { 'alluxio.underfs.listing.length': '3', 'alluxio.underfs.oss.streaming.upload.partition.size': '100KB', 'alluxio.underfs.object.store.multi.range.chunk.size': '100KB' };
const PARTS = patternBytes(350_000);

let oss: TestOss;
let between: Between;
let raw: OssClient;
let folder: string;
let ufs: Ufs;
let hasty: Ufs;
let bench: Bench;

beforeAll(async () => {
  oss = await startTestOss();
  raw = await oss.raw();
  between = await startBetween(oss.endpoint);
});
afterAll(async () => {
  await between.close();
  await oss.close();
});
afterEach(() => {
  between.says(undefined);
  between.changes(undefined);
});
const config = (properties: Readonly<Record<string, string>> = {}) => oss.config({ ...SMALL, 'fs.oss.endpoint': between.endpoint, 'alluxio.underfs.oss.retry.max': '0', ...properties });
beforeEach(async () => {
  folder = randomUUID();
  const uri = UfsUri.parse(`oss://${oss.bucket}/${folder}`);
  ufs = await createUfs(uri, config({ 'alluxio.underfs.oss.retry.max': '2' }));
  hasty = await createUfs(uri, config());
  bench = new Bench(hasty, '');
});

function write(target: Ufs, key: string, content: Buffer) {
  return target.write(key, Readable.from([content], { objectMode: false }));
}

/** Every way to ask. */
function asks(): [string, () => Promise<unknown>][] {
  return [
    ['status', () => hasty.status('file')],
    ['list', () => bench.names()],
    ['list below', () => bench.names('dir')],
    ['read', () => bench.read('file')],
    ['read nothing', () => bench.read('file', { length: 0 })],
    ['makeDirectory', () => hasty.makeDirectory('dir')],
    ['removeDirectory', () => hasty.removeDirectory('dir')],
    ['copyFile', () => hasty.copyFile('file', 'copy')],
    ['write', () => write(hasty, 'file', Buffer.from('x'))],
    // Of a kind that is known by now, and so on the short way.
    ['write again', () => write(hasty, 'file', Buffer.from('x'))],
    ['write parts', () => write(hasty, 'file', PARTS)],
    ['deleteFiles one', async () => Promise.reject((await hasty.deleteFiles(['file']))[0]?.error ?? new Error('believed'))],
    ['deleteFiles', async () => Promise.reject((await hasty.deleteFiles(['file', 'other']))[0]?.error ?? new Error('believed'))],
    [
      'unfinishedWrites',
      async () => {
        for await (const found of hasty.unfinishedWrites('file', 'file')) void found;
      },
    ],
  ];
}

const STRANGERS: [string, Partial<Said>][] = [
  ['404 and nothing', { status: 404 }],
  ['a 404 page', { ...HTML, status: 404 }],
  ['a login page', HTML],
  ['a login page in pieces', { ...HTML, headers: { ...HTML.headers, 'transfer-encoding': 'chunked' } }],
  ['200 and nothing', { status: 200 }],
  ['204', { status: 204 }],
  ['a redirect to a login', { status: 302, headers: { location: 'http://login.example/?back=1' } }],
  ['403', { ...HTML, status: 403 }],
  ['502', { ...HTML, status: 502 }],
  ['an answer with ETag and range', { status: 206, headers: { etag: '"x"', 'content-range': 'bytes 0-3/4' }, body: Buffer.from('text') }],
];

describe('an answer that is not of OSS', () => {
  it.each(STRANGERS)('(%s) is told as that for every question, and what was asked for may have been done', async (_, answer) => {
    await write(hasty, 'file', Buffer.from('content'));
    between.says(answer);
    for (const [name, ask] of asks()) {
      const error: unknown = await ask().then((got) => got, (failure: unknown) => failure);
      expect([name, error]).toEqual([name, expect.objectContaining({ code: 'UNAVAILABLE', details: { answer: 'lost' } })]);
      expect(String(error), name).toContain(`${between.endpoint} answered, but it is not OSS: status ${String(answer.status)}`);
    }
    between.says(undefined);
    expect((await bench.read('file')).toString()).toBe('content');
  });

  it('says what it was, in one line and not at length', async () => {
    between.says({ status: 302, headers: { 'content-type': `text/html; ${'x'.repeat(5000)}`, location: 'http://login.example/?token=s3cr3t' } });
    const error: unknown = await hasty.status('file').catch((failure: unknown) => failure);
    expect(String(error)).toMatch(/status 302, text\/html, leads to http:\/\/login\.example/);
    expect(String(error)).not.toContain('s3cr3t');
    expect(String(error).length).toBeLessThan(400);
  });

  it.each(STRANGERS)('(%s) that passes is not noticed', async (_, answer) => {
    const twice = async <T>(work: () => Promise<T>): Promise<T> => {
      between.says(answer, (_asked, hit) => hit < 2);
      const done = await work();
      expect(between.hits()).toBe(2);
      return done;
    };
    await twice(() => write(ufs, 'file', Buffer.from('content')));
    expect((await twice(() => new Bench(ufs, '').read('file'))).toString()).toBe('content');
    await twice(() => write(ufs, 'parts', PARTS));
    expect((await uploadsOf(raw, `${folder}/parts`)).uploads).toEqual([]);
    expect((await twice(() => new Bench(ufs, '').read('parts'))).equals(PARTS)).toBe(true);
    expect(await twice(() => new Bench(ufs, '').names())).toEqual(['file', 'parts']);
    expect(await twice(() => ufs.deleteFiles(['file', 'parts']))).toEqual([]);
  });

  it.each([
    ['pieces', { fastBytesPerMs: Number.POSITIVE_INFINITY, pieceBytes: 100_000 }],
    ['a stream', { fastBytesPerMs: 0, pieceBytes: 100_000, streamBytes: 100_000 }],
  ])('in the middle of a read in %s is asked for again', async (_, tuning) => {
    await write(hasty, 'file', PARTS);
    const reading = await openOss(UfsUri.parse(`oss://${oss.bucket}/${folder}`), config({ 'alluxio.underfs.oss.retry.max': '2' }), {}, tuning);
    let gets = 0;
    between.says({ status: 200, body: PARTS.subarray(0, 100_000) }, ({ method }) => method === 'GET' && (gets += 1) === 3);
    expect((await new Bench(reading, '').read('file')).equals(PARTS)).toBe(true);
    expect(between.hits()).toBe(1);
  });
});

describe('an answer of OSS that somebody spoiled', () => {
  const without = (name: string) => (said: Said): Said => ({ ...said, headers: Object.fromEntries(Object.entries(said.headers).filter(([header]) => header !== name)) });

  it('a HEAD without length, ETag or time is no answer', async () => {
    await write(hasty, 'file', Buffer.from('content'));
    for (const header of ['content-length', 'etag', 'last-modified']) {
      between.changes(without(header));
      await expect(hasty.status('file'), header).rejects.toMatchObject({ code: 'UNAVAILABLE', path: `oss://${oss.bucket}/${folder}/file` });
    }
  });

  it('a piece of another object than the one that was asked for is not passed on', async () => {
    const { contentHash } = await write(hasty, 'file', Buffer.from('content'));
    between.changes((said) => ({ ...said, headers: { ...said.headers, etag: '"0123"' } }));
    await expect(bench.read('file', { ifContentHash: contentHash })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    between.changes(without('etag'));
    await expect(bench.read('file', { ifContentHash: contentHash })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('a PUT without an ETag is lost, and the object is found', async () => {
    between.changes((said, { method }) => (method === 'PUT' ? without('etag')(said) : said));
    const { contentHash } = await write(hasty, 'file', Buffer.from('content'));
    expect(contentHash).toBe((await hasty.status('file'))?.contentHash);
  });

  it('half a listing says where', async () => {
    await putRaw(raw, `${folder}/file`, 'x');
    between.changes((said) => ({ ...said, body: said.body.subarray(0, 100) }));
    await expect(bench.names()).rejects.toThrow(`OSS at ${between.endpoint} answered with half a ListBucketResult (oss://${oss.bucket}/${folder}/)`);
  });

  it('a listing that is not found is no empty one', async () => {
    between.changes((said) => ({ ...said, status: 404, body: Buffer.alloc(0) }));
    await expect(bench.names()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(bench.names('dir')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    between.changes((said, { method }) => (method === 'GET' ? { ...said, status: 404, body: Buffer.from('<html>gone</html>') } : said));
    await expect(bench.read('file')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
