/** Whatever goes wrong between the shell and OSS: a command succeeds after all, or fails with the cause; never a wrong byte, never "does not exist". */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultName } from '../../src/oss-server/faults.ts';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { uploadsOf } from '../../src/ufs/oss/uploads.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';
import { UfsUri } from '../../src/uri.ts';
import { configOf } from '../support/config.ts';
import { keysIn } from '../support/file-system.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const BIG = Buffer.from(Array.from({ length: 350_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
const FILES = ['big', 'deep/one', 'deep/two', 'one', 'three', 'two'];
/** Borders are hit cheaply: four parts and ranges in the big file, three entries in a page. */
const SHAPE = {
  'alluxio.user.file.writetype.default': 'THROUGH',
  'alluxio.user.file.readtype.default': 'NO_CACHE',
  'alluxio.underfs.listing.length': '3',
  'alluxio.underfs.oss.streaming.upload.partition.size': '100KB',
  'alluxio.underfs.object.store.multi.range.chunk.size': '100KB',
  'alluxio.underfs.oss.socket.timeout': '700ms',
};

let home: Home;
let oss: OssProcess;
let ufs: Ufs;
let client: OssClient;
let source: string;
let round = 0;

beforeAll(async () => {
  home = await makeHome();
  oss = await startOssProcess(home);
  await home.configure({ ...oss.properties, ...SHAPE, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' });
  ufs = await createUfs(UfsUri.parse('oss://bucket/dir'), configOf(oss.properties));
  client = await OssClient.create(UfsUri.parse('oss://bucket/'), configOf(oss.properties));
  source = join(home.dir, 'source');
  await mkdir(join(source, 'deep'), { recursive: true });
  for (const name of FILES) await writeFile(join(source, name), name === 'big' ? BIG : `content of ${name}`);
  await runAlluxio(home, ['format']);
});
afterAll(async () => {
  await oss.stop();
  await home.remove();
});

const fs = (...args: string[]): Promise<RunResult> => runAlluxio(home, ['fs', ...args]);

async function works(...args: string[]): Promise<RunResult> {
  const done = await fs(...args);
  expect(`${done.status} ${done.stderr}`, args.join(' ')).toBe('0 ');
  return done;
}

/** One line with a cause. */
async function fails(cause: RegExp, ...args: string[]): Promise<RunResult> {
  const done = await fs(...args);
  expect(done.status, args.join(' ')).toBe(255);
  expect(done.stderr).toMatch(cause);
  expect(done.stderr).not.toContain('does not exist');
  expect(done.stderr.trimEnd().split('\n'), done.stderr).toHaveLength(1);
  return done;
}

const hasty = '-Dalluxio.underfs.oss.retry.max=0';

/** Objects that are files. */
async function stored(below: string): Promise<string[]> {
  return (await keysIn(ufs)).filter((key) => key.startsWith(`${below}/`) && !key.endsWith('/')).sort();
}

async function shown(path: string): Promise<string[]> {
  const { stdout } = await works('ls', '-R', '--json', path);
  const entries = stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { path: string });
  return entries.map((entry) => entry.path.slice(1)).filter((name) => !name.endsWith('/deep')).sort();
}

const under = (folder: string): string[] => FILES.map((name) => `${folder}/${name}`).sort();

/** Each test has folders of its own. */
let folder: string;
beforeEach(() => {
  round += 1;
  folder = `t${round}`;
});
afterEach(() => oss.clearFaults());

describe('a fault that passes', () => {
  it.each<FaultName>(['internal-error', 'throttled', 'reset-before', 'reset-after', 'reset-mid-body', 'short-body', 'stalled-body'])('(%s) is not noticed', async (name) => {
    const once = async (...args: string[]): Promise<RunResult> => {
      await oss.clearFaults();
      await oss.fault({ name, times: 1, delayMs: 50 });
      return works(...args);
    };
    await once('copyFromLocal', source, `/${folder}`);
    expect(await stored(folder)).toEqual(under(folder));
    expect((await once('cat', `/${folder}/big`)).stdoutBytes.equals(BIG)).toBe(true);
    const back = join(home.dir, folder);
    await once('copyToLocal', `/${folder}`, back);
    expect((await readdir(back)).sort()).toEqual(['big', 'deep', 'one', 'three', 'two']);
    expect((await readFile(join(back, 'big'))).equals(BIG)).toBe(true);
    await once('mv', `/${folder}`, `/${folder}-moved`);
    expect([await stored(folder), await stored(`${folder}-moved`)]).toEqual([[], under(`${folder}-moved`)]);
    await once('rm', '-R', `/${folder}-moved`);
    expect(await stored(`${folder}-moved`)).toEqual([]);
  });

  it.each<FaultName>(['short-body', 'reset-after', 'lost-complete'])('(%s) does not stop a persist, and leaves no upload', async (name) => {
    await works('mkdir', `/${folder}`);
    await works('-Dalluxio.user.file.writetype.default=MUST_CACHE', 'copyFromLocal', join(source, 'big'), `/${folder}/file`);
    for (const subresource of name === 'lost-complete' ? ['uploadId'] : ['uploads', 'partNumber', 'uploadId']) await oss.fault({ name, times: 1, match: { subresource, method: subresource === 'partNumber' ? 'PUT' : 'POST' } });
    await works('persist', `/${folder}/file`);
    await oss.clearFaults();
    expect((await works('cat', `/${folder}/file`)).stdoutBytes.equals(BIG)).toBe(true);
    expect((await uploadsOf(client, `dir/${folder}/file`)).uploads).toEqual([]);
  });
});

describe('a fault that stays', () => {
  it.each<[FaultName, RegExp]>([
    ['internal-error', /InternalError/],
    ['reset-before', /did not answer: connection reset/],
    ['reset-after', /did not answer: connection reset/],
    ['token-expired', /SecurityTokenExpired/],
    ['short-body', /half a|another range/],
  ])('(%s) is told as what it is, and nothing has changed', async (name, cause) => {
    await works('copyFromLocal', source, `/${folder}`);
    await oss.fault({ name });
    await fails(cause, hasty, 'ls', `/${folder}-unknown`);
    await fails(cause, hasty, 'ls', '-R', '-f', `/${folder}`);
    expect(BIG.indexOf((await fails(cause, hasty, 'cat', `/${folder}/big`)).stdoutBytes)).toBe(0);
    await fails(cause, hasty, 'copyFromLocal', join(source, 'big'), `/${folder}/new`);
    await fails(cause, hasty, 'mv', `/${folder}`, `/${folder}-moved`);
    await fails(cause, hasty, 'rm', '-R', `/${folder}`);
    await oss.clearFaults();
    expect(await shown(`/${folder}`)).toEqual(under(folder));
    expect(await stored(folder)).toEqual(under(folder));
    expect((await works('cat', `/${folder}/big`)).stdoutBytes.equals(BIG)).toBe(true);
  });

  it('bytes that differ from their CRC64 are neither stored nor passed on as good', async () => {
    await works('copyFromLocal', source, `/${folder}`);
    await oss.fault({ name: 'wrong-crc64' });
    await fails(/CRC64/, 'cat', `/${folder}/one`);
    await fails(/CRC64/, 'copyToLocal', `/${folder}/one`, join(home.dir, `${folder}-one`));
    await fails(/CRC64/, 'copyFromLocal', join(source, 'one'), `/${folder}/new`);
    await oss.clearFaults();
    expect(await readdir(home.dir)).not.toContain(`${folder}-one`);
    expect(await stored(folder)).toEqual(under(folder));
  });

  it('objects that OSS does not delete stay visible, and the rest is gone', async () => {
    await works('copyFromLocal', source, `/${folder}`);
    await oss.fault({ name: 'partial-delete' });
    await fails(/did not delete/, hasty, 'rm', '-R', `/${folder}`);
    await oss.clearFaults();
    const left = await stored(folder);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(FILES.length);
    expect(await shown(`/${folder}`)).toEqual(left);
    await works('rm', '-R', `/${folder}`);
    expect(await stored(folder)).toEqual([]);
  });

  it('a move whose old objects stay says that it was made, and the next command removes them', async () => {
    await works('copyFromLocal', source, `/${folder}`);
    await oss.fault({ name: 'partial-delete' });
    await fails(/^Renamed .* but .*did not delete/, hasty, 'mv', `/${folder}`, `/${folder}-moved`);
    await oss.clearFaults();
    expect(await shown(`/${folder}-moved`)).toEqual(under(`${folder}-moved`));
    await works('mkdir', `/${folder}-other`);
    expect([await stored(folder), await stored(`${folder}-moved`)]).toEqual([[], under(`${folder}-moved`)]);
  });

  it.each([
    ['beginning', { subresource: 'uploads', method: 'POST' }],
    ['parts', { subresource: 'partNumber', method: 'PUT' }],
    ['end', { subresource: 'uploadId', method: 'POST' }],
  ])('in the %s of an upload with the default write type, leaves the file in the cache, whole, until it is persisted', async (_, match) => {
    await works('mkdir', `/${folder}`);
    await oss.fault({ name: 'internal-error', match });
    const how = '-Dalluxio.user.file.writetype.default=ASYNC_THROUGH';
    await fails(/is written to the cache, but not persisted: .*InternalError/, hasty, how, 'copyFromLocal', join(source, 'big'), `/${folder}/file`);
    expect((await works('cat', `/${folder}/file`)).stdoutBytes.equals(BIG)).toBe(true);
    await oss.clearFaults();
    expect((await works('ls', '--json', `/${folder}/file`)).stdout).toContain('"TO_BE_PERSISTED"');
    expect((await uploadsOf(client, `dir/${folder}/file`)).uploads).toEqual([]);
    await works('persist', `/${folder}/file`);
    await works('free', `/${folder}/file`);
    expect((await works('cat', `/${folder}/file`)).stdoutBytes.equals(BIG)).toBe(true);
  });

  it.each<[FaultName, string]>([
    ['internal-error', 'THROUGH'],
    ['internal-error', 'ASYNC_THROUGH'],
    ['reset-before', 'THROUGH'],
    ['reset-before', 'ASYNC_THROUGH'],
    ['token-expired', 'THROUGH'],
  ])('(%s) in an upload (%s), also when it is to be taken back, leaves one that the next command takes back', async (name, type) => {
    await works('mkdir', `/${folder}`);
    await oss.fault({ name, match: { subresource: 'uploadId' } });
    expect((await fs(hasty, `-Dalluxio.user.file.writetype.default=${type}`, 'copyFromLocal', join(source, 'big'), `/${folder}/file`)).status).toBe(255);
    expect((await uploadsOf(client, `dir/${folder}/file`)).uploads).toHaveLength(1);
    await oss.clearFaults();
    await works('mkdir', `/${folder}-other`);
    expect((await uploadsOf(client, `dir/${folder}/file`)).uploads).toEqual([]);
  });

  it('a move that dies leaves no upload below its target: what was copied in parts is taken back, what others upload there stays', async () => {
    await works('copyFromLocal', source, `/${folder}`);
    const died = await runAlluxio(home, ['fs', 'mv', `/${folder}`, `/${folder}-moved`], { env: { ALLUXIO_FAULT_POINT: 'oss.request.before:9' } });
    expect(died.status).toBe(137);
    // Over 1 GiB OSS copies in parts; of such a copy this is left.
    const objects = ['deep/one', 'of-others'].map((name) => `dir/${folder}-moved/${name}`);
    for (const object of objects) await client.send({ method: 'POST', object, subresource: { uploads: '' } });
    await works('mkdir', `/${folder}-other`);
    expect(await Promise.all(objects.map(async (object) => (await uploadsOf(client, object)).uploads.length))).toEqual([0, 1]);
    expect([await stored(folder), await stored(`${folder}-moved`)]).toEqual([under(folder), []]);
  });

  it.each([['a directory', ''], ['a file', '/one']])('what others write over %s that was copied, before it is removed, stays', async (_, below) => {
    await works('copyFromLocal', source, `/${folder}`);
    // Another file's copy, or how the storage is looked at before the old object goes.
    await oss.fault({ name: 'slow', delayMs: 1500, match: below === '' ? { method: 'PUT', keyPrefix: `dir/${folder}-moved/two` } : { method: 'HEAD', keyPrefix: `dir/${folder}/one` } });
    const moving = fs('-Dalluxio.underfs.oss.socket.timeout=20s', 'mv', `/${folder}${below}`, `/${folder}-moved`);
    const [old, copied] = [`dir/${folder}/one`, `dir/${folder}-moved${below === '' ? '/one' : ''}`];
    const there = () => client.send({ method: 'HEAD', object: copied }).then(() => true, () => false);
    while (!(await there())) continue;
    await client.send({ method: 'PUT', object: old, body: Buffer.from('of others') });
    const { status, stderr } = await moving;
    expect(stderr).toBe(`Renamed to oss://bucket/dir/${folder}-moved, but what others wrote meanwhile stays where it was: oss://bucket/${old}. See what is there with "alluxio fs ls -f".\n`);
    expect(status).toBe(255);
    await oss.clearFaults();
    expect((await stored(folder)).includes(`${folder}/one`)).toBe(true);
    await works('ls', '-f', `/${folder}`);
    expect((await works('cat', `/${folder}/one`)).stdout).toBe('of others');
    expect((await works('cat', `/${folder}-moved${below === '' ? '/one' : ''}`)).stdout).toBe('content of one');
  });

  it('what comes into a directory while it is moved stays, and is told', async () => {
    await works('copyFromLocal', source, `/${folder}`);
    await oss.fault({ name: 'slow', delayMs: 1500, match: { method: 'PUT', keyPrefix: `dir/${folder}-moved/two` } });
    const moving = fs('mv', '-Dalluxio.underfs.oss.socket.timeout=20s', `/${folder}`, `/${folder}-moved`);
    while (!(await client.send({ method: 'HEAD', object: `dir/${folder}-moved/one` }).then(() => true, () => false))) continue;
    await client.send({ method: 'PUT', object: `dir/${folder}/came`, body: Buffer.from('of others') });
    expect(await moving).toMatchObject({ status: 255, stderr: expect.stringContaining(`what others wrote meanwhile stays where it was: oss://bucket/dir/${folder}/came.`) as string });
    await oss.clearFaults();
    expect([await stored(folder), await stored(`${folder}-moved`)]).toEqual([[`${folder}/came`], under(`${folder}-moved`)]);
  });

  it('an object that came through unnoticed goes with the file that waits in the cache', async () => {
    await works('mkdir', `/${folder}`);
    await oss.fault({ name: 'reset-after', match: { method: 'PUT' } });
    // The first look, whether the path is free, is answered.
    await oss.fault({ name: 'slow', times: 2, delayMs: 0, match: { method: 'HEAD', keyPrefix: `dir/${folder}/file` } });
    await oss.fault({ name: 'internal-error', match: { method: 'HEAD', keyPrefix: `dir/${folder}/file` } });
    await fails(/is written to the cache, but not persisted/, hasty, '-Dalluxio.user.file.writetype.default=ASYNC_THROUGH', 'copyFromLocal', join(source, 'one'), `/${folder}/file`);
    await oss.clearFaults();
    expect(await stored(folder)).toEqual([`${folder}/file`]);
    await works('rm', `/${folder}/file`);
    expect(await stored(folder)).toEqual([]);
  });

  it('a listing that goes in circles ends', async () => {
    await works('copyFromLocal', source, `/${folder}`);
    await oss.fault({ name: 'repeated-page' });
    await fails(/earlier page/, hasty, 'ls', '-R', '-f', `/${folder}`);
  });
});
