/** The unmodified ali-oss SDK against the server, with both signature versions. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sdk, TestServer } from './support.ts';
import { AWKWARD_KEYS, BUCKET, KEYS, sdk, send, startServer } from './support.ts';

async function failure(work: Promise<unknown>): Promise<{ name: string; status: number; code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    return error as { name: string; status: number; code: string; message: string };
  }
  throw new Error('it should have failed');
}

describe.each([
  ['V1', false],
  ['V4', true],
])('ali-oss, signature %s', (_, authorizationV4) => {
  let server: TestServer;
  let client: Sdk;

  beforeAll(async () => {
    server = await startServer({ credentials: KEYS, region: 'cn-hangzhou' });
    client = sdk(server.endpoint, { authorizationV4 });
  });
  afterAll(() => server.stop());

  it('stores, reads, lists and deletes any name that OSS allows', async () => {
    for (const key of AWKWARD_KEYS) {
      const body = Buffer.from(`body of ${key}`);
      await client.put(key, body);
      expect((await client.get(key)).content).toEqual(body);
      expect((await client.head(key)).status).toBe(200);
    }
    const listed = await client.list({ 'max-keys': 1000 });
    const sorted = [...AWKWARD_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(listed.objects.map(({ name }) => name)).toEqual(sorted);
    const deleted = await client.deleteMulti([...AWKWARD_KEYS]);
    expect(deleted.deleted).toHaveLength(AWKWARD_KEYS.length);
    expect((await client.list({ 'max-keys': 1 })).objects).toEqual([]);
  });

  it('keeps metadata and content headers, and answers a listing of both versions', async () => {
    await client.put('meta/x.txt', Buffer.from('x'), { meta: { uid: 7, pid: 8 }, headers: { 'Cache-Control': 'max-age=3', 'x-oss-object-acl': 'public-read' } });
    const head = await client.head('meta/x.txt');
    expect(head.meta).toEqual({ uid: '7', pid: '8' });
    expect(head.res.headers).toMatchObject({ 'cache-control': 'max-age=3', 'content-type': 'text/plain' });
    expect((await client.getACL('meta/x.txt')).acl).toBe('public-read');
    await client.put('meta/y', Buffer.alloc(0));
    const first = await client.listV2({ prefix: 'meta/', 'max-keys': 1, 'fetch-owner': true });
    expect(first).toMatchObject({ keyCount: 1, isTruncated: true, objects: [{ name: 'meta/x.txt', owner: { id: expect.any(String) } }] });
    const second = await client.listV2({ prefix: 'meta/', 'max-keys': 1, 'continuation-token': first.nextContinuationToken });
    expect(second).toMatchObject({ keyCount: 1, isTruncated: false, objects: [{ name: 'meta/y', owner: null }] });
    expect((await client.listV2({ delimiter: '/', prefix: 'me' })).prefixes).toEqual(['meta/']);
  });

  it('streams with and without a length, and copies', async () => {
    const body = Buffer.alloc(3_333_333, 'stream me ');
    await client.putStream('stream/chunked', Readable.from([body.subarray(0, 7), body.subarray(7)]));
    await client.putStream('stream/sized', Readable.from([body]), { contentLength: body.length });
    expect((await client.get('stream/chunked')).content.equals(body)).toBe(true);
    expect((await client.get('stream/sized')).content.equals(body)).toBe(true);
    await client.copy('stream/副本 copy', 'stream/sized');
    const ranged = await client.get('stream/副本 copy', { headers: { Range: 'bytes=10-19' } });
    expect(ranged.content.toString()).toBe('stream me ');
    expect((await failure(client.copy('stream/z', 'stream/none'))).name).toBe('NoSuchKeyError');
  });

  it('uploads in parts', async () => {
    const body = Buffer.alloc(350 * 1024, 'multi part ');
    const { uploadId } = await client.initMultipartUpload('multi');
    const parts: { number: number; etag: string }[] = [];
    for (let number = 1; number <= 4; number += 1) {
      const piece = body.subarray((number - 1) * 100 * 1024, number * 100 * 1024);
      const { etag } = await client._uploadPart('multi', uploadId, number, { stream: Readable.from([piece]), size: piece.length });
      parts.push({ number, etag });
    }
    expect(await client.listUploads({ 'max-uploads': 10 })).toMatchObject({ uploads: [{ name: 'multi', uploadId }] });
    expect((await client.listParts('multi', uploadId)).parts).toHaveLength(4);
    await client.completeMultipartUpload('multi', uploadId, parts);
    expect((await client.get('multi')).content.equals(body)).toBe(true);
    expect((await client.multipartUploadCopy('multi/copy', { sourceKey: 'multi', sourceBucketName: BUCKET }, { partSize: 100 * 1024, parallel: 2 })).res.status).toBe(200);
    expect((await client.get('multi/copy')).content.equals(body)).toBe(true);
    expect((await client.listUploads({ 'max-uploads': 10 })).uploads).toEqual([]);
  });

  it('appends, tags and links', async () => {
    expect((await client.append('log', Buffer.from('foo'))).nextAppendPosition).toBe('3');
    expect((await client.append('log', Buffer.from('bar'), { position: 3 })).nextAppendPosition).toBe('6');
    expect((await client.get('log')).content.toString()).toBe('foobar');
    expect(await failure(client.append('log', Buffer.from('x')))).toMatchObject({ name: 'PositionNotEqualToLengthError', status: 409 });
    await client.putObjectTagging('log', { a: '1', b: 'x y' });
    expect((await client.getObjectTagging('log')).tag).toEqual({ a: '1', b: 'x y' });
    await client.putSymlink('链接', 'log', {});
    expect((await client.getSymlink('链接')).targetName).toBe('log');
    expect((await client.get('链接')).content.toString()).toBe('foobar');
  });

  it('makes, describes and deletes buckets', async () => {
    await client.putBucket('second-bucket');
    await client.putBucketACL('second-bucket', 'public-read');
    expect((await client.getBucketACL('second-bucket')).acl).toBe('public-read');
    expect((await client.getBucketLocation('second-bucket')).location).toBe('oss-cn-hangzhou');
    expect((await client.getBucketInfo('second-bucket')).bucket).toMatchObject({ Name: 'second-bucket', StorageClass: 'Standard', AccessControlList: { Grant: 'public-read' } });
    await client.putBucketTags('second-bucket', { team: 'x' });
    expect((await client.getBucketTags('second-bucket')).tag).toEqual({ team: 'x' });
    const { buckets } = await client.listBuckets({ 'max-keys': 10 });
    expect(buckets.map(({ name }) => name)).toEqual(['second-bucket', BUCKET]);
    await client.putBucketCORS('second-bucket', [{ allowedOrigin: '*', allowedMethod: 'GET' }]);
    expect((await client.getBucketCORS('second-bucket')).rules).toMatchObject([{ allowedOrigin: '*', allowedMethod: 'GET' }]);
    await client.deleteBucket('second-bucket');
    expect(await failure(client.getBucketInfo('second-bucket'))).toMatchObject({ name: 'NoSuchBucketError', status: 404 });
    expect(await failure(client.deleteBucket(BUCKET))).toMatchObject({ name: 'BucketNotEmptyError', status: 409 });
  });

  it('serves pre-signed URLs', async () => {
    const key = 'signed/中 文+?.txt';
    const body = 'signed';
    const url = async (method: 'GET' | 'PUT'): Promise<string> =>
      authorizationV4
        ? client.signatureUrlV4(method, 60, { headers: method === 'PUT' ? { 'content-type': 'text/x' } : {} }, key)
        : client.signatureUrl(key, { method, expires: 60, ...(method === 'PUT' ? { 'Content-Type': 'text/x' } : {}) });
    const target = new URL(await url('PUT'));
    const path = target.pathname + target.search;
    expect(await send(server.port, { method: 'PUT', path, body, headers: { 'content-type': 'text/x' } })).toMatchObject({ status: 200 });
    const source = new URL(await url('GET'));
    expect(await send(server.port, { path: source.pathname + source.search })).toMatchObject({ status: 200, text: body });
    const tampered = (source.pathname + source.search).replace('signed/', 'signed2/');
    expect(await send(server.port, { path: tampered })).toMatchObject({ status: 403 });
  });

  it('answers a HEAD that fails so that the SDK knows why', async () => {
    expect(await failure(client.head('none'))).toMatchObject({ name: 'NoSuchKeyError', status: 404 });
    const stranger = sdk(server.endpoint, { authorizationV4, accessKeySecret: 'wrong' });
    expect(await failure(stranger.head('none'))).toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 });
    expect(await failure(stranger.get('none'))).toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 });
    const unknown = sdk(server.endpoint, { authorizationV4, accessKeyId: 'nobody' });
    expect(await failure(unknown.list({ 'max-keys': 1 }))).toMatchObject({ code: 'InvalidAccessKeyId', status: 403 });
  });
});

describe('virtual-hosted style', () => {
  it('takes the bucket from the host', async () => {
    const server = await startServer({ credentials: KEYS });
    try {
      const client = sdk(server.endpoint, { sldEnable: false });
      const url = client.signatureUrl('k', { expires: 60 });
      expect(new URL(url).host).toBe(`${BUCKET}.localhost:${server.port}`);
      await sdk(server.endpoint).put('k', Buffer.from('v'));
      const { pathname, search, host } = new URL(url);
      expect(await send(server.port, { path: pathname + search, headers: { host } })).toMatchObject({ status: 200, text: 'v' });
    } finally {
      await server.stop();
    }
  });
});
