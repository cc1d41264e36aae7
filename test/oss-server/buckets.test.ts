/** Buckets, their configuration documents, and how the server starts and stops. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOssServer } from '../../src/oss-server/server.ts';
import type { Answer, TestServer } from './support.ts';
import { BUCKET, KEYS, sdk, startServer, xmlText, xmlTexts } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const code = ({ text }: Answer): string | undefined => xmlText(text, 'Code');

describe('buckets', () => {
  it('are made, described, listed and removed', async () => {
    const document = '<?xml version="1.0"?><CreateBucketConfiguration><StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>';
    const made = await server.send({ method: 'PUT', path: '/made-bucket', body: document, headers: { 'x-oss-acl': 'public-read' } });
    expect(made).toMatchObject({ status: 200, headers: { location: '/made-bucket' } });
    const { text } = await server.send({ path: '/made-bucket?bucketInfo' });
    expect([xmlText(text, 'StorageClass'), xmlText(text, 'DataRedundancyType'), xmlText(text, 'Grant'), xmlText(text, 'Location'), xmlText(text, 'ExtranetEndpoint')]).toEqual([
      'IA', 'ZRS', 'public-read', 'oss-local', `localhost:${server.port}`,
    ]);
    expect((await server.send({ path: '/made-bucket?location' })).text).toContain('<LocationConstraint>oss-local</LocationConstraint>');
    expect((await server.send({ method: 'HEAD', path: '/made-bucket' })).status).toBe(200);
    await server.send({ method: 'PUT', path: '/made-bucket-2', body: '' });
    const names = async (query: string): Promise<string[]> => xmlTexts((await server.send({ path: `/?${query}` })).text, 'Name');
    expect(await names('')).toEqual(['made-bucket', 'made-bucket-2', BUCKET]);
    expect(await names('prefix=made')).toEqual(['made-bucket', 'made-bucket-2']);
    expect(await names('max-keys=1&marker=made-bucket')).toEqual(['made-bucket-2']);
    await server.send({ method: 'PUT', path: '/made-bucket/x', body: 'x' });
    expect(code(await server.send({ method: 'DELETE', path: '/made-bucket' }))).toBe('BucketNotEmpty');
    await server.send({ method: 'DELETE', path: '/made-bucket/x' });
    expect((await server.send({ method: 'DELETE', path: '/made-bucket' })).status).toBe(204);
    expect(code(await server.send({ method: 'DELETE', path: '/made-bucket' }))).toBe('NoSuchBucket');
    expect((await server.send({ method: 'HEAD', path: '/made-bucket' })).status).toBe(404);
  });

  it('have names by the rules', async () => {
    for (const name of ['ab', 'Upper', '-lead', 'trail-', 'a_b', 'x'.repeat(64)]) expect(code(await server.send({ method: 'PUT', path: `/${name}`, body: '' }))).toBe('InvalidBucketName');
  });

  it.each([
    ['cors', '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>', 'NoSuchCORSConfiguration'],
    ['lifecycle', '<LifecycleConfiguration><Rule><ID>a</ID></Rule></LifecycleConfiguration>', 'NoSuchLifecycle'],
    ['website', '<WebsiteConfiguration></WebsiteConfiguration>', 'NoSuchWebsiteConfiguration'],
    ['encryption', '<ServerSideEncryptionRule></ServerSideEncryptionRule>', 'NoSuchServerSideEncryptionRule'],
    ['policy', '{"Version":"1","Statement":[]}', 'NoSuchBucketPolicy'],
  ])('keep their %s', async (name, document, absent) => {
    const path = `/${BUCKET}?${name}`;
    expect(code(await server.send({ path }))).toBe(absent);
    expect((await server.send({ method: 'PUT', path, body: 'neither XML nor JSON' })).status).toBe(400);
    expect((await server.send({ method: 'PUT', path, body: document })).status).toBe(200);
    expect((await server.send({ path })).text).toContain(document);
    expect((await server.send({ method: 'DELETE', path })).status).toBe(204);
    expect(code(await server.send({ path }))).toBe(absent);
  });

  it('answer what they never had with the default, and what is unknown honestly', async () => {
    for (const name of ['referer', 'logging', 'tagging', 'versioning', 'requestPayment']) expect((await server.send({ path: `/${BUCKET}?${name}` })).status).toBe(200);
    expect((await server.send({ method: 'PUT', path: `/${BUCKET}?versioning`, body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>' })).status).toBe(501);
    expect((await server.send({ path: `/${BUCKET}?worm` })).status).toBe(501);
  });

  it('never take an unserved sub-resource for the plain request', async () => {
    const path = `/${BUCKET}/kept`;
    await server.put('kept', 'as it was');
    for (const [method, query] of [['PUT', 'x-oss-process=a'], ['DELETE', 'cname'], ['POST', 'x-oss-async-process'], ['DELETE', 'versionId=CAEQ'], ['GET', 'versionId=CAEQ']] as const) {
      expect((await server.send({ method, path: `${path}?${query}`, ...(method === 'GET' ? {} : { body: '<x/>' }) })).status, query).toBeGreaterThanOrEqual(404);
    }
    for (const query of ['versionId=null', 'x-oss-process=image/info']) expect((await server.send({ path: `${path}?${query}` })).text).toBe('as it was');
    await server.send({ method: 'PUT', path: '/spared-bucket', body: '' });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      for (const name of ['accessMonitor', 'publicAccessBlock', 'bucketArchiveDirectRead']) expect(code(await server.send({ method, path: `/spared-bucket?${name}`, ...(method === 'GET' ? {} : { body: '' }) })), name).toBe('NotImplemented');
    }
    expect((await server.send({ method: 'DELETE', path: '/spared-bucket' })).status).toBe(204);
    expect(code(await server.send({ path: '/?publicAccessBlock' }))).toBe('NotImplemented');
    expect((await server.send({ path: `/${BUCKET}?live` })).text).toContain('<ListLiveChannelResult>');
  });

  it.each([
    ['encryption', '<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>', 'InvalidArgument'],
    ['logging', '<BucketLoggingStatus><LoggingEnabled><TargetBucket>nowhere</TargetBucket></LoggingEnabled></BucketLoggingStatus>', 'InvalidTargetBucketForLogging'],
    ['requestPayment', '<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>', 'MalformedXML'],
    ['policy', '{"Version":"2","Statement":[]}', 'InvalidPolicyDocument'],
  ])('refuse a wrong %s', async (name, body, expected) => {
    expect(code(await server.send({ method: 'PUT', path: `/${BUCKET}?${name}`, body }))).toBe(expected);
  });

  it('tell their default encryption, lose single tags, are found by tag', async () => {
    const path = '/tagged-bucket';
    await server.send({ method: 'PUT', path, body: '' });
    const rule = '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>id</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>';
    await server.send({ method: 'PUT', path: `${path}?encryption`, body: `<ServerSideEncryptionRule>${rule}</ServerSideEncryptionRule>` });
    expect((await server.send({ path: `${path}?bucketInfo` })).text).toContain('<ServerSideEncryptionRule><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>id</KMSMasterKeyID></ServerSideEncryptionRule>');
    const tags = ['a', 'b&c', 'd'].map((key) => `<Tag><Key>${key.replace('&', '&amp;')}</Key><Value>v</Value></Tag>`).join('');
    await server.send({ method: 'PUT', path: `${path}?tagging`, body: `<Tagging><TagSet>${tags}</TagSet></Tagging>` });
    expect(xmlTexts((await server.send({ path: '/?tag-key=a&tag-value=v' })).text, 'Name')).toEqual(['tagged-bucket']);
    await server.send({ method: 'DELETE', path: `${path}?tagging=a,d` });
    expect(xmlTexts((await server.send({ path: `${path}?tagging` })).text, 'Key')).toEqual(['b&amp;c']);
    await server.send({ method: 'DELETE', path });
  });

  it('keep inventory rules by id', async () => {
    const rule = (id: string): string => `<InventoryConfiguration><Id>${id}</Id></InventoryConfiguration>`;
    for (const id of ['one', 'two']) await server.send({ method: 'PUT', path: `/${BUCKET}?inventory&inventoryId=${id}`, body: rule(id) });
    expect(xmlTexts((await server.send({ path: `/${BUCKET}?inventory` })).text, 'Id')).toEqual(['one', 'two']);
    expect((await server.send({ path: `/${BUCKET}?inventory&inventoryId=two` })).text).toContain(rule('two'));
    await server.send({ method: 'DELETE', path: `/${BUCKET}?inventory&inventoryId=one` });
    expect((await server.send({ path: `/${BUCKET}?inventory&inventoryId=one` })).status).toBe(404);
  });
});

describe('the server', () => {
  it('says clearly that a port or a folder is taken', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'alluxio-oss-taken-'));
    try {
      await expect(startOssServer({ dir, port: server.port })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringMatching(/^port \d+ is taken.*choose another with --port$/) });
      await expect(startOssServer({ dir: server.dir })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
      await expect(startOssServer({ dir, buckets: ['No'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await writeFile(join(dir, 'file'), '');
      await expect(startOssServer({ dir: join(dir, 'file') })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: `${join(dir, 'file')} cannot be served: it is not a folder` });
      // A start that failed leaves the folder free.
      await (await startOssServer({ dir })).close();
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it.each([
    [undefined, 'http://localhost:'],
    ['127.0.0.1', 'http://localhost:'],
    ['0.0.0.0', 'http://localhost:'],
    ['127.0.0.2', 'http://127.0.0.2:'],
    ['::1', 'http://[::1]:'],
  ])('that listens on %s says where it can be reached', async (host, expected) => {
    const own = await startServer(host === undefined ? {} : { host });
    try {
      expect(own.endpoint).toBe(`${expected}${own.port}`);
      expect((await fetch(`${own.endpoint}/${BUCKET}`)).status).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it('serves the same after a restart, also while a client still holds a connection', async () => {
    const first = await startServer();
    await first.put('small', 's');
    await first.put('large', Buffer.alloc(2_000_000, 'l'));
    await first.close();
    const second = await startServer({ dir: first.dir });
    try {
      expect((await second.send({ path: `/${BUCKET}/small` })).text).toBe('s');
      expect((await second.send({ path: `/${BUCKET}/large` })).body.equals(Buffer.alloc(2_000_000, 'l'))).toBe(true);
      expect(await second.files()).toHaveLength(1);
    } finally {
      await second.stop();
    }
  });

  it('may be called by a name with dots, with the bucket in the path or in the name', async () => {
    const own = await startServer();
    const host = `build1.corp.example.com:${own.port}`;
    const status = async (method: string, path: string, to = host): Promise<number> => (await own.send({ method, path, headers: { host: to }, ...(method === 'PUT' ? { body: '' } : {}) })).status;
    try {
      expect(await status('PUT', '/path-bucket')).toBe(200);
      expect(await status('PUT', '/path-bucket/k')).toBe(200);
      expect(await status('GET', '/path-bucket/k')).toBe(200);
      expect(await status('GET', '/k', `path-bucket.${host}`)).toBe(200);
      expect(xmlTexts((await own.send({ path: '/', headers: { host } })).text, 'Name')).toEqual(['path-bucket', BUCKET]);
      // What is missing is a bucket of that name, not one that the path happens to spell.
      expect(await status('PUT', '/key', `no-bucket.localhost:${own.port}`)).toBe(404);
      expect(await status('PUT', '/', `made-by-name.${host}`)).toBe(200);
      expect(await status('HEAD', '/made-by-name')).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it('names itself as the endpoint of its buckets, as the client called it, in any region', async () => {
    const own = await startServer({ region: 'cn-hangzhou' });
    try {
      for (const [host, path, expected] of [
        [`build1.corp.example.com:${own.port}`, '/', `build1.corp.example.com:${own.port}`],
        [`build1.corp.example.com:${own.port}`, `/${BUCKET}?bucketInfo`, `build1.corp.example.com:${own.port}`],
        [`${BUCKET}.build1.corp.example.com`, '/?bucketInfo', 'build1.corp.example.com'],
        [`${BUCKET}.127.0.0.1:${own.port}`, '/?bucketInfo', `127.0.0.1:${own.port}`],
        ['[::1]:80', `/${BUCKET}?bucketInfo`, '[::1]:80'],
      ] as const) {
        const { text } = await own.send({ path, headers: { host } });
        expect([xmlText(text, 'ExtranetEndpoint'), xmlText(text, 'IntranetEndpoint'), xmlText(text, 'Location')], host + path).toEqual([expected, expected, 'oss-cn-hangzhou']);
      }
    } finally {
      await own.stop();
    }
  });

  it('reads a request either way when the bucket is named in host and path, as ali-oss does with an IP', async () => {
    const signed = await startServer({ credentials: KEYS });
    try {
      const byAddress = sdk(`http://127.0.0.1:${signed.port}`);
      await byAddress.put(`${BUCKET}/twice`, Buffer.from('t'));
      await sdk(`http://127.0.0.1:${signed.port}`, { sldEnable: false }).put('virtual', Buffer.from('v'));
      const listed = await sdk(signed.endpoint).list({ 'max-keys': 9 });
      expect(listed.objects.map(({ name }) => name)).toEqual([`${BUCKET}/twice`, 'virtual']);
      expect((await byAddress.get('virtual')).content.toString()).toBe('v');
    } finally {
      await signed.stop();
    }
  });
});
