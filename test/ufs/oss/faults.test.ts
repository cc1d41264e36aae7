/** What goes wrong between here and OSS: repeated where that helps, told as what it is where not, and nothing half-made. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isAlluxioError } from '../../../src/errors.ts';
import type { FaultName } from '../../../src/oss-server/faults.ts';
import { Bench, patternBytes } from '../../../src/ufs/conformance/bench.ts';
import type { OssClient } from '../../../src/ufs/oss/oss-client.ts';
import { uploadsOf } from '../../../src/ufs/oss/uploads.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import { abandonWrites } from '../../../src/ufs/abandon.ts';
import type { Ufs } from '../../../src/ufs/ufs.ts';
import { UfsUri } from '../../../src/uri.ts';
import { OSS_KEYS, putRaw, startTestOss } from '../../support/oss.ts';
import type { TestOss } from '../../support/oss.ts';

const SMALL = { 'alluxio.underfs.listing.length': '3', 'alluxio.underfs.oss.streaming.upload.partition.size': '100KB', 'alluxio.underfs.object.store.multi.range.chunk.size': '100KB' };
const PARTS = patternBytes(350_000);

let oss: TestOss;
let raw: OssClient;
let folder: string;
/** Repeats twice. */
let ufs: Ufs;
/** Never repeats. */
let hasty: Ufs;
let bench: Bench;

beforeAll(async () => {
  oss = await startTestOss();
  raw = await oss.raw();
});
afterAll(() => oss.close());
beforeEach(async () => {
  folder = randomUUID();
  const uri = UfsUri.parse(`oss://${oss.bucket}/${folder}`);
  ufs = await createUfs(uri, oss.config({ ...SMALL, 'alluxio.underfs.oss.retry.max': '2' }));
  hasty = await createUfs(uri, oss.config({ ...SMALL, 'alluxio.underfs.oss.retry.max': '0' }));
  bench = new Bench(ufs, '');
});
afterEach(() => oss.clearFaults());

function write(target: Ufs, key: string, content: Buffer, options: { overwrite?: boolean } = {}) {
  return target.write(key, Readable.from([content], { objectMode: false }), options);
}

