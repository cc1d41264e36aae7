/** Multipart uploads over bare HTTP. */
import { createHash, randomBytes } from 'node:crypto';
import type http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc64Of } from '../support/crc64.ts';
import type { Answer, TestServer } from './support.ts';
import { BUCKET, startServer, xmlText, xmlTexts } from './support.ts';

const MINIMUM = 1000;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ minimalPartBytes: MINIMUM });
});
afterAll(() => server.stop());

async function initiate(key: string, headers: http.OutgoingHttpHeaders = {}): Promise<string> {
  const { text } = await server.send({ method: 'POST', path: `/${BUCKET}/${key}?uploads`, headers: { 'content-length': 0, ...headers } });
  return xmlText(text, 'UploadId') ?? '';
}

const part = (key: string, id: string, number: number | string, body: string | Buffer): Promise<Answer> =>
  server.send({ method: 'PUT', path: `/${BUCKET}/${key}?partNumber=${number}&uploadId=${id}`, body });

function complete(key: string, id: string, parts: readonly (readonly [number, string])[], headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
  const body = `<CompleteMultipartUpload>${parts.map(([n, etag]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag></Part>`).join('')}</CompleteMultipartUpload>`;
  return server.send({ method: 'POST', path: `/${BUCKET}/${key}?uploadId=${id}`, body, headers });
}

const code = ({ text }: Answer): string | undefined => xmlText(text, 'Code');
const etagOf = (body: Buffer): string => createHash('md5').update(body).digest('hex').toUpperCase();

async function fileCount(): Promise<number> {
  return (await server.files()).length;
}

describe('a multipart upload', () => {
  it('becomes one object with the joined CRC64, whatever the sizes of its parts', async () => {
    const id = await initiate('whole', { 'content-type': 'text/whole', 'x-oss-meta-m': '1' });
    const bodies = [randomBytes(1_100_000), randomBytes(MINIMUM), randomBytes(30_000), randomBytes(1)];
    const etags: [number, string][] = [];
    // Numbers need not be consecutive, nor come in order.
    for (const [index, body] of [...bodies.entries()].reverse()) {
      const { headers } = await part('whole', id, index * 100 + 1, body);
      expect(headers).toMatchObject({ etag: `"${etagOf(body)}"`, 'x-oss-hash-crc64ecma': crc64Of(body) });
      etags.unshift([index * 100 + 1, String(headers.etag)]);
    }
    expect((await server.send({ path: `/${BUCKET}/whole` })).status).toBe(404);
    const done = await complete('whole', id, etags);
    const whole = Buffer.concat(bodies);
    expect(done.headers['x-oss-hash-crc64ecma']).toBe(crc64Of(whole));
    // The formula that the tests of OSS's Go SDK hold the service to.
    const joined = createHash('md5').update(bodies.map((body) => etagOf(body)).join('')).digest('hex').toUpperCase();
    expect(xmlText(done.text, 'ETag')).toBe(`&quot;${joined}-4&quot;`);
    const got = await server.send({ path: `/${BUCKET}/whole` });
    expect(got.body.equals(whole)).toBe(true);
    expect(got.headers).toMatchObject({ 'content-type': 'text/whole', 'x-oss-meta-m': '1', 'x-oss-object-type': 'Multipart' });
    for (const [start, end] of [[1_099_990, 1_100_010], [1_099_999, 1_131_000], [0, 0], [1_131_000, 1_131_000]] as const) {
      const range = await server.send({ path: `/${BUCKET}/whole`, headers: { range: `bytes=${start}-${end}` } });
      expect(range.status).toBe(206);
      expect(range.body.equals(whole.subarray(start, end + 1))).toBe(true);
    }
    expect(code(await complete('whole', id, etags))).toBe('NoSuchUpload');
  });

  it('refuses wrong lists, and stays as it was', async () => {
    const id = await initiate('wrong');
    const body = Buffer.alloc(MINIMUM, 'p');
    const etag = etagOf(body);
    for (const number of [1, 2]) await part('wrong', id, number, body);
    await part('wrong', id, 3, 'short');
    await part('wrong', id, 4, 'last');
    expect(code(await complete('wrong', id, [[2, etag], [1, etag]]))).toBe('InvalidPartOrder');
    expect(code(await complete('wrong', id, [[1, etag], [1, etag]]))).toBe('InvalidPartOrder');
    expect(code(await complete('wrong', id, [[1, etagOf(Buffer.from('no'))]]))).toBe('InvalidPart');
    expect(code(await complete('wrong', id, [[1, etag], [7, etag]]))).toBe('InvalidPart');
    expect(code(await complete('wrong', id, [[1, etag], [3, etagOf(Buffer.from('short'))], [4, etagOf(Buffer.from('last'))]]))).toBe('EntityTooSmall');
    expect(code(await complete('wrong', 'F'.repeat(32), [[1, etag]]))).toBe('NoSuchUpload');
    expect(code(await complete('other', id, [[1, etag]]))).toBe('NoSuchUpload');
    for (const number of [0, 10_001, 'x', '']) expect(code(await part('wrong', id, number, body))).toBe('InvalidArgument');
    await server.put('wrong', 'in the way');
    expect(code(await complete('wrong', id, [[1, etag]], { 'x-oss-forbid-overwrite': 'true' }))).toBe('FileAlreadyExists');
    expect((await complete('wrong', id, [[1, etag], [2, etag]])).status).toBe(200);
    expect((await server.send({ path: `/${BUCKET}/wrong` })).text).toBe('p'.repeat(2 * MINIMUM));
  });

  it('takes the ACL that its end names, over the one of its begin', async () => {
    const grant = async (key: string): Promise<string | undefined> => xmlText((await server.send({ path: `/${BUCKET}/${key}?acl` })).text, 'Grant');
    const made = async (key: string, begin: http.OutgoingHttpHeaders, end: http.OutgoingHttpHeaders): Promise<Answer> => {
      const id = await initiate(key, begin);
      const { headers } = await part(key, id, 1, 'x');
      return complete(key, id, [[1, String(headers.etag)]], end);
    };
    const acl = (value: string): http.OutgoingHttpHeaders => ({ 'x-oss-object-acl': value });
    await made('acl-end', {}, acl('public-read'));
    expect(await grant('acl-end')).toBe('public-read');
    await made('acl-begin', acl('private'), {});
    expect(await grant('acl-begin')).toBe('private');
    await made('acl-both', acl('private'), acl('default'));
    expect(await grant('acl-both')).toBe('default');
    expect(code(await made('acl-wrong', {}, acl('nobody')))).toBe('InvalidArgument');
    expect((await server.send({ path: `/${BUCKET}/acl-wrong` })).status).toBe(404);
  });

  it('without parts becomes an empty object, and is over', async () => {
    const before = await fileCount();
    const id = await initiate('empty', { 'x-oss-meta-m': '1' });
    await part('empty', id, 1, Buffer.alloc(20_000, 'not named'));
    const done = await complete('empty', id, []);
    expect(done).toMatchObject({ status: 200, headers: { 'x-oss-hash-crc64ecma': '0' } });
    const got = await server.send({ path: `/${BUCKET}/empty` });
    expect(got).toMatchObject({ status: 200, text: '', headers: { etag: done.headers.etag, 'content-length': '0', 'x-oss-object-type': 'Multipart', 'x-oss-meta-m': '1' } });
    expect((await server.send({ path: `/${BUCKET}?uploads&prefix=empty` })).text).not.toContain('<Upload>');
    await expect.poll(fileCount).toBe(before);
    const other = await initiate('malformed');
    expect(code(await server.send({ method: 'POST', path: `/${BUCKET}/malformed?uploadId=${other}`, body: '<Other></Other>' }))).toBe('MalformedXML');
  });

  it('keeps only what is used: parts replaced, left out or aborted are gone', async () => {
    const before = await fileCount();
    const id = await initiate('gone');
    const body = Buffer.alloc(20_000, 'g');
    await part('gone', id, 1, Buffer.alloc(20_000, 'old'));
    const { headers } = await part('gone', id, 1, body);
    await part('gone', id, 2, body);
    await expect.poll(fileCount).toBe(before + 2);
    await complete('gone', id, [[1, String(headers.etag)]]);
    await expect.poll(fileCount).toBe(before + 1);
    const aborted = await initiate('gone');
    await part('gone', aborted, 1, body);
    const abort = (): Promise<Answer> => server.send({ method: 'DELETE', path: `/${BUCKET}/gone?uploadId=${aborted}` });
    expect((await abort()).status).toBe(204);
    expect(code(await abort())).toBe('NoSuchUpload');
    expect(code(await part('gone', aborted, 1, body))).toBe('NoSuchUpload');
    await server.send({ method: 'DELETE', path: `/${BUCKET}/gone` });
    await expect.poll(fileCount).toBe(before);
  });

  it('takes all parts there are where asked to', async () => {
    const id = await initiate('all');
    for (const number of [3, 1, 2]) await part('all', id, number, String(number).repeat(MINIMUM));
    const done = await server.send({ method: 'POST', path: `/${BUCKET}/all?uploadId=${id}`, headers: { 'x-oss-complete-all': 'yes', 'content-length': 0 } });
    expect(done.status).toBe(200);
    expect((await server.send({ path: `/${BUCKET}/all` })).text).toBe('1'.repeat(MINIMUM) + '2'.repeat(MINIMUM) + '3'.repeat(MINIMUM));
  });

  it('copies parts out of an object that is itself in parts', async () => {
    const source = await server.send({ path: `/${BUCKET}/whole` });
    const before = await fileCount();
    const id = await initiate('copied');
    const copy = (number: number, range?: string): Promise<Answer> =>
      server.send({
        method: 'PUT',
        path: `/${BUCKET}/copied?partNumber=${number}&uploadId=${id}`,
        headers: { 'x-oss-copy-source': `/${BUCKET}/whole`, 'content-length': 0, ...(range === undefined ? {} : { 'x-oss-copy-source-range': range }) },
      });
    const ranges = ['bytes=1099000-1110000', 'bytes=0-1999'];
    const etags: [number, string][] = [];
    for (const [index, range] of ranges.entries()) etags.push([index + 1, xmlText((await copy(index + 1, range)).text, 'ETag')?.replaceAll('&quot;', '') ?? '']);
    etags.push([3, xmlText((await copy(3)).text, 'ETag')?.replaceAll('&quot;', '') ?? '']);
    expect((await copy(4, 'bytes=99999999-')).status).toBe(416);
    expect(await fileCount()).toBe(before);
    const done = await complete('copied', id, etags);
    const expected = Buffer.concat([source.body.subarray(1_099_000, 1_110_001), source.body.subarray(0, 2000), source.body]);
    expect(etags[0]?.[1]).toBe(etagOf(source.body.subarray(1_099_000, 1_110_001)));
    expect(done.headers['x-oss-hash-crc64ecma']).toBe(crc64Of(expected));
    await server.send({ method: 'DELETE', path: `/${BUCKET}/whole` });
    expect((await server.send({ path: `/${BUCKET}/copied` })).body.equals(expected)).toBe(true);
    await server.send({ method: 'DELETE', path: `/${BUCKET}/copied` });
    await expect.poll(fileCount).toBeLessThan(before);
  });

  it('lists its parts and itself, page by page', async () => {
    const ids: string[] = [];
    for (const key of ['up/a', 'up/a', 'up/b', 'up/c/1', 'up/c/2']) ids.push(`${key} ${await initiate(key)}`);
    ids.sort();
    const [first = ''] = ids;
    const [key = '', id = ''] = first.split(' ');
    for (const number of [1, 2, 5, 9]) await part(key, id, number, `part ${number}`);
    const parts = await server.send({ path: `/${BUCKET}/${key}?uploadId=${id}&max-parts=2&part-number-marker=1` });
    expect(xmlTexts(parts.text, 'PartNumber')).toEqual(['2', '5']);
    expect(xmlText(parts.text, 'NextPartNumberMarker')).toBe('5');
    expect(xmlText(parts.text, 'IsTruncated')).toBe('true');
    const uploads = async (query: string): Promise<{ found: string[]; text: string }> => {
      const { text } = await server.send({ path: `/${BUCKET}?uploads&prefix=up/&${query}` });
      return { found: xmlTexts(text, 'Upload').map((upload) => `${xmlText(upload, 'Key')} ${xmlText(upload, 'UploadId')}`), text };
    };
    expect((await uploads('max-uploads=1000')).found).toEqual(ids);
    const page = await uploads('max-uploads=1');
    expect(page.found).toEqual([first]);
    const rest = await uploads(`max-uploads=9&key-marker=${xmlText(page.text, 'NextKeyMarker')}&upload-id-marker=${xmlText(page.text, 'NextUploadIdMarker')}`);
    expect(rest.found).toEqual(ids.slice(1));
    expect((await uploads('key-marker=up/a')).found).toEqual(ids.slice(2));
    expect((await uploads(`upload-id-marker=${'F'.repeat(32)}`)).found).toEqual(ids);
    const rolled = await uploads('delimiter=/&max-uploads=3');
    expect(rolled.found).toEqual(ids.slice(0, 3));
    expect(xmlText(rolled.text, 'IsTruncated')).toBe('true');
    const tail = await uploads(`delimiter=/&key-marker=${xmlText(rolled.text, 'NextKeyMarker')}&upload-id-marker=${xmlText(rolled.text, 'NextUploadIdMarker')}`);
    expect(xmlTexts(tail.text, 'CommonPrefixes')).toEqual(['<Prefix>up/c/</Prefix>']);
    expect((await server.send({ path: `/${BUCKET}?prefix=up/` })).text).not.toContain('<Contents>');
  });

  it('of a thousand parts completes at once, by arithmetic', async () => {
    const id = await initiate('many');
    const body = Buffer.alloc(MINIMUM, 'm');
    const { headers } = await part('many', id, 1, body);
    for (let from = 2; from <= 1000; from += 100) {
      await Promise.all(Array.from({ length: Math.min(100, 1001 - from) }, (_, n) => part('many', id, from + n, body)));
    }
    const done = await complete('many', id, Array.from({ length: 1000 }, (_, n) => [n + 1, String(headers.etag)] as const));
    expect(done.headers['x-oss-hash-crc64ecma']).toBe(crc64Of(Buffer.alloc(1000 * MINIMUM, 'm')));
    expect((await server.send({ path: `/${BUCKET}/many` })).body.equals(Buffer.alloc(1000 * MINIMUM, 'm'))).toBe(true);
  });
});
