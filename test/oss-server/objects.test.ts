/** Objects over bare HTTP: what clients other than the SDK send, and what they are answered. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc64Of } from '../support/crc64.ts';
import type { TestServer } from './support.ts';
import { AWKWARD_KEYS, BUCKET, md5Base64, startServer, xmlText } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ objectBytes: 4_000_000 });
});
afterAll(() => server.stop());

const at = (key: string): string => `/${BUCKET}/${encodeURIComponent(key)}`;

describe('PutObject', () => {
  it.each([0, 1, 16 * 1024, 16 * 1024 + 1, 1024 * 1024, 1024 * 1024 + 1, 1_700_000])('answers ETag and CRC64 of %i bytes, and gives them back', async (size) => {
    const body = randomBytes(size);
    const put = await server.put(`sums/${size}`, body);
    const etag = `"${createHash('md5').update(body).digest('hex').toUpperCase()}"`;
    expect(put.headers).toMatchObject({ etag, 'x-oss-hash-crc64ecma': crc64Of(body), 'x-oss-request-id': expect.stringMatching(/^[0-9A-F]{24}$/) });
    const got = await server.send({ path: at(`sums/${size}`) });
    expect(got.headers).toMatchObject({ etag, 'x-oss-hash-crc64ecma': crc64Of(body), 'content-length': String(size), 'x-oss-object-type': 'Normal' });
    expect(got.body.equals(body)).toBe(true);
  });

  it('takes any key of 1 to 1023 bytes as it is, and no other', async () => {
    for (const key of [...AWKWARD_KEYS, 'a/../b', './x', '..']) {
      await server.put(key, key);
      expect((await server.send({ path: at(key) })).text).toBe(key);
    }
    for (const key of ['/lead', '\\lead', 'k'.repeat(1024), '中'.repeat(342)]) {
      expect(await server.send({ method: 'PUT', path: at(key), body: 'x' })).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidObjectName</Code>') });
    }
    expect(await server.send({ method: 'PUT', path: `/${BUCKET}/%ff%fe`, body: 'x' })).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidURI</Code>') });
  });

  it('checks Content-MD5, and keeps nothing of a body that differs', async () => {
    const files = await server.files();
    const big = Buffer.alloc(2_000_000, 'z');
    for (const body of [Buffer.from('small'), big]) {
      const wrong = await server.send({ method: 'PUT', path: at('md5'), body, headers: { 'content-md5': md5Base64('other') } });
      expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidDigest</Code>') });
      const malformed = await server.send({ method: 'PUT', path: at('md5'), body, headers: { 'content-md5': 'abc' } });
      expect(malformed).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidDigest</Code>') });
    }
    expect((await server.send({ path: at('md5') })).status).toBe(404);
    expect(await server.files()).toEqual(files);
    expect((await server.send({ method: 'PUT', path: at('md5'), body: big, headers: { 'content-md5': md5Base64(big) } })).status).toBe(200);
  });

  it('takes chunked bodies, insists on a length otherwise, and limits both', async () => {
    const pieces = [Buffer.alloc(1_500_000, 'a'), Buffer.from('b')];
    expect((await server.send({ method: 'PUT', path: at('chunked'), body: pieces })).status).toBe(200);
    expect((await server.send({ path: at('chunked') })).body.length).toBe(1_500_001);
    const none = connect(server.port, '127.0.0.1');
    none.end(`PUT ${at('none')} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(none, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 411 /);
    const files = await server.files();
    for (const body of [Buffer.alloc(4_000_001), [Buffer.alloc(4_000_000), Buffer.from('x')]]) {
      expect(await server.send({ method: 'PUT', path: at('large'), body })).toMatchObject({ status: 400, text: expect.stringContaining('<Code>EntityTooLarge</Code>') });
    }
    expect(await server.files()).toEqual(files);
  });

  it('refuses a body before it travels when the client waits for 100 Continue', async () => {
    const attempt = async (path: string): Promise<{ continued: boolean; status: number }> => {
      const request = http.request({ port: server.port, method: 'PUT', path, headers: { 'content-length': 3, expect: '100-continue' }, agent: false });
      let continued = false;
      request.on('continue', () => {
        continued = true;
        request.end('yes');
      });
      request.flushHeaders();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      request.destroy();
      return { continued, status: response.statusCode ?? 0 };
    };
    expect(await attempt(at('expect'))).toEqual({ continued: true, status: 200 });
    expect(await attempt('/no-such-bucket/expect')).toEqual({ continued: false, status: 404 });
  });

  it('leaves nothing of an upload whose client goes away', async () => {
    const files = await server.files();
    const request = http.request({ port: server.port, method: 'PUT', path: at('aborted'), headers: { 'content-length': 3_000_000 }, agent: false });
    request.on('error', () => undefined);
    await new Promise<void>((resolve) => request.write(Buffer.alloc(2_500_000), () => resolve()));
    await expect.poll(() => server.files().then((now) => now.length)).toBe(files.length + 1);
    request.destroy();
    await expect.poll(() => server.files()).toEqual(files);
    expect((await server.send({ path: at('aborted') })).status).toBe(404);
  });

  it('serves many requests of one connection', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    agent.on('free', (socket) => sockets.add(socket));
    for (let at = 0; at < 20; at += 1) {
      expect((await server.send({ method: 'PUT', path: `/${BUCKET}/keep/${at}`, body: 'x'.repeat(at * 1000), agent })).status).toBe(200);
      expect((await server.send({ path: `/${BUCKET}/keep/none${at}`, agent })).status).toBe(404);
    }
    expect(sockets.size).toBe(1);
    agent.destroy();
  });

  it('refuses what it would not keep, and says that no callback was sent', async () => {
    const path = `/${BUCKET}/unkept`;
    for (const tags of ['a%26b=1', 'a=x%3Fy', 'a=1&a=2']) expect(xmlText((await server.send({ method: 'PUT', path, body: 'x', headers: { 'x-oss-tagging': tags } })).text, 'Code')).toBe('InvalidTag');
    for (const name of ['if-modified-since', 'if-unmodified-since', 'if-match', 'if-none-match']) {
      expect((await server.send({ method: 'PUT', path, body: 'x', headers: { [name]: new Date().toUTCString() } })).status).toBe(501);
    }
    expect((await server.send({ path })).status).toBe(404);
    const callback = await server.send({ method: 'PUT', path, body: 'x', headers: { 'x-oss-callback': 'e30=' } });
    expect([callback.status, xmlText(callback.text, 'Code')]).toEqual([203, 'CallbackFailed']);
    expect((await server.send({ path })).text).toBe('x');
  });

  it('takes the ACL of a later append, and the metadata of the first', async () => {
    const append = (position: number, headers: object) => server.send({ method: 'POST', path: `/${BUCKET}/grown?append&position=${position}`, body: 'abc', headers: { ...headers } });
    await append(0, { 'x-oss-object-acl': 'private', 'x-oss-meta-my': 'one' });
    await append(3, { 'x-oss-object-acl': 'public-read', 'x-oss-meta-my': 'two' });
    expect((await server.send({ path: `/${BUCKET}/grown?acl` })).text).toContain('<Grant>public-read</Grant>');
    expect((await server.send({ path: `/${BUCKET}/grown` })).headers).toMatchObject({ 'x-oss-meta-my': 'one', 'content-length': '6' });
  });

  it('forbids overwriting where asked, also between two that race', async () => {
    const headers = { 'x-oss-forbid-overwrite': 'true' };
    const race = await Promise.all([1, 2, 3, 4].map((n) => server.send({ method: 'PUT', path: at('once'), body: `writer ${n}`, headers })));
    expect(race.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(xmlText(race.find(({ status }) => status === 409)?.text ?? '', 'Code')).toBe('FileAlreadyExists');
    const conditional = await server.send({ method: 'PUT', path: at('once'), body: 'x', headers: { 'if-none-match': '*' } });
    expect(conditional).toMatchObject({ status: 501, text: expect.stringContaining('<Code>NotImplemented</Code>') });
  });

  it('gives up the bytes of what is overwritten and deleted', async () => {
    const before = (await server.files()).length;
    await server.put('replaced', Buffer.alloc(100_000, '1'));
    await server.put('replaced', Buffer.alloc(100_000, '2'));
    await expect.poll(() => server.files().then((files) => files.length)).toBe(before + 1);
    expect((await server.send({ method: 'DELETE', path: at('replaced') })).status).toBe(204);
    await expect.poll(() => server.files().then((files) => files.length)).toBe(before);
    expect((await server.send({ method: 'DELETE', path: at('replaced') })).status).toBe(204);
  });

  it('keeps user metadata and content headers byte for byte', async () => {
    const value = Buffer.from('名 字').toString('latin1');
    const headers = { 'x-oss-meta-name': value, 'content-type': 'text/plain; charset=gbk', 'cache-control': 'no-store', 'content-disposition': 'attachment', expires: '1000000', 'x-oss-storage-class': 'IA', 'x-oss-tagging': 'a=1&b=%E4%BA%8C' };
    await server.send({ method: 'PUT', path: at('meta'), body: Buffer.from('x'), headers });
    const head = await server.send({ method: 'HEAD', path: at('meta') });
    const { 'x-oss-tagging': _tagging, ...kept } = headers;
    expect(head.headers).toMatchObject({ ...kept, 'x-oss-tagging-count': '2' });
    expect((await server.send({ path: `${at('meta')}?tagging` })).text).toContain('<Key>b</Key><Value>二</Value>');
    expect((await server.send({ method: 'PUT', path: at('meta'), body: 'x', headers: { 'x-oss-meta-a': 'x'.repeat(9000) } })).status).toBe(400);
    expect((await server.send({ method: 'PUT', path: at('meta'), body: 'x', headers: { 'x-oss-storage-class': 'Cheap' } })).status).toBe(400);
    expect((await server.send({ method: 'PUT', path: at('meta'), body: 'x', headers: { 'x-oss-object-acl': 'everyone' } })).status).toBe(400);
  });
});

describe('GetObject and HeadObject', () => {
  const body = randomBytes(2_500_000);
  beforeAll(() => server.put('ranged', body).then(() => undefined));

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=1000000-2499999', 1_000_000, 1_500_000],
    ['bytes=2499999-', 2_499_999, 1],
    ['bytes=-5', 2_499_995, 5],
  ])('answers %s with 206', async (range, start, length) => {
    for (const headers of [{ range }, { range, 'x-oss-range-behavior': 'standard' }]) {
      const got = await server.send({ path: at('ranged'), headers });
      expect(got.status).toBe(206);
      expect(got.headers['content-range']).toBe(`bytes ${start}-${start + length - 1}/2500000`);
      expect(got.body.equals(body.subarray(start, start + length))).toBe(true);
    }
  });

  it.each(['bytes=2500000-', 'bytes=9999999-', 'bytes=0-2500000', 'bytes=-3000000', 'bytes=5-2', 'bytes=a-b', 'bytes=0-1,3-4', 'chars=0-1'])('answers %s with the whole object', async (range) => {
    const got = await server.send({ path: at('ranged'), headers: { range } });
    expect(got.status).toBe(200);
    expect(got.body.length).toBe(2_500_000);
  });

  it('tells the Content-MD5 of what PUT brought, whole, also by way of a copy or a link', async () => {
    const body = randomBytes(20_000);
    await server.put('sum/put', body);
    await server.send({ method: 'PUT', path: at('sum/copy'), headers: { 'x-oss-copy-source': `/${BUCKET}/sum/put`, 'content-length': 0 } });
    await server.send({ method: 'PUT', path: `${at('sum/link')}?symlink`, headers: { 'x-oss-symlink-target': 'sum%2Fput', 'content-length': 0 } });
    const sum = async (key: string, method: string, headers = {}): Promise<unknown> => (await server.send({ method, path: at(key), headers })).headers['content-md5'];
    for (const key of ['sum/put', 'sum/copy', 'sum/link']) {
      for (const method of ['GET', 'HEAD']) expect(await sum(key, method), `${method} ${key}`).toBe(md5Base64(body));
    }
    expect(await sum('sum/put', 'GET', { range: 'bytes=0-9' })).toBeUndefined();
    // Nobody sums all of an object that grows, nor does its copy know more.
    await server.send({ method: 'POST', path: `${at('sum/log')}?append&position=0`, body: 'line' });
    await server.send({ method: 'PUT', path: at('sum/log-copy'), headers: { 'x-oss-copy-source': `/${BUCKET}/sum/log`, 'content-length': 0 } });
    for (const key of ['sum/log', 'sum/log-copy']) expect(await sum(key, 'HEAD'), key).toBeUndefined();
  });

  it('follows the standard where asked to', async () => {
    const standard = (range: string): ReturnType<TestServer['send']> => server.send({ path: at('ranged'), headers: { range, 'x-oss-range-behavior': 'standard' } });
    expect(await standard('bytes=2500000-')).toMatchObject({ status: 416, text: expect.stringContaining('<Code>InvalidRange</Code>') });
    expect((await standard('bytes=2499990-9999999')).headers['content-range']).toBe('bytes 2499990-2499999/2500000');
    expect((await standard('bytes=-9999999')).body.length).toBe(2_500_000);
  });

  it('takes the four conditions', async () => {
    const { headers } = await server.send({ method: 'HEAD', path: at('ranged') });
    const etag = headers.etag ?? '';
    const modified = headers['last-modified'] ?? '';
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    const expected: [http.OutgoingHttpHeaders, number][] = [
      [{ 'if-match': etag }, 200],
      [{ 'if-match': '"no"' }, 412],
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': '"no"' }, 200],
      [{ 'if-modified-since': modified }, 304],
      [{ 'if-modified-since': before }, 200],
      [{ 'if-unmodified-since': modified }, 200],
      [{ 'if-unmodified-since': before }, 412],
    ];
    for (const [condition, status] of expected) {
      expect([condition, (await server.send({ path: at('ranged'), headers: condition })).status]).toEqual([condition, status]);
      expect([condition, (await server.send({ method: 'HEAD', path: at('ranged'), headers: condition })).status]).toEqual([condition, status]);
    }
    expect((await server.send({ path: at('ranged'), headers: { 'if-match': '"no"' } })).text).toContain('<Condition>If-Match</Condition>');
  });

  it('lets a signed URL override headers of the answer', async () => {
    const got = await server.send({ path: `${at('ranged')}?response-content-type=text%2Fx&response-content-disposition=a%20b` });
    expect(got.headers).toMatchObject({ 'content-type': 'text/x', 'content-disposition': 'a b' });
  });

  it('answers errors as OSS does: a document, or for HEAD a header', async () => {
    const got = await server.send({ path: at('none') });
    expect(got).toMatchObject({ status: 404, headers: { 'content-type': 'application/xml' } });
    expect(xmlText(got.text, 'Code')).toBe('NoSuchKey');
    expect(xmlText(got.text, 'Message')).toBe('The specified key does not exist.');
    expect(xmlText(got.text, 'RequestId')).toBe(got.headers['x-oss-request-id']);
    expect(xmlText(got.text, 'HostId')).toContain('localhost');
    expect(xmlText(got.text, 'EC')).toBe('0026-00000001');
    const head = await server.send({ method: 'HEAD', path: at('none') });
    expect(head).toMatchObject({ status: 404, text: '' });
    expect(Buffer.from(String(head.headers['x-oss-err']), 'base64').toString()).toContain('<Code>NoSuchKey</Code>');
    expect(xmlText((await server.send({ path: '/no-such-bucket/x' })).text, 'Code')).toBe('NoSuchBucket');
    expect(xmlText((await server.send({ path: '/Bad_Bucket/x' })).text, 'Code')).toBe('InvalidBucketName');
    expect((await server.send({ method: 'PATCH', path: at('none') })).status).toBe(405);
  });

  it('a reader never sees half of what is replaced and deleted meanwhile', async () => {
    // In parts, and more than the sockets buffer: the last files are opened long after the object is gone.
    const part = randomBytes(2_000_000);
    const begun = await server.send({ method: 'POST', path: `${at('swap')}?uploads`, body: '' });
    const id = xmlText(begun.text, 'UploadId') ?? '';
    for (let number = 1; number <= 12; number += 1) await server.send({ method: 'PUT', path: `${at('swap')}?partNumber=${number}&uploadId=${id}`, body: part });
    await server.send({ method: 'POST', path: `${at('swap')}?uploadId=${id}`, body: '', headers: { 'x-oss-complete-all': 'yes' } });
    const files = (await server.files()).length;
    const request = http.get({ port: server.port, path: at('swap'), agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    await server.put('swap', Buffer.alloc(10));
    await server.send({ method: 'DELETE', path: at('swap') });
    const hash = createHash('md5');
    for await (const piece of response) hash.update(piece as Buffer);
    expect(hash.digest('hex')).toBe(createHash('md5').update(Buffer.concat(Array.from({ length: 12 }, () => part))).digest('hex'));
    await expect.poll(() => server.files().then((now) => now.length)).toBe(files - 12);
  });
});

describe('CopyObject', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('shares the bytes, keeps or replaces the metadata', async () => {
    await server.send({ method: 'PUT', path: at('源 s+'), body: Buffer.alloc(50_000, 'c'), headers: { 'x-oss-meta-a': '1', 'content-type': 'text/a' } });
    const files = (await server.files()).length;
    const copy = (to: string, headers: http.OutgoingHttpHeaders = {}): ReturnType<TestServer['send']> =>
      server.send({ method: 'PUT', path: at(to), headers: { 'x-oss-copy-source': `/${BUCKET}/${encodeURIComponent('源 s+')}`, 'content-length': 0, ...headers } });
    expect(xmlText((await copy('kept')).text, 'ETag')).toBe('&quot;' + createHash('md5').update(Buffer.alloc(50_000, 'c')).digest('hex').toUpperCase() + '&quot;');
    expect((await server.send({ method: 'HEAD', path: at('kept') })).headers).toMatchObject({ 'x-oss-meta-a': '1', 'content-type': 'text/a' });
    await copy('replaced', { 'x-oss-metadata-directive': 'REPLACE', 'x-oss-meta-b': '2' });
    const { headers } = await server.send({ method: 'HEAD', path: at('replaced') });
    expect(headers['x-oss-meta-b']).toBe('2');
    expect(headers['x-oss-meta-a']).toBeUndefined();
    expect((await server.files()).length).toBe(files);
    expect((await copy('kept', { 'x-oss-forbid-overwrite': 'true' })).status).toBe(409);
    expect((await copy('kept', { 'x-oss-copy-source-if-match': '"no"' })).status).toBe(412);
    expect((await copy('kept', { 'x-oss-copy-source-if-none-match': String(headers.etag) })).status).toBe(304);
    for (const key of ['源 s+', 'replaced']) await server.send({ method: 'DELETE', path: at(key) });
    expect((await server.send({ path: at('kept') })).text).toBe('c'.repeat(50_000));
    await server.send({ method: 'DELETE', path: at('kept') });
    await expect.poll(() => server.files().then((now) => now.length)).toBe(files - 1);
  });

  it('onto itself changes the metadata only', async () => {
    await server.put('self', Buffer.alloc(40_000, 's'));
    const headers = { 'x-oss-copy-source': `/${BUCKET}/self`, 'x-oss-metadata-directive': 'REPLACE', 'x-oss-meta-new': 'yes', 'content-length': 0 };
    expect((await server.send({ method: 'PUT', path: at('self'), headers })).status).toBe(200);
    const got = await server.send({ path: at('self') });
    expect(got.headers['x-oss-meta-new']).toBe('yes');
    expect(got.text).toBe('s'.repeat(40_000));
  });
});

describe('DeleteMultipleObjects', () => {
  const remove = (document: string, query = '', headers: http.OutgoingHttpHeaders = {}): ReturnType<TestServer['send']> =>
    server.send({ method: 'POST', path: `/${BUCKET}?delete${query}`, body: document, headers: { 'content-md5': md5Base64(document), ...headers } });

  it('deletes what is there and what is not, verbose, encoded or quiet', async () => {
    const key = 'del/中 &<>\u0001';
    await server.put(key, 'x');
    const document = '<Delete><Quiet>false</Quiet><Object><Key>del/中 &amp;&lt;&gt;&#1;</Key></Object><Object><Key>del/none</Key></Object></Delete>';
    const verbose = await remove(document, '&encoding-type=url');
    expect([...verbose.text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, name]) => decodeURIComponent(name ?? ''))).toEqual([key, 'del/none']);
    expect((await server.send({ path: at(key) })).status).toBe(404);
    expect(await remove(document.replace('false', 'true'))).toMatchObject({ status: 200, text: '' });
  });

  it('refuses what is malformed, unsigned by MD5, or too much', async () => {
    const ok = '<Delete><Object><Key>k</Key></Object></Delete>';
    expect((await remove(ok, '', { 'content-md5': md5Base64('other') })).text).toContain('InvalidDigest');
    expect((await server.send({ method: 'POST', path: `/${BUCKET}?delete`, body: ok })).text).toContain('MissingArgument');
    expect((await server.send({ method: 'POST', path: `/${BUCKET}?delete`, body: [Buffer.from(ok)], headers: { 'content-md5': md5Base64(ok) } })).status).toBe(411);
    for (const bad of ['', 'nonsense', '<Delete><Object><Key>k</Key></Delete>', '<Delete></Delete>', `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`]) {
      expect((await remove(bad)).text).toContain('MalformedXML');
    }
  });
});