async function unfinishedUploads(key: string): Promise<number> {
  return (await uploadsOf(raw, `${folder}/${key}`)).uploads.length;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Resolves when a request has met the fault. */
async function metFault(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${oss.endpoint}/-/faults`);
    if (/"hits":[1-9]/.test(await answer.text())) return;
  }
}

describe('a request that would make an object, under way when its asker gives up', () => {
  // OSS does it all the same: a file that nobody knows of would lie in the bucket.
  it.each(['write', 'copyFile'] as const)('is waited for: %s', async (what) => {
    await putRaw(raw, `${folder}/from`, 'content');
    await oss.fault('slow', { method: 'PUT' });
    const stop = new AbortController();
    const { signal } = stop;
    const going = what === 'write' ? ufs.write('made', Readable.from([Buffer.from('content')], { objectMode: false }), { signal }) : ufs.copyFile('from', 'made', { signal });
    await metFault();
    stop.abort();
    expect(await going).toMatchObject({ size: 7 });
    expect(await ufs.status('made')).toMatchObject({ kind: 'file', size: 7 });
    // Before it is under way nothing is asked at all.
    const late = what === 'write' ? ufs.write('late', Readable.from([Buffer.from('x')], { objectMode: false }), { signal }) : ufs.copyFile('from', 'late', { signal });
    expect(await failureOf(late)).toMatchObject({ code: 'CANCELLED' });
    expect(await ufs.status('late')).toBeUndefined();
  });
});

/** Every way to ask; none may answer "there is nothing". */
function asks(target: Ufs): [string, () => Promise<unknown>][] {
  return [
    ['status', () => target.status('file')],
    ['list', () => new Bench(target, '').names()],
    ['read', () => new Bench(target, '').read('file')],
    ['makeDirectory', () => target.makeDirectory('dir')],
    ['removeDirectory', () => target.removeDirectory('dir')],
    ['copyFile', () => target.copyFile('file', 'copy')],
    ['abandonWrites', () => abandonWrites(target, 'file', 0)],
    ['write', () => write(target, 'file', Buffer.from('x'))],
  ];
}

describe('a failure that stays', () => {
  it.each<[FaultName, string]>([
    ['internal-error', 'UNAVAILABLE'],
    ['throttled', 'THROTTLED'],
    ['reset-before', 'UNAVAILABLE'],
    ['token-expired', 'UNAUTHENTICATED'],
    ['clock-skew', 'UNAUTHENTICATED'],
  ])('%s is %s for every question, never absence', async (fault, code) => {
    await oss.fault(fault);
    for (const [name, ask] of asks(hasty)) {
      const error = await failureOf(ask());
      expect([name, isAlluxioError(error) ? error.code : error]).toEqual([name, code]);
    }
    const [failed] = await hasty.deleteFiles(['a', 'b']);
    expect(failed?.error).toMatchObject({ code });
  });

  it('keeps the vendor code, the status and the request id', async () => {
    await oss.fault('token-expired');
    const error = await failureOf(ufs.status('file'));
    expect(error).toMatchObject({ details: { code: 'SecurityTokenExpired', status: 403 } });
    expect(isAlluxioError(error) ? error.details['requestId'] : '').toMatch(/^[0-9A-F]{24}$/);
    expect(String(error)).toContain('request id');
  });

  it('that is ours is not repeated', async () => {
    await oss.fault('token-expired', {}, 1);
    await expect(ufs.status('file')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await ufs.status('file')).toBeUndefined();
  });
});

describe('a failure that passes is repeated', () => {
  it.each<FaultName>(['internal-error', 'throttled', 'reset-before', 'reset-after'])('%s, twice, for every request of a write and a read', async (fault) => {
    for (const subresource of ['uploads', 'partNumber', 'uploadId', '']) {
      const match = subresource === '' ? { keyPrefix: folder } : { keyPrefix: folder, subresource };
      await oss.fault(fault, match, 2);
      const written = await write(ufs, 'file', PARTS);
      expect(written.size).toBe(PARTS.length);
      await oss.clearFaults();
      expect((await bench.read('file')).equals(PARTS)).toBe(true);
      expect(await unfinishedUploads('file')).toBe(0);
    }
    await oss.fault(fault, { method: 'GET', keyPrefix: folder }, 2);
    expect((await bench.read('file')).equals(PARTS)).toBe(true);
  });

  it.each<FaultName>(['internal-error', 'reset-before', 'short-body', 'repeated-page'])('%s, in the middle of a listing', async (fault) => {
    for (let at = 0; at < 8; at++) await putRaw(raw, `${folder}/file-${String(at)}`, 'x');
    const names: string[] = [];
    for await (const page of ufs.list('')) {
      names.push(...page.entries.map((entry) => entry.name));
      if (names.length === 3) await oss.fault(fault, { method: 'GET' }, 2);
    }
    expect(names).toEqual(Array.from({ length: 8 }, (_, at) => `file-${String(at)}`));
  });

  it.each<FaultName>(['short-body', 'reset-mid-body'])('%s, in the middle of a read', async (fault) => {
    await write(ufs, 'file', PARTS);
    await oss.fault(fault, { method: 'GET', keyPrefix: folder }, 2);
    expect((await bench.read('file')).equals(PARTS)).toBe(true);
    expect((await bench.read('file', { offset: 5, length: 200_000 })).equals(PARTS.subarray(5, 200_005))).toBe(true);
  });

  it('silence, after the time that a property gives', async () => {
    await write(ufs, 'file', PARTS);
    const impatient = await createUfs(ufs.uri, oss.config({ ...SMALL, 'alluxio.underfs.oss.socket.timeout': '150ms', 'alluxio.underfs.oss.retry.max': '1' }));
    await oss.fault('stalled-body', { method: 'GET', keyPrefix: folder }, 1);
    expect((await new Bench(impatient, '').read('file')).equals(PARTS)).toBe(true);
    await oss.fault('stalled-body', { method: 'GET' });
    await expect(new Bench(impatient, '').read('file')).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(new Bench(impatient, '').names()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('a connection that breaks while a part goes up', async () => {
    await oss.fault('reset-mid-body', { keyPrefix: folder, subresource: 'partNumber' }, 2);
    await write(ufs, 'file', PARTS);
    expect((await bench.read('file')).equals(PARTS)).toBe(true);
  });

  it('keys that a batch did not delete', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    for (const key of keys) await putRaw(raw, `${folder}/${key}`, 'x');
    await oss.fault('partial-delete', {}, 2);
    expect(await ufs.deleteFiles(keys)).toEqual([]);
    expect(await bench.names()).toEqual([]);
  });
});

describe('half an answer is no answer', () => {
  it.each<FaultName>(['short-body', 'reset-mid-body'])('%s never makes a shorter file or listing', async (fault) => {
    await write(ufs, 'file', PARTS);
    for (let at = 0; at < 4; at++) await putRaw(raw, `${folder}/other-${String(at)}`, 'x');
    await oss.fault(fault, { method: 'GET' });
    await expect(new Bench(hasty, '').read('file')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(new Bench(hasty, '').read('file', { offset: 10 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    if (fault === 'short-body') await expect(new Bench(hasty, '').names()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('a listing that goes in circles ends', async () => {
    for (let at = 0; at < 8; at++) await putRaw(raw, `${folder}/file-${String(at)}`, 'x');
    await oss.fault('repeated-page');
    await expect(bench.names()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('keys that stay undeleted are named, and only they', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) await putRaw(raw, `${folder}/${key}`, 'x');
    await oss.fault('partial-delete');
    const failed = await hasty.deleteFiles(keys);
    expect(failed.map(({ key }) => key)).toEqual(['c', 'd']);
    expect(failed[0]?.error).toMatchObject({ code: 'UNAVAILABLE', path: `oss://${oss.bucket}/${folder}/c` });
    expect(await bench.names()).toEqual(['c', 'd']);
  });
});

