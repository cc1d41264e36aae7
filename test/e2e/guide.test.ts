/** The users' guide, to the letter: a fresh installation, a fresh HOME, the real binary, and a real OSS server process. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdk } from '../oss-server/support.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { Installation } from '../support/installation.ts';
import { REPOSITORY, makeInstallation } from '../support/installation.ts';
import { OSS_KEYS } from '../support/oss.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import type { RunResult } from '../support/run-alluxio.ts';

const READS = ['CACHE_PROMOTE', 'CACHE', 'NO_CACHE'];
const WRITES = ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH'];
/** A machine that others use too may take its time: each walk is a dozen processes. */
const WALK_MS = 180_000;

const COMBINATIONS = READS.flatMap((read) => WRITES.map((write) => `${read}_${write}`));

/** 0…19 as 4-byte numbers: little-endian, or big-endian after a count. */
const BASIC = Buffer.from(Uint32Array.from({ length: 20 }, (_, i) => i).buffer);
const COUNTED = Buffer.alloc(84);
[20, ...Array.from({ length: 20 }, (_, i) => i)].forEach((value, i) => COUNTED.writeInt32BE(value, 4 * i));

const EXPECTED: ReadonlyMap<string, Buffer> = new Map(COMBINATIONS.flatMap((name) => [[`BasicFile_${name}`, BASIC] as const, [`BasicNonByteBuffer_${name}`, COUNTED] as const]));

let servers: Home;
let oss: OssProcess;

beforeAll(async () => {
  servers = await makeHome();
  oss = await startOssProcess(servers, { buckets: ['alluxio-bucket', 'whole-bucket', 'second-bucket'] });
});

afterAll(async () => {
  await oss?.stop();
  await servers?.remove();
});

async function inInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const installation = await makeInstallation();
  try {
    await work(installation);
  } finally {
    await installation.remove();
  }
}

