/** Each fault point does what its name says, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { crc64Of } from '../support/crc64.ts';
import type { Answer, TestServer } from './support.ts';
import { BUCKET, KEYS, md5Base64, sdk, startServer, xmlText, xmlTexts } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ faults: true });
});
afterAll(() => server.stop());

const at = (key: string): string => `/${BUCKET}/${key}`;
const with_ = (name: string): http.OutgoingHttpHeaders => ({ 'x-alluxio-fault': name });
const stored = async (key: string): Promise<string | undefined> => {
  const { status, text } = await server.send({ path: at(key) });
  return status === 404 ? undefined : text;
};
const put = (key: string, fault: string, body: string | Buffer = 'x'): Promise<Answer> => server.send({ method: 'PUT', path: at(key), body, headers: with_(fault) });

describe('instead of an effect', () => {
  it.each([
    ['internal-error', 500, 'InternalError'],
    ['throttled', 503, 'ServiceUnavailable'],
    ['token-expired', 403, 'SecurityTokenExpired'],
    ['clock-skew', 403, 'RequestTimeTooSkewed'],
  ])('%s answers %i', async (name, status, code) => {
    const answer = await put(`no-${name}`, name);
    expect(answer.status).toBe(status);
    expect(xmlText(answer.text, 'Code')).toBe(code);
    if (name === 'throttled') expect(Number(answer.headers['x-oss-qos-delay-time'])).toBeGreaterThan(0);
    expect(await stored(`no-${name}`)).toBeUndefined();
  });

  it('reset-before and reset-mid-body break the connection of an upload', async () => {
    for (const name of ['reset-before', 'reset-mid-body']) {
      await expect(put(`no-${name}`, name, Buffer.alloc(3_000_000))).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
      expect(await stored(`no-${name}`)).toBeUndefined();
    }
    expect(await server.files()).toEqual([]);
  });
});

describe('after the effect', () => {
  it('reset-after loses the answer, not the object', async () => {
    await expect(put('yes', 'reset-after', 'kept')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await stored('yes')).toBe('kept');
  });

  it('lost-complete loses the answer to CompleteMultipartUpload only', async () => {
    const headers = with_('lost-complete');
    const begun = await server.send({ method: 'POST', path: `${at('mp')}?uploads`, headers: { ...headers, 'content-length': 0 } });
    const id = xmlText(begun.text, 'UploadId') ?? '';
    const part = await server.send({ method: 'PUT', path: `${at('mp')}?partNumber=1&uploadId=${id}`, body: 'part', headers });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${String(part.headers.etag)}</ETag></Part></CompleteMultipartUpload>`;
    await expect(server.send({ method: 'POST', path: `${at('mp')}?uploadId=${id}`, body, headers })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await stored('mp')).toBe('part');
  });

  it('wrong-crc64 lies about the sum', async () => {
    const body = randomBytes(100);
    const { status, headers } = await put('crc', 'wrong-crc64', body);
    expect(status).toBe(200);
    expect(headers['x-oss-hash-crc64ecma']).not.toBe(crc64Of(body));
    expect((await server.send({ path: at('crc') })).headers['x-oss-hash-crc64ecma']).toBe(crc64Of(body));
    expect((await server.send({ path: at('crc'), headers: with_('wrong-crc64') })).headers['x-oss-hash-crc64ecma']).not.toBe(crc64Of(body));
  });

  it('partial-delete deletes and reports half', async () => {
    for (const n of [1, 2, 3, 4]) await server.put(`half${n}`, 'x');
    const body = `<Delete>${[1, 2, 3, 4].map((n) => `<Object><Key>half${n}</Key></Object>`).join('')}</Delete>`;
    const { text } = await server.send({ method: 'POST', path: `/${BUCKET}?delete`, body, headers: { ...with_('partial-delete'), 'content-md5': md5Base64(body) } });
    expect(xmlTexts(text, 'Key')).toEqual(['half1', 'half2']);
    expect(xmlTexts((await server.send({ path: `/${BUCKET}?prefix=half` })).text, 'Key')).toEqual(['half3', 'half4']);
  });

  it('repeated-page answers a later page with the first', async () => {
    for (const n of [1, 2, 3]) await server.put(`page${n}`, 'x');
    const page = async (query: string, name: string): Promise<string[]> => xmlTexts((await server.send({ path: `/${BUCKET}?prefix=page&max-keys=1${query}`, headers: with_(name) })).text, 'Key');
    expect(await page('&marker=page1', 'repeated-page')).toEqual(['page1']);
    expect(await page('&list-type=2&start-after=page2', 'repeated-page')).toEqual(['page1']);
    expect(await page('&marker=page1', 'slow')).toEqual(['page2']);
  });
});

describe('of a body', () => {
  const body = randomBytes(2_000_000);
  beforeAll(() => server.put('big', body).then(() => undefined));

  async function read(name: string, key = 'big'): Promise<{ length: number; announced: number; error: string | undefined }> {
    const request = http.get({ port: server.port, path: at(key), headers: with_(name), agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let length = 0;
    let error: string | undefined;
    response.on('data', (piece: Buffer) => {
      length += piece.length;
      if (name === 'stalled-body' && length === 1_000_000) request.destroy();
    });
    response.on('error', (failure: NodeJS.ErrnoException) => (error = failure.code));
    request.on('error', () => undefined);
    await new Promise((resolve) => response.on('close', resolve));
    return { length, announced: Number(response.headers['content-length']), error };
  }

  it('reset-mid-body stops in the middle', async () => {
    const { length, announced, error } = await read('reset-mid-body');
    expect(announced).toBe(2_000_000);
    expect(length).toBeLessThan(2_000_000);
    expect(error).toBe('ECONNRESET');
  });

  it.each([1, 2, 3000, 16 * 1024, 16 * 1024 + 1, 40_000])('reset-mid-body of %i bytes is half of them, then a reset', async (size) => {
    await server.put('sized', randomBytes(size));
    expect(await read('reset-mid-body', 'sized')).toEqual({ length: Math.floor(size / 2), announced: size, error: 'ECONNRESET' });
    await expect(server.send({ path: `/${BUCKET}?prefix=sized`, headers: with_('reset-mid-body') })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('short-body is half and says so', async () => {
    expect(await read('short-body')).toEqual({ length: 1_000_000, announced: 1_000_000, error: undefined });
  });

  it('stalled-body falls silent until the client leaves', async () => {
    expect(await read('stalled-body')).toMatchObject({ length: 1_000_000, announced: 2_000_000, error: 'ECONNRESET' });
  });

  it.each(['stalled-body', 'reset-mid-body'])('%s ends for a client that leaves at any moment', async (name) => {
    const own = await startServer({ faults: true });
    await own.put('long', Buffer.alloc(16_000_000));
    const leaves = async (turns: number): Promise<void> => {
      const request = http.get({ port: own.port, path: at('long'), headers: with_(name), agent: false }).on('error', () => undefined);
      const closed = new Promise((resolve) => request.on('close', resolve));
      for (let passed = 0; passed < turns; passed++) await turn();
      request.destroy();
      await closed;
    };
    for (let client = 0; client < 400; client++) await leaves(client % 40);
    // It waits for every answer that is still being given.
    await own.stop();
  });

  it('an upload whose client leaves at any moment leaves nothing behind', async () => {
    const own = await startServer();
    const leaves = async (client: number): Promise<void> => {
      const request = http.request({ port: own.port, method: 'PUT', path: at('cut'), headers: { 'content-length': 8_000_000 }, agent: false }).on('error', () => undefined);
      const closed = new Promise((resolve) => request.on('close', resolve));
      request.write(Buffer.alloc(900_000 + client * 10_000));
      for (let passed = 0; passed < client % 40; passed++) await turn();
      request.destroy();
      await closed;
    };
    for (let client = 0; client < 200; client++) await leaves(client);
    await own.close();
    expect(await own.files()).toEqual([]);
    await own.stop();
  });

  it('slow waits, and is right', async () => {
    const started = performance.now();
    expect((await read('slow')).length).toBe(2_000_000);
    expect(performance.now() - started).toBeGreaterThan(190);
  });
});

describe('rules', () => {
  const admin = (method: string, body?: object): Promise<Answer> => server.send({ method, path: '/-/faults', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

  it('match method, key and sub-resource, as often as told, and count', async () => {
    await admin('POST', { name: 'internal-error', match: { method: 'PUT', keyPrefix: 'rule/', subresource: '' }, times: 2 });
    const status = async (method: string, path: string): Promise<number> => (await server.send({ method, path, ...(method === 'PUT' ? { body: 'x' } : {}) })).status;
    expect(await status('PUT', at('other'))).toBe(200);
    expect(await status('GET', at('rule/1'))).toBe(404);
    expect(await status('PUT', `${at('rule/1')}?acl`)).toBe(404);
    expect([await status('PUT', at('rule/1')), await status('PUT', at('rule/1')), await status('PUT', at('rule/1'))]).toEqual([500, 500, 200]);
    expect(JSON.parse((await admin('GET')).text)).toMatchObject({ faults: [{ name: 'internal-error', times: 2, hits: 2 }] });
    await admin('DELETE');
    expect(JSON.parse((await admin('GET')).text)).toEqual({ faults: [] });
  });

  it('are refused when they make no sense', async () => {
    for (const rule of [{ name: 'NoSuchKey' }, { name: 'slow', times: -1 }, { name: 'slow', match: { method: 3 } }, []]) expect((await admin('POST', rule)).status).toBe(400);
    expect((await put('x', 'no-such-fault')).status).toBe(400);
  });

  it('do not exist in a server without them', async () => {
    const plain = await startServer({ credentials: KEYS });
    try {
      expect((await plain.send({ path: '/-/faults' })).text).not.toContain('faults"');
      expect((await plain.send({ method: 'POST', path: '/-/faults', body: '{"name":"throttled"}' })).status).not.toBe(200);
      await sdk(plain.endpoint).put('k', Buffer.from('v'), { headers: with_('internal-error') });
    } finally {
      await plain.stop();
    }
  });
});