describe('CRC64', () => {
  it('that differs from the bytes read is CORRUPT', async () => {
    await write(ufs, 'small', Buffer.from('content'));
    await write(ufs, 'large', PARTS);
    await oss.fault('wrong-crc64', { method: 'GET' });
    await expect(bench.read('small')).rejects.toMatchObject({ code: 'CORRUPT' });
    await expect(bench.read('large')).rejects.toMatchObject({ code: 'CORRUPT' });
    expect((await bench.read('large', { offset: 1, length: 100 })).equals(PARTS.subarray(1, 101))).toBe(true);
  });

  it.each([
    ['a whole object', { method: 'PUT', subresource: '' }, Buffer.from('content')],
    ['a part', { method: 'PUT', subresource: 'partNumber' }, PARTS],
    ['a completed object', { method: 'POST', subresource: 'uploadId' }, PARTS],
  ])('that differs for %s written is CORRUPT and leaves no object', async (_, match, content) => {
    await oss.fault('wrong-crc64', { ...match, keyPrefix: folder });
    await expect(write(ufs, 'file', content)).rejects.toMatchObject({ code: 'CORRUPT' });
    await oss.clearFaults();
    expect(await ufs.status('file')).toBeUndefined();
    expect(await unfinishedUploads('file')).toBe(0);
  });

  it('that differs for a copy is CORRUPT and leaves no copy', async () => {
    await write(ufs, 'file', Buffer.from('content'));
    await oss.fault('wrong-crc64', { method: 'PUT', keyPrefix: `${folder}/copy` });
    await expect(ufs.copyFile('file', 'copy')).rejects.toMatchObject({ code: 'CORRUPT' });
    await oss.clearFaults();
    expect(await bench.names()).toEqual(['file']);
  });
});

