/** Who is let in: every way a signature can be wrong, tokens, anonymous access, forms. The right ones are signed by the SDK. */
import { createHash, createHmac } from 'node:crypto';
import type http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, RawRequest, TestServer } from './support.ts';
import { BUCKET, KEYS, sdk, startServer, xmlText } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ credentials: KEYS });
  await sdk(server.endpoint).put('k', Buffer.from('v'));
});
afterAll(() => server.stop());

function v1(request: RawRequest & { resource: string; date?: string; secret?: string; id?: string }): Promise<Answer> {
  const { resource, method = 'GET', headers = {}, id = KEYS.accessKeyId } = request;
  const date = request.date ?? new Date().toUTCString();
  const oss = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${String(value)}\n`)
    .join('');
  const text = `${method}\n${String(headers['content-md5'] ?? '')}\n${String(headers['content-type'] ?? '')}\n${date}\n${oss}${resource}`;
  const signature = createHmac('sha1', request.secret ?? KEYS.accessKeySecret).update(text).digest('base64');
  return server.send({ ...request, headers: { ...headers, date, authorization: `OSS ${id}:${signature}` } });
}

function v4(request: RawRequest & { canonicalUri: string; canonicalQuery?: string; when?: Date; region?: string }): Promise<Answer> {
  const { method = 'GET', headers = {}, canonicalUri, canonicalQuery = '', region = 'cn-anywhere' } = request;
  const stamp = (request.when ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '');
  const all: Record<string, string> = { 'x-oss-date': stamp, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD', ...(headers as Record<string, string>), host: `localhost:${server.port}` };
  const signed = Object.keys(all).filter((name) => name === 'host' || name.startsWith('x-oss-') || name.startsWith('content-')).sort();
  const canonical = [method, canonicalUri, canonicalQuery, signed.map((name) => `${name}:${all[name] ?? ''}\n`).join(''), 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const scope = `${stamp.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
  const text = `OSS4-HMAC-SHA256\n${stamp}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  let key: string | Buffer = `aliyun_v4${KEYS.accessKeySecret}`;
  for (const item of scope.split('/')) key = createHmac('sha256', key).update(item).digest();
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const authorization = `OSS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/${scope},AdditionalHeaders=host,Signature=${signature}`;
  return server.send({ ...request, headers: { ...all, authorization } });
}

const code = (answer: Answer): string | undefined => xmlText(answer.text, 'Code');

describe('V1', () => {
  const good = { path: `/${BUCKET}/k`, resource: `/${BUCKET}/k` };

  it('lets a Date header in, and the listed sub-resources only', async () => {
    expect(await v1(good)).toMatchObject({ status: 200, text: 'v' });
    expect((await v1({ path: `/${BUCKET}?prefix=a&max-keys=3`, resource: `/${BUCKET}/` })).status).toBe(200);
    expect((await v1({ path: `/${BUCKET}?acl`, resource: `/${BUCKET}/?acl` })).status).toBe(200);
    expect((await v1({ path: '/', resource: '/' })).status).toBe(200);
  });

  it('tells by the signature whether a host with dots begins with the bucket', async () => {
    const headers = { host: `${BUCKET}.corp.example.com` };
    expect(await v1({ path: '/k', resource: `/${BUCKET}/k`, headers })).toMatchObject({ status: 200, text: 'v' });
    // A machine that is called as a bucket is.
    expect(await v1({ path: `/${BUCKET}/k`, resource: `/${BUCKET}/k`, headers })).toMatchObject({ status: 200, text: 'v' });
    expect((await v1({ path: '/', resource: '/', headers })).text).toContain('<ListAllMyBucketsResult>');
    expect(await v1({ ...good, headers: { host: 'build1.corp.example.com' } })).toMatchObject({ status: 200, text: 'v' });
    expect((await v1({ method: 'PUT', path: '/', resource: '/by-name/', headers: { host: 'by-name.corp.example.com' }, body: '' })).status).toBe(200);
    for (const host of [headers.host, 'build1.corp.example.com']) {
      expect(code(await v1({ ...good, resource: `/${BUCKET}/other`, headers: { host } }))).toBe('SignatureDoesNotMatch');
    }
  });

  it('says what it would have signed when the signature is wrong', async () => {
    const answer = await v1({ ...good, secret: 'wrong' });
    expect(answer.status).toBe(403);
    expect(code(answer)).toBe('SignatureDoesNotMatch');
    expect(xmlText(answer.text, 'StringToSign')).toContain(`/${BUCKET}/k`);
    expect(xmlText(answer.text, 'StringToSignBytes')).toMatch(/^47 45 54 0A /);
    expect(xmlText(answer.text, 'OSSAccessKeyId')).toBe(KEYS.accessKeyId);
    expect(answer.text).not.toContain(KEYS.accessKeySecret);
    expect(code(await v1({ ...good, resource: `/${BUCKET}/other` }))).toBe('SignatureDoesNotMatch');
  });

  it('knows nobody else, no stale clock, no nonsense', async () => {
    expect(code(await v1({ ...good, id: 'nobody' }))).toBe('InvalidAccessKeyId');
    // That there is no such bucket is said first, as by OSS; but nobody unknown makes one.
    for (const path of ['/no-bucket/k', '/no-bucket/']) expect(await v1({ path, resource: path, id: 'nobody' })).toMatchObject({ status: 404, text: expect.stringContaining('<Code>NoSuchBucket</Code>') });
    expect(await v1({ path: '/k', resource: '/no-bucket/k', id: 'nobody', headers: { host: 'no-bucket.localhost' } })).toMatchObject({ status: 404 });
    for (const path of ['/', '/No_Bucket/k']) expect(code(await v1({ path, resource: path, id: 'nobody' }))).toBe('InvalidAccessKeyId');
    expect(code(await v1({ method: 'PUT', path: '/no-bucket/', resource: '/no-bucket/', id: 'nobody', body: '' }))).toBe('InvalidAccessKeyId');
    for (const shift of [-16, 16]) {
      const answer = await v1({ ...good, date: new Date(Date.now() + shift * 60_000).toUTCString() });
      expect(answer.status).toBe(403);
      expect(code(answer)).toBe('RequestTimeTooSkewed');
    }
    expect(code(await v1({ ...good, date: 'yesterday' }))).toBe('AccessDenied');
    for (const authorization of ['OSS', 'Basic abc', 'OSS4-HMAC-SHA256 Credential=x', 'OSS4-HMAC-SHA256 ']) {
      expect(await server.send({ path: good.path, headers: { authorization } })).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidArgument</Code>') });
    }
  });
});

describe('V4', () => {
  it('accepts any region and additional headers, and encodes as the rules say', async () => {
    expect(await v4({ path: `/${BUCKET}/k`, canonicalUri: `/${BUCKET}/k`, region: 'mars-1' })).toMatchObject({ status: 200, text: 'v' });
    const query = 'delimiter=%2F&list-type=2&max-keys=5&prefix=a%20b%2B';
    expect((await v4({ path: `/${BUCKET}/?${query}`, canonicalUri: `/${BUCKET}/`, canonicalQuery: query })).status).toBe(200);
    const odd = '/%E4%B8%AD%20%2B%21%27%28%29%2A';
    expect((await v4({ method: 'PUT', path: `/${BUCKET}${odd}`, canonicalUri: `/${BUCKET}${odd}`, body: 'x', headers: { 'content-length': '1' } })).text).toContain('CanonicalRequest');
    expect((await v4({ method: 'PUT', path: `/${BUCKET}${odd}`, canonicalUri: `/${BUCKET}${odd}`, body: 'x', headers: { 'content-type': 'a/b' } })).status).toBe(200);
  });

  it('refuses what was changed after signing, and what is stale', async () => {
    const tampered = await v4({ path: `/${BUCKET}/?prefix=b`, canonicalUri: `/${BUCKET}/`, canonicalQuery: 'prefix=a' });
    expect(code(tampered)).toBe('SignatureDoesNotMatch');
    expect(xmlText(tampered.text, 'CanonicalRequest')).toContain('prefix=b');
    expect(code(await v4({ path: `/${BUCKET}/k`, canonicalUri: `/${BUCKET}/k`, when: new Date(Date.now() - 16 * 60_000) }))).toBe('RequestTimeTooSkewed');
  });
});

describe('pre-signed URLs', () => {
  it('expire', async () => {
    const { pathname, search } = new URL(sdk(server.endpoint).signatureUrl('k', { expires: -5 }));
    expect(await server.send({ path: pathname + search })).toMatchObject({ status: 403, text: expect.stringContaining('Request has expired.') });
    const later = new URL(await sdk(server.endpoint, { authorizationV4: true }).signatureUrlV4('GET', 60, {}, 'k'));
    later.searchParams.set('x-oss-expires', '600');
    expect(code(await server.send({ path: later.pathname + later.search }))).toBe('SignatureDoesNotMatch');
    later.searchParams.set('x-oss-expires', '9999999');
    expect(code(await server.send({ path: later.pathname + later.search }))).toBe('InvalidArgument');
  });
});

describe('anonymous requests', () => {
  it('see what is public and nothing else', async () => {
    const client = sdk(server.endpoint);
    const status = async (method: string, path: string): Promise<number> => (await server.send({ method, path, ...(method === 'PUT' ? { body: 'x' } : {}) })).status;
    expect(await server.send({ path: `/${BUCKET}/k` })).toMatchObject({ status: 403, text: expect.stringContaining('<Code>AccessDenied</Code>') });
    expect(await status('GET', '/')).toBe(403);
    await client.put('open', Buffer.from('open'), { headers: { 'x-oss-object-acl': 'public-read' } });
    expect(await status('GET', `/${BUCKET}/open`)).toBe(200);
    expect(await status('PUT', `/${BUCKET}/open`)).toBe(403);
    await client.putBucket('public-bucket');
    await client.putBucketACL('public-bucket', 'public-read-write');
    expect(await status('PUT', '/public-bucket/x')).toBe(200);
    expect(await status('GET', '/public-bucket/x')).toBe(200);
    expect(await status('GET', '/public-bucket?acl')).toBe(403);
    expect(await status('PUT', '/new-bucket')).toBe(403);
  });
});

describe('STS', () => {
  it('wants the token with every request where one is configured', async () => {
    const sts = await startServer({ credentials: { ...KEYS, securityToken: 'the-token' } });
    try {
      for (const authorizationV4 of [false, true]) {
        // A token without a way to renew it makes the SDK print advice.
        const renewal = { refreshSTSToken: () => Promise.reject(new Error('not due')), refreshSTSTokenInterval: 1e9 };
        const client = sdk(sts.endpoint, { authorizationV4, stsToken: 'the-token', ...renewal });
        await client.put('t', Buffer.from('t'));
        const { pathname, search } = new URL(client.signatureUrl('t', { expires: 60 }));
        expect((await sts.send({ path: pathname + search })).text).toBe('t');
        await expect(sdk(sts.endpoint, { authorizationV4, stsToken: 'other', ...renewal }).get('t')).rejects.toMatchObject({ code: 'InvalidSecurityToken' });
        await expect(sdk(sts.endpoint, { authorizationV4 }).get('t')).rejects.toMatchObject({ code: 'InvalidSecurityToken' });
      }
    } finally {
      await sts.stop();
    }
  });
});

describe('form upload', () => {
  const form = (fields: Record<string, string>, file: Buffer): { body: Buffer; headers: http.OutgoingHttpHeaders } => {
    const parts = Object.entries(fields).map(([name, value]) => Buffer.from(`--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
    const head = Buffer.from('--XX\r\nContent-Disposition: form-data; name="file"; filename="a b.txt"\r\nContent-Type: text/plain\r\n\r\n');
    return { body: Buffer.concat([...parts, head, file, Buffer.from('\r\n--XX--\r\n')]), headers: { 'content-type': 'multipart/form-data; boundary=XX' } };
  };
  const policy = (conditions: readonly unknown[], life = 60_000): Record<string, string> => ({ ...sdk(server.endpoint).calculatePostSignature({ expiration: new Date(Date.now() + life).toISOString(), conditions }) });
  const post = (fields: Record<string, string>, file: Buffer): Promise<Answer> => server.send({ method: 'POST', path: `/${BUCKET}`, ...form(fields, file) });

  it('stores the file under the key of the form', async () => {
    const file = Buffer.alloc(2_000_000, 'form\r\n--X');
    const signed = policy([['starts-with', '$key', 'form/'], ['content-length-range', 0, 3_000_000], { bucket: BUCKET }]);
    const answer = await post({ key: 'form/${filename}', ...signed, success_action_status: '201', 'x-oss-meta-from': 'form' }, file);
    expect(answer).toMatchObject({ status: 201, text: expect.stringContaining('<Key>form/a b.txt</Key>') });
    const got = await sdk(server.endpoint).get('form/a b.txt');
    expect(got.content.equals(file)).toBe(true);
    expect(got.res.headers).toMatchObject({ 'content-type': 'text/plain', 'x-oss-meta-from': 'form' });
  });

  it('refuses what its policy forbids', async () => {
    const file = Buffer.from('x');
    const open = [['starts-with', '$key', 'form/']];
    expect(code(await post({ key: 'form/x' }, file))).toBe('AccessDenied');
    expect(code(await post({ key: 'other/x', ...policy(open) }, file))).toBe('AccessDenied');
    expect(code(await post({ key: 'form/x', ...policy(open, -1000) }, file))).toBe('AccessDenied');
    expect(code(await post({ key: 'form/x', ...policy(open), Signature: 'bad' }, file))).toBe('SignatureDoesNotMatch');
    expect(code(await post({ key: 'form/x', ...policy([['content-length-range', 0, 3]]) }, Buffer.from('1234')))).toBe('EntityTooLarge');
    expect(code(await server.send({ method: 'POST', path: `/${BUCKET}`, body: '--XX\r\nno form', headers: { 'content-type': 'multipart/form-data; boundary=XX' } }))).toBe('BadRequest');
  });
});
