import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startOssServer } from '../../../src/oss-server/server.ts';
import { credentialSourceOf, ramRoleCredentials } from '../../../src/ufs/oss/credentials.ts';
import { OssClient } from '../../../src/ufs/oss/oss-client.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import { UfsUri } from '../../../src/uri.ts';
import { configOf } from '../../support/config.ts';
import { OSS_KEYS, startTestOss } from '../../support/oss.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

async function metadataService(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}/credentials/`;
}

function answerFor(number: number, expiresMs: number): string {
  return JSON.stringify({ AccessKeyId: `id-${String(number)}`, AccessKeySecret: `s3cr3t-${String(number)}`, SecurityToken: `t0k3n-${String(number)}`, Expiration: new Date(expiresMs).toISOString().replace(/\.\d+Z/, 'Z'), Code: 'Success' });
}

describe('keys of the configuration', () => {
  const MISSING = 'OSS Credentials not available, cannot create OSS Under File System.';

  it.each([
    [{}],
    [{ 'fs.oss.accessKeyId': 'id' }],
    [{ 'fs.oss.accessKeySecret': 'secret' }],
    [{ 'fs.oss.accessKeyId': 'id', 'fs.oss.accessKeySecret': ' ' }],
    [{ 'fs.oss.accessKeyId': 'id', 'fs.oss.accessKeySecret': 'secret' }],
  ])('%j are missing something', async (properties) => {
    const opening = createUfs(UfsUri.parse('oss://some-bucket/dir'), configOf(properties));
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION', message: `Unable to create an UnderFileSystem instance for path: oss://some-bucket/dir: ${MISSING}` });
  });

  it('may lie in a file or in the environment', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'alluxio-keys-'));
    await writeFile(join(dir, 'secret'), 'from file\n');
    process.env['ALLUXIO_TEST_KEY_ID'] = 'from environment';
    const source = await credentialSourceOf(configOf({ 'fs.oss.accessKeyId': 'env:ALLUXIO_TEST_KEY_ID', 'fs.oss.accessKeySecret': `file:${join(dir, 'secret')}`, 'fs.oss.securityToken': 'token' }));
    expect(await source.current()).toEqual({ accessKeyId: 'from environment', accessKeySecret: 'from file', securityToken: 'token' });
    delete process.env['ALLUXIO_TEST_KEY_ID'];
    await rm(dir, { recursive: true });
  });
});

