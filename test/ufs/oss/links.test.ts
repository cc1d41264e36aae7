/** Symbolic links of OSS: what they lead to is the file, however it was found; a listing says nothing of it. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from '../../../src/ufs/conformance/bench.ts';
import type { OssClient } from '../../../src/ufs/oss/oss-client.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import { moveTree } from '../../../src/ufs/rename.ts';
import type { UfsEntry, UfsPage } from '../../../src/ufs/ufs.ts';
import { UfsUri } from '../../../src/uri.ts';
import { startBetween } from '../../support/between.ts';
import type { Between } from '../../support/between.ts';
import { putRaw, startTestOss } from '../../support/oss.ts';
import type { TestOss } from '../../support/oss.ts';

let oss: TestOss;
let raw: OssClient;
let between: Between;
const heads: string[] = [];

beforeAll(async () => {
  oss = await startTestOss();
  raw = await oss.raw();
  between = await startBetween(oss.endpoint);
  between.changes((said, { method, url }) => {
    if (method === 'HEAD') heads.push(String(url));
    return said;
  });
});
afterAll(async () => {
  await between.close();
  await oss.close();
});

/** A folder with these objects, and links to others of them. */
async function mount(objects: Readonly<Record<string, string>>, links: Readonly<Record<string, string>>, properties: Readonly<Record<string, string>> = {}) {
  const folder = randomUUID();
  for (const [key, content] of Object.entries(objects)) await putRaw(raw, `${folder}/${key}`, content);
  for (const [key, target] of Object.entries(links)) {
    await raw.send({ method: 'PUT', object: `${folder}/${key}`, subresource: { symlink: '' }, headers: { 'x-oss-symlink-target': encodeURIComponent(`${folder}/${target}`) } });
  }
  const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}/${folder}`), oss.config({ 'fs.oss.endpoint': between.endpoint, ...properties }));
  heads.length = 0;
  return { folder, ufs, bench: new Bench(ufs, '') };
}

const same = ({ name, ...status }: UfsEntry) => [name, { ...status, crc64: undefined }];

describe.each([1, 2, 1000])('listed in pages of %d', (page) => {
  const paged = { 'alluxio.underfs.listing.length': String(page) };

  it.each([true, false])('links are what they lead to, as when they are asked for one by one (recursive: %s)', async (recursive) => {
    const { bench, ufs } = await mount({ 'file': 'content', 'd/deep': 'deeper content', 'z': 'x' }, { 'a-link': 'd/deep', 'd/link': 'file', 'link': 'file' }, paged);
    const listed = await bench.list('', { recursive });
    expect(listed.map(({ name }) => name).sort()).toEqual(recursive ? ['a-link', 'd', 'd/deep', 'd/link', 'file', 'link', 'z'] : ['a-link', 'd', 'file', 'link', 'z']);
    for (const entry of listed) {
      const status = await ufs.status(entry.name);
      expect(same(entry)).toEqual([entry.name, { ...status, crc64: undefined }]);
      if (entry.kind === 'file') expect((await bench.read(entry.name, { length: entry.size, ifContentHash: entry.contentHash })).length).toBe(entry.size);
    }
    expect((await bench.read('link')).toString()).toBe('content');
  });

  it('that lead nowhere are no files: they are counted', async () => {
    const { folder, bench, ufs } = await mount({ 'file': 'x', 'both/inside': 'x' }, { 'broken': 'nothing', 'both': 'nothing', 'd/broken': 'nothing', 'round': 'broken' }, paged);
    expect((await bench.list('')).map(({ name, kind }) => [name, kind]).sort()).toEqual([['both', 'directory'], ['d', 'directory'], ['file', 'file']]);
    const unusable: string[] = [];
    let broken = 0;
    for await (const found of ufs.list('', { recursive: true })) {
      unusable.push(...found.unusable);
      broken += found.broken ?? 0;
    }
    expect([unusable.sort(), broken]).toEqual([['both', 'broken', 'd/broken', 'round'].map((key) => `${folder}/${key}`), 4]);
    expect(await bench.kind('broken')).toBe('absent');
    expect(await bench.kind('both')).toBe('directory');
  });
});

it('only links cost a request more, one each', async () => {
  const { folder, bench } = await mount({ a: '1', b: '2', c: '3', d: '4' }, { link: 'a' });
  await bench.list('');
  expect(heads).toEqual([`/${oss.bucket}/${folder}/link`]);
  heads.length = 0;
  await bench.list('', { recursive: true });
  expect(heads).toHaveLength(1);
});

it('a link that cannot be asked for now makes the listing fail, instead of looking empty', async () => {
  const { folder, bench } = await mount({ file: 'content' }, { link: 'file' }, { 'alluxio.underfs.oss.retry.max': '0' });
  await oss.fault('internal-error', { method: 'HEAD', keyPrefix: `${folder}/link` });
  await expect(bench.list('')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await oss.clearFaults();
});

it('a copy of a link, and a link that is moved, have the bytes; what it led to stays', async () => {
  const { bench, ufs } = await mount({ 'file': 'content' }, { 'link': 'file', 'd/link': 'file' });
  const { contentHash } = (await ufs.status('link')) ?? {};
  const written = await ufs.copyFile('link', 'copy', { ifContentHash: contentHash ?? '' });
  expect(await ufs.status('copy')).toMatchObject(written);
  await moveTree(ufs, 'link', 'moved');
  await moveTree(ufs, 'd', 'e');
  expect((await bench.names('', { recursive: true })).sort()).toEqual(['copy', 'e', 'e/link', 'file', 'moved']);
  await ufs.write('file', Readable.from([Buffer.from('other')], { objectMode: false }));
  for (const key of ['copy', 'moved', 'e/link']) expect((await bench.read(key)).toString(), key).toBe('content');
});

it('a link that is removed leaves what it led to', async () => {
  const { bench, ufs } = await mount({ file: 'content' }, { link: 'file' });
  expect(await ufs.deleteFiles(['link'])).toEqual([]);
  expect(await bench.names()).toEqual(['file']);
});

it('a link to what the key may not read is left out, and the rest is listed', async () => {
  const { ufs } = await mount({ file: 'content' }, { link: 'file' });
  const refusal = Buffer.from('<Error><Code>AccessDenied</Code><Message>no</Message></Error>').toString('base64');
  between.says({ status: 403, headers: { 'x-oss-request-id': '0123456789ABCDEF01234567', 'x-oss-err': refusal } }, ({ method, url }) => method === 'HEAD' && String(url).includes('/link'));
  try {
    const pages: UfsPage[] = [];
    for await (const page of ufs.list('')) pages.push(page);
    expect(pages.flatMap(({ entries }) => entries.map(({ name }) => name))).toEqual(['file']);
    expect(pages.reduce((sum, { broken = 0 }) => sum + broken, 0)).toBe(1);
  } finally {
    between.says(undefined);
  }
});

it("OSS tells of a link the link's own CRC64, which says nothing of the bytes", async () => {
  const { bench, ufs } = await mount({ file: 'content' }, { link: 'file' });
  between.changes((said, { url }) => (String(url).includes('/link') ? { ...said, headers: { ...said.headers, 'x-oss-hash-crc64ecma': '0', 'x-oss-object-type': 'Symlink' } } : said));
  expect((await bench.read('link')).toString()).toBe('content');
  expect((await ufs.status('link'))?.crc64).toBeUndefined();
});
