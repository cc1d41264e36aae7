/**
 * What is acknowledged is on disk, which no kill can show: the real binary runs with a list of the syncs that it does, among the boundaries that it passes, and each kind of durable
 * write has its syncs where they belong: bytes before they get their name, the name before the transaction that counts on it.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { ALLUXIO, runAlluxio } from '../support/run-alluxio.ts';

const SPY = fileURLToPath(new URL('../support/sync-spy.cjs', import.meta.url));
const COMMIT = /^journal.commit.before$/;
/** The bytes of a block, then its name. */
const BLOCK = [/^synced .*\.tmp_blocks\/.+/, /^cache.rename.before$/, /^synced .*\/alluxioworker$/, COMMIT];
const STORED = [/^synced .*\/ufs\/\.alluxio\.tmp\..+/, /^local.publish.before$/, /^synced .*\/ufs$/, COMMIT];

let home: Home;
const log = () => join(home.dir, 'log');
const spied = () => ({ NODE_OPTIONS: `--require=${SPY}`, ALLUXIO_FAULT_LOG: log() });

beforeAll(async () => {
  home = await makeHome();
  await writeFile(join(home.dir, 'small'), 'content');
  await writeFile(join(home.dir, 'large'), randomBytes(300_000));
  await runAlluxio(home, ['format']);
});
afterAll(() => home.remove());

function noted(): string[] {
  const lines = readFileSync(log(), 'utf8').trimEnd().split('\n');
  rmSync(log());
  return lines;
}

async function passings(...args: string[]): Promise<string[]> {
  const done = await runAlluxio(home, args, { env: spied() });
  expect(`${done.status} ${done.stderr}`, args.join(' ')).toBe('0 ');
  return noted();
}

/** The lines are there in this order, others between them. */
function expectInOrder(lines: readonly string[], wanted: readonly RegExp[]): void {
  let at = 0;
  for (const line of lines) if (wanted[at]?.test(line) === true) at++;
  expect(wanted[at], `is missing in\n${lines.join('\n')}`).toBeUndefined();
}

const writing = (type: string, ...words: string[]) => ['fs', `-Dalluxio.user.file.writetype.default=${type}`, ...words];

describe('on disk before it counts', () => {
  it.each([
    ['a file that is only in the cache', () => writing('MUST_CACHE', 'copyFromLocal', 'small', '/cached'), BLOCK],
    ['a file in a local storage', () => writing('THROUGH', 'copyFromLocal', 'small', '/stored'), STORED],
    ['a file that is persisted', () => ['fs', 'persist', '/cached'], STORED],
    ['a directory of a local storage', () => writing('THROUGH', 'mkdir', '/d'), [/^local.make.after$/, /^synced .*\/ufs$/, COMMIT]],
    ['a rename in a local storage', () => ['fs', 'mv', '/stored', '/d/moved'], [/^local.rename.after$/, /^synced .*\/ufs\/d$/, /^synced .*\/ufs$/, COMMIT]],
    ['a new journal', () => ['format'], [/^synced .*\/store-.*\/data\.mdb$/, /^synced .*\/store-[^/]*$/, /^synced .*\/journal\.json\.new$/, /^journal.publish.before$/, /^synced .*\/journal$/]],
  ])('%s', async (_, args, wanted) => {
    expectInOrder(await passings(...args()), wanted);
  });

  it('what its storage does not take, when it stays in the cache', async () => {
    const oss = await startOssProcess(home);
    const far = { ...oss.properties, 'alluxio.underfs.oss.retry.max': '0' };
    try {
      await runAlluxio(home, ['fs', 'mount', ...Object.entries(far).flatMap(([key, value]) => ['--option', `${key}=${value}`]), '/far', 'oss://bucket/']);
      await oss.fault({ name: 'internal-error', match: { method: 'PUT' } });
      expect((await runAlluxio(home, writing('ASYNC_THROUGH', 'copyFromLocal', 'small', '/far/kept'), { env: spied() })).status).toBe(255);
      expectInOrder(noted(), [/^cache.rename.after$/, /^synced .*\/alluxioworker\/\d+-0$/, /^synced .*\/alluxioworker$/, COMMIT]);
    } finally {
      await oss.stop();
    }
  });

  it('objects of ossServer, whole and in parts', async () => {
    const oss = await startOssProcess(home, { buckets: ['other'], env: spied() });
    try {
      await runAlluxio(home, ['fs', 'mount', ...Object.entries(oss.properties).flatMap(([key, value]) => ['--option', `${key}=${value}`]), '/oss', 'oss://other/']);
      for (const [name, parts, syncs] of [['whole', '8MB', 1], ['parts', '100KB', 3]] as const) {
        const done = await runAlluxio(home, ['fs', '-Dalluxio.user.file.writetype.default=THROUGH', `-Dalluxio.underfs.oss.streaming.upload.partition.size=${parts}`, 'copyFromLocal', 'large', `/oss/${name}`]);
        expect(done.status, done.stderr).toBe(0);
        expect(new Set(noted().filter((line) => /^synced .*\/incoming\//.test(line))).size).toBe(syncs);
      }
    } finally {
      await oss.stop();
    }
  });

  /** LMDB syncs without Node. Where there is no strace this is not seen. */
  it('a transaction of the journal, before the command says so', () => {
    if (spawnSync('strace', ['-V']).error !== undefined) return;
    const { status } = spawnSync('strace', ['-f', '-y', '-e', 'trace=fdatasync,fsync,msync,write', '-o', log(), ALLUXIO, 'fs', 'touch', '/last'], { env: { PATH: process.env.PATH ?? '', HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir } });
    expect(status).toBe(0);
    expectInOrder(noted(), [/(fdatasync|fsync|msync)\(.*data\.mdb/, /write\(1<.*\/last has been created/]);
  });
});