describe('a lost answer', () => {
  it('to the completion of an upload is no failure', async () => {
    for (const overwrite of [true, false]) {
      await oss.fault('lost-complete', {}, 1);
      const written = await write(ufs, `file-${String(overwrite)}`, PARTS, { overwrite });
      expect((await ufs.status(`file-${String(overwrite)}`))?.contentHash).toBe(written.contentHash);
    }
    await oss.fault('lost-complete');
    expect((await write(hasty, 'file', PARTS)).size).toBe(PARTS.length);
    expect(await unfinishedUploads('file')).toBe(0);
  });

  it('to a PUT that must not overwrite is no ALREADY_EXISTS', async () => {
    await oss.fault('reset-after', { method: 'PUT', keyPrefix: folder }, 1);
    await write(ufs, 'file', Buffer.from('content'), { overwrite: false });
    expect((await bench.read('file')).toString()).toBe('content');
    await expect(write(ufs, 'file', Buffer.from('content'), { overwrite: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it.each<FaultName>(['reset-after', 'short-body'])('(%s) to the beginning of an upload leaves no upload behind, nor touches an older one', async (name) => {
    const older = await raw.send({ method: 'POST', object: `${folder}/file2`, subresource: { uploads: '' } });
    expect(older.status).toBe(200);
    await oss.fault(name, { method: 'POST', subresource: 'uploads', keyPrefix: folder }, 1);
    await write(ufs, 'file', PARTS);
    expect(await unfinishedUploads('file')).toBe(0);
    await oss.fault(name, { method: 'POST', subresource: 'uploads', keyPrefix: folder });
    await expect(write(ufs, 'file', PARTS)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await oss.clearFaults();
    expect(await unfinishedUploads('file')).toBe(0);
    expect(await unfinishedUploads('file2')).toBe(1);
  });

  it('to a copy is asked for again, so that the copy keeps its ETag', async () => {
    const written = await write(ufs, 'file', Buffer.from('text'));
    await oss.fault('short-body', { method: 'PUT', keyPrefix: `${folder}/copy` }, 1);
    expect(await ufs.copyFile('file', 'copy')).toMatchObject({ contentHash: written.contentHash });
  });
});

describe('a write that fails', () => {
  it.each([
    ['at a part', { method: 'PUT', subresource: 'partNumber' }],
    ['at the completion', { method: 'POST', subresource: 'uploadId' }],
  ])('%s aborts its upload and lets its source go', async (_, match) => {
    await write(ufs, 'file', Buffer.from('old'));
    await oss.fault('internal-error', { ...match, keyPrefix: folder });
    let released = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (let at = 0; at < 20; at++) yield PARTS;
      } finally {
        released = true;
      }
    };
    await expect(ufs.write('file', source())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(released).toBe(true);
    await oss.clearFaults();
    expect(await unfinishedUploads('file')).toBe(0);
    expect((await bench.read('file')).toString()).toBe('old');
  });
});

describe('abandonWrites', () => {
  it('aborts the uploads of exactly this key that are young enough', async () => {
    const begin = async (key: string): Promise<void> => {
      await raw.send({ method: 'POST', object: `${folder}/${key}`, subresource: { uploads: '' } });
    };
    for (const key of ['file', 'file', 'file2', 'dir/file']) await begin(key);
    await abandonWrites(ufs, 'file', Date.now() + 16 * 60_000);
    expect(await unfinishedUploads('file')).toBe(2);
    await abandonWrites(ufs, 'file', Date.now());
    expect([await unfinishedUploads('file'), await unfinishedUploads('file2'), await unfinishedUploads('dir/file')]).toEqual([0, 1, 1]);
  });
});

describe('what cannot work says why', () => {
  const attempt = async (uri: string, properties: Readonly<Record<string, string>>) => {
    const opened = await createUfs(UfsUri.parse(uri), oss.config({ 'alluxio.underfs.oss.retry.max': '0', ...properties }));
    return failureOf(opened.status('file'));
  };

  it('a bucket that does not exist', async () => {
    const error = await attempt('oss://no-such-bucket/dir', {});
    expect(error).toMatchObject({ code: 'INVALID_CONFIGURATION' });
    expect(String(error)).toContain('"no-such-bucket"');
  });

  it.each([
    ['a wrong key id', { 'fs.oss.accessKeyId': 'nobody-at-all' }],
    ['a wrong secret', { 'fs.oss.accessKeySecret': 'wr0ng-s3cr3t' }],
  ])('%s, without showing either', async (_, properties) => {
    for (const region of [{}, { 'alluxio.underfs.oss.region': 'cn-hangzhou' }]) {
      const error = await attempt(`oss://${oss.bucket}/dir`, { ...properties, ...region });
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
      const shown = JSON.stringify([String(error), isAlluxioError(error) ? [error.hint, error.details, error.path] : '']);
      for (const secret of [...Object.values(properties), ...Object.values(OSS_KEYS)]) expect(shown).not.toContain(secret);
      expect(shown).toContain('fs.oss.accessKey');
    }
  });

  it('a port where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    for (const host of ['127.0.0.1', 'localhost']) {
      const error = await attempt('oss://bucket/dir', { 'fs.oss.endpoint': `${host}:${String(port)}` });
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      expect(String(error)).toContain(`${host}:${String(port)}`);
    }
  });

  it('a server that says nothing', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await attempt('oss://bucket/dir', { 'fs.oss.endpoint': `127.0.0.1:${String(port)}`, 'alluxio.underfs.oss.socket.timeout': '100ms' })).toMatchObject({ code: 'TIMEOUT' });
    server.close();
  });
});
