/** Captive portals, proxies and wrong endpoints answer as web servers do: no command takes that for what OSS says, nor remembers it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUfs } from '../../src/ufs/registry.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';
import { UfsUri } from '../../src/uri.ts';
import type { Between, Said } from '../support/between.ts';
import { HTML, startBetween } from '../support/between.ts';
import { configOf } from '../support/config.ts';
import { keysIn } from '../support/file-system.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

let home: Home;
let oss: OssProcess;
let between: Between;
let ufs: Ufs;
let source: string;

beforeAll(async () => {
  home = await makeHome();
  oss = await startOssProcess(home);
  between = await startBetween(oss.endpoint);
  await home.configure({
    ...oss.properties,
    'fs.oss.endpoint': between.endpoint,
    'alluxio.underfs.eventual.consistency.retry.base.sleep': '1ms',
    'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir',
    'alluxio.user.file.writetype.default': 'THROUGH',
  });
  ufs = await createUfs(UfsUri.parse('oss://bucket/dir'), configOf(oss.properties));
  source = join(home.dir, 'source');
  await writeFile(source, 'content');
});
afterAll(async () => {
  await between.close();
  await oss.stop();
  await home.remove();
});

const fs = (...args: string[]): Promise<RunResult> => runAlluxio(home, ['fs', ...args]);

async function works(...args: string[]): Promise<string> {
  const done = await fs(...args);
  expect(`${String(done.status)} ${done.stderr}`, args.join(' ')).toBe('0 ');
  return done.stdout;
}

async function shown(): Promise<string[]> {
  const lines = (await works('ls', '--json', '/')).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { path: string }).path).sort();
}

async function fails(cause: string, ...args: string[]): Promise<void> {
  const { status, stdout, stderr } = await fs(...args);
  expect([status, stdout], args.join(' ')).toEqual([255, '']);
  expect(stderr, args.join(' ')).toContain(cause);
  expect(stderr).not.toMatch(/does not exist|NaN/);
  expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
}

async function begin(): Promise<void> {
  between.says(undefined);
  between.changes(undefined);
  for (const key of await keysIn(ufs)) if (!key.endsWith('/')) await ufs.deleteFiles([key]);
  await ufs.write('app', Readable.from([Buffer.from('six by')], { objectMode: false }));
  expect((await runAlluxio(home, ['format'])).status).toBe(0);
}

/** test/ufs/oss/not-oss.test.ts has more of them. */
const ANSWERS: [string, Partial<Said>][] = [
  ['404 and nothing', { status: 404 }],
  ['a login page', HTML],
  ['a login page in pieces', { ...HTML, headers: { ...HTML.headers, 'transfer-encoding': 'chunked' } }],
];

describe.each(ANSWERS)('what answers %s', (_, answer) => {
  it('is no OSS: commands say so, and with the right one all is there', async () => {
    const cause = `${between.endpoint} answered, but it is not OSS: status ${String(answer.status)}`;
    await begin();
    between.says(answer);
    await fails(cause, 'ls', '/');
    await fails(cause, 'ls', '-R', '/');
    await fails(cause, 'cat', '/app');
    await fails(cause, 'touch', '/new');
    between.says(undefined);
    expect(await shown()).toEqual(['/app']);
    between.says(answer);
    await fails(cause, 'cat', '/app');
    await fails(cause, 'copyToLocal', '/app', join(home.dir, 'app'));
    await fails(cause, 'copyFromLocal', source, '/new');
    await fails(cause, 'cp', '/app', '/new');
    await fails(cause, 'mv', '/app', '/new');
    between.says(undefined);
    expect(await works('cat', '/app')).toBe('six by');
    expect(await works('touch', '/other')).toContain('has been created');
    expect((await keysIn(ufs)).filter((key) => !key.endsWith('/'))).toEqual(['app', 'other']);
    expect(await shown()).toEqual(['/app', '/other']);
    // What is asked for may have been done: it is brought to its end by the next command, as it says.
    between.says(answer);
    const removed = await fs('rm', '/app');
    expect([removed.status, removed.stdout]).toEqual([255, '']);
    expect(removed.stderr).toContain(cause);
    between.says(undefined);
    await works('touch', '/more');
    expect([(await keysIn(ufs)).filter((key) => !key.endsWith('/')), await shown()]).toEqual([['more', 'other'], ['/more', '/other']]);
  });
});

describe('an answer of OSS that somebody spoiled', () => {
  const shorter = (said: Said): Said => {
    const { 'x-oss-hash-crc64ecma': _crc, ...headers } = said.headers;
    return said.status === 206 ? { ...said, headers: { ...headers, 'content-range': 'bytes 0-2/3' }, body: said.body.subarray(0, 3) } : said;
  };

  it.each(['NO_CACHE', 'CACHE'])('never makes a shorter file, nor keeps one (%s)', async (readType) => {
    await begin();
    await works('ls', '/');
    between.changes(shorter);
    const done = await fs(`-Dalluxio.user.file.readtype.default=${readType}`, 'cat', '/app');
    expect([done.status, 'six by'.startsWith(done.stdout)]).toEqual([255, true]);
    expect(done.stderr).toContain('/app was changed or removed in the under storage');
    const target = join(home.dir, `short-${readType}`);
    expect((await fs('copyToLocal', '/app', target)).status).toBe(255);
    await expect(readFile(target)).rejects.toThrow();
    between.changes(undefined);
    expect(await works('cat', '/app')).toBe('six by');
  });
});