/** What a reader of the guide does in his editor: takes the # away and fills the placeholders in. */
async function edit({ dir }: Installation, root: string): Promise<void> {
  const path = join(dir, 'conf/alluxio-site.properties');
  const values: Record<string, string> = {
    'alluxio.master.mount.table.root.ufs=oss://<OSS_BUCKET>/<OSS_DIRECTORY>': `alluxio.master.mount.table.root.ufs=${root}`,
    'fs.oss.accessKeyId=<OSS_ACCESS_KEY_ID>': `fs.oss.accessKeyId=${OSS_KEYS.accessKeyId}`,
    'fs.oss.accessKeySecret=<OSS_ACCESS_KEY_SECRET>': `fs.oss.accessKeySecret=${OSS_KEYS.accessKeySecret}`,
    'fs.oss.endpoint=<OSS_ENDPOINT>': `fs.oss.endpoint=${oss.endpoint}`,
  };
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => values[line.replace(/^# /, '')] ?? line);
  for (const value of Object.values(values)) expect(lines).toContain(value);
  await writeFile(path, lines.join('\n'));
}

function expectDone(result: RunResult): RunResult {
  expect({ status: result.status, stderr: result.stderr }, result.stdout).toEqual({ status: 0, stderr: '' });
  return result;
}

function passedIn(result: RunResult): number {
  return result.stdout.split('\n').filter((line) => line === 'Passed the test!').length;
}

describe('the guide', () => {
  it('ends with 24 tests passed and every file an object with the right bytes', () =>
    inInstallation(async (installation) => {
      expectDone(await installation.type('cp conf/alluxio-site.properties.template conf/alluxio-site.properties'));
      await edit(installation, 'oss://alluxio-bucket/alluxio/data');
      expectDone(await installation.type('./bin/alluxio validateConf'));
      expectDone(await installation.type('./bin/alluxio format'));
      const tests = expectDone(await installation.type('./bin/alluxio runTests'));
      expect(passedIn(tests)).toBe(24);
      expect(tests.stdout).not.toContain('Failed');

      const bucket = sdk(oss.endpoint, { bucket: 'alluxio-bucket', ...OSS_KEYS });
      const { objects } = await bucket.list({ prefix: 'alluxio/data/default_tests_files/Basic', 'max-keys': 1000 });
      expect(objects.map(({ name }) => name.split('/').pop()).sort()).toEqual([...EXPECTED.keys()].sort());
      for (const { name } of objects) expect((await bucket.get(name)).content, name).toEqual(EXPECTED.get(name.split('/').pop() ?? ''));

      // Nothing of it outside of the installation, and the journal for nobody else's eyes.
      expect(await readdir(installation.home)).toEqual([]);
      expect((await stat(join(installation.dir, 'journal'))).mode & 0o777).toBe(0o700);
      expect(passedIn(expectDone(await installation.type('./bin/alluxio runTests')))).toBe(24);
    }), WALK_MS);

  it('works for a whole bucket, with another one mounted beside it', () =>
    inInstallation(async (installation) => {
      expectDone(await installation.type('cp conf/alluxio-site.properties.template conf/alluxio-site.properties'));
      await edit(installation, 'oss://whole-bucket/');
      expectDone(await installation.type('./bin/alluxio format'));
      expectDone(await installation.type('./bin/alluxio runTest --operation BASIC --readType CACHE_PROMOTE --writeType MUST_CACHE'));
      const whole = sdk(oss.endpoint, { bucket: 'whole-bucket', ...OSS_KEYS });
      expect((await whole.get('default_tests_files/BasicFile_CACHE_PROMOTE_MUST_CACHE')).content).toEqual(BASIC);

      const second = sdk(oss.endpoint, { bucket: 'second-bucket', ...OSS_KEYS });
      await second.put('team/data/from-another-tool.txt', Buffer.from('hello\n'));
      const mount = [
        `./bin/alluxio fs mount --option fs.oss.accessKeyId=${OSS_KEYS.accessKeyId} \\`,
        `  --option fs.oss.accessKeySecret=${OSS_KEYS.accessKeySecret} \\`,
        `  --option fs.oss.endpoint=${oss.endpoint} \\`,
        '  /oss oss://second-bucket/team/data/',
      ].join('\n');
      const mounted = expectDone(await installation.type(mount));
      expect(mounted.stdout).toMatch(/^Mounted oss:\/\/second-bucket\/team\/data\/? at \/oss\n$/);
      expect(expectDone(await installation.type('./bin/alluxio fs cat /oss/from-another-tool.txt')).stdout).toBe('hello\n');
      const shown = expectDone(await installation.type('./bin/alluxio fs mount')).stdout;
      expect(shown).toMatch(/^oss:\/\/whole-bucket\/? +on {2}\/ /m);
      expect(shown).toMatch(/^oss:\/\/second-bucket\/team\/data\/? +on {2}\/oss /m);
      expect(shown).not.toContain(OSS_KEYS.accessKeySecret);
    }));

  it('needs no site file: the root is a local folder then', () =>
    inInstallation(async (installation) => {
      expectDone(await installation.type('./bin/alluxio format'));
      expect(passedIn(expectDone(await installation.type('./bin/alluxio runTests')))).toBe(24);
      const folder = join(installation.dir, 'underFSStorage/default_tests_files');
      expect((await readdir(folder)).sort()).toEqual([...EXPECTED.keys()].sort());
      for (const [name, bytes] of EXPECTED) expect(await readFile(join(folder, name)), name).toEqual(bytes);
    }), WALK_MS);

  it('says which command is missing before the first format', () =>
    inInstallation(async (installation) => {
      const { status, stdout, stderr } = await installation.type('./bin/alluxio fs ls /');
      expect({ status, stdout }).toEqual({ status: 255, stdout: '' });
      expect(stderr).toContain('alluxio format');
      expect(stderr.trimEnd()).not.toContain('\n');
    }));
});

describe('quickstart', () => {
  /** Its temporary folders come into one of ours, so that what it leaves shows. */
  async function start(installation: Installation) {
    const tmp = join(installation.home, 'tmp');
    await mkdir(tmp, { recursive: true });
    const child = spawn(process.execPath, [join(REPOSITORY, 'scripts/quickstart.mjs'), '--as-is'], {
      env: { PATH: process.env.PATH ?? '', HOME: installation.home, TMPDIR: tmp, ALLUXIO_JAVA_OPTS: '-Dalluxio.work.dir=/nowhere' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { tmp, child };
  }

  it('shows the whole job, twice, and leaves nothing', () =>
    inInstallation(async (installation) => {
      for (const attempt of ['first', 'second']) {
        const { tmp, child } = await start(installation);
        let out = '';
        child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
        expect(await new Promise((resolve) => child.on('close', resolve)), `${attempt}\n${out}`).toBe(0);
        expect(out).toContain('24 of 24 passed');
        expect(out).toContain('oss://demo/data/default_tests_files/');
        expect(out).toContain('oss://archive/hello.txt');
        expect(out.split('\n').length).toBeLessThan(80);
        expect(await readdir(tmp)).toEqual([]);
      }
    }), WALK_MS);

  it('is stopped by Ctrl-C, and leaves nothing', () =>
    inInstallation(async (installation) => {
      const { tmp, child } = await start(installation);
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes('Listening on')) child.kill('SIGINT');
      });
      const ended = await new Promise((resolve) => child.on('close', resolve));
      expect(ended, out).toBe(130);
      expect(await readdir(tmp)).toEqual([]);
      const endpoint = /Listening on (http\S+)/.exec(out)?.[1] ?? '';
      await expect(fetch(endpoint)).rejects.toThrow();
    }));
});