describe('a token in a file', () => {
  it('is read again when OSS refuses the old one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'alluxio-sts-'));
    const oss = await startOssServer({ dir: join(dir, 'oss'), port: 0, buckets: ['some-bucket'], credentials: { ...OSS_KEYS, securityToken: 'first' } });
    const file = join(dir, 'token');
    await writeFile(file, 'first\n');
    const keys = { 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret, 'fs.oss.securityToken': `file:${file}` };
    const client = await OssClient.create(UfsUri.parse('oss://some-bucket/'), configOf({ ...keys, 'fs.oss.endpoint': oss.endpoint }));
    await client.send({ method: 'PUT', object: 'a', body: Buffer.from('a') });
    await oss.close();
    const rotated = await startOssServer({ dir: join(dir, 'oss'), port: Number(new URL(oss.endpoint).port), credentials: { ...OSS_KEYS, securityToken: 'second' } });
    await expect(client.send({ method: 'GET', object: 'a' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await writeFile(file, 'second\n');
    expect((await client.send({ method: 'GET', object: 'a' })).body.toString()).toBe('a');
    await rotated.close();
    await rm(dir, { recursive: true });
  });
});

describe('RAM role', () => {
  it('keys are fetched once, and again before they expire', async () => {
    let now = 1_000_000_000_000;
    let asked = 0;
    const endpoint = await metadataService((request, response) => {
      expect(request.url).toBe('/credentials/my-role');
      response.end(answerFor(++asked, now + 3_600_000));
    });
    const source = ramRoleCredentials({ endpoint, role: 'my-role', refreshBeforeMs: 1_800_000, clock: () => now });
    expect(await Promise.all([source.current(), source.current()])).toMatchObject([{ accessKeyId: 'id-1', securityToken: 't0k3n-1' }, { accessKeyId: 'id-1' }]);
    now += 1_799_000;
    expect(await source.current()).toMatchObject({ accessKeyId: 'id-1' });
    now += 2_000;
    expect(await source.current()).toMatchObject({ accessKeyId: 'id-2', accessKeySecret: 's3cr3t-2' });
    expect(asked).toBe(2);
  });

  it('without a name is the one that the instance has', async () => {
    const endpoint = await metadataService((request, response) => response.end(request.url === '/credentials/' ? 'only-role\n' : answerFor(1, Date.now() + 3_600_000)));
    expect(await ramRoleCredentials({ endpoint, role: '', refreshBeforeMs: 0 }).current()).toMatchObject({ accessKeyId: 'id-1' });
  });

  it('keys serve on while they last when they cannot be renewed, and then fail', async () => {
    let now = 1_000_000_000_000;
    let asked = 0;
    const endpoint = await metadataService((_, response) => {
      asked += 1;
      if (asked > 1) response.statusCode = 500;
      response.end(answerFor(asked, now + 3_600_000));
    });
    const source = ramRoleCredentials({ endpoint, role: 'r', refreshBeforeMs: 1_800_000, clock: () => now, pauseMs: 1 });
    await source.current();
    now += 2_000_000;
    expect(await source.current()).toMatchObject({ accessKeyId: 'id-1' });
    expect(await source.current()).toMatchObject({ accessKeyId: 'id-1' });
    expect(asked).toBe(2);
    now += 2_000_000;
    await expect(source.current()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toBe(7);
  });

  it.each(['not json', '{"AccessKeyId":"id","AccessKeySecret":"s3cr3t"}', '{"AccessKeyId":"a","AccessKeySecret":"s3cr3t","SecurityToken":"t","Expiration":"soon"}'])('an answer %s is told without its content', async (text) => {
    const endpoint = await metadataService((_, response) => response.end(text));
    const failure: unknown = await ramRoleCredentials({ endpoint, role: 'r', refreshBeforeMs: 0, pauseMs: 1 }).current().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
    expect(String(failure)).toContain(endpoint);
    expect(String(failure)).not.toContain('s3cr3t');
  });

  it.each([
    ['that OSS refuses before their time are asked for again, once', 't0k3n-2', 2],
    ['that OSS goes on refusing end in one error', 't0k3n-9', 2],
  ])('keys %s', async (_, securityToken, times) => {
    const dir = await mkdtemp(join(tmpdir(), 'alluxio-sts-'));
    const oss = await startOssServer({ dir, port: 0, buckets: ['some-bucket'], credentials: { ...OSS_KEYS, securityToken } });
    let asked = 0;
    const endpoint = await metadataService((_request, response) => {
      const expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ AccessKeyId: OSS_KEYS.accessKeyId, AccessKeySecret: OSS_KEYS.accessKeySecret, SecurityToken: `t0k3n-${String(++asked)}`, Expiration: expiration }));
    });
    const config = configOf({ 'fs.oss.endpoint': oss.endpoint, 'alluxio.underfs.oss.sts.enabled': 'true', 'alluxio.underfs.oss.ecs.ram.role': 'r', 'alluxio.underfs.oss.sts.ecs.metadata.service.endpoint': endpoint });
    const client = await OssClient.create(UfsUri.parse('oss://some-bucket/'), config);
    // Several requests meet the refusal together.
    const puts = await Promise.allSettled(['a', 'b', 'c'].map((object) => client.send({ method: 'PUT', object, body: Buffer.from(object) })));
    expect(asked).toBe(times);
    if (securityToken === 't0k3n-2') expect(puts).toMatchObject([{ value: { status: 200 } }, { value: { status: 200 } }, { value: { status: 200 } }]);
    else expect(puts).toMatchObject(Array(3).fill({ reason: { code: 'UNAUTHENTICATED', hint: 'Get a new STS token.' } }));
    await oss.close();
    await rm(dir, { recursive: true });
  });

  it('keys and their token sign requests', async () => {
    const oss = await startTestOss();
    const expiresMs = Date.now() + 3_600_000;
    const endpoint = await metadataService((_, response) =>
      response.end(JSON.stringify({ AccessKeyId: OSS_KEYS.accessKeyId, AccessKeySecret: OSS_KEYS.accessKeySecret, SecurityToken: 't0k3n', Expiration: new Date(expiresMs).toISOString() })),
    );
    for (const region of [{}, { 'alluxio.underfs.oss.region': 'cn-hangzhou' }]) {
      const config = configOf({ 'fs.oss.endpoint': oss.endpoint, 'alluxio.underfs.oss.sts.enabled': 'true', 'alluxio.underfs.oss.ecs.ram.role': 'r', 'alluxio.underfs.oss.sts.ecs.metadata.service.endpoint': endpoint, ...region });
      const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}/dir`), config);
      await ufs.makeDirectory('made');
      expect((await ufs.status('made'))?.kind).toBe('directory');
    }
    await oss.close();
  });
});
