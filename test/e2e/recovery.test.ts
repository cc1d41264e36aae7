/**
 * Commands that are killed in the middle of their work on OSS, at a moment that the server chooses: a request of theirs is held up, and the process
 * is killed while it waits. The namespace must show the old tree or the new one, and the next command must leave nothing behind.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configOf } from '../support/config.ts';
import { keysIn } from '../support/file-system.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { uploadProblems } from '../support/remains.ts';
import { runAlluxio, startAlluxio, statusOf } from '../support/run-alluxio.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { UfsUri } from '../../src/uri.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';

describe('killed in the middle', () => {
  let home: Home;
  let oss: OssProcess;
  let ufs: Ufs;
  let client: OssClient;

  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home);
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir', 'alluxio.user.file.writetype.default': 'CACHE_THROUGH' });
    ufs = await createUfs(UfsUri.parse('oss://bucket/dir'), configOf(oss.properties));
    client = await OssClient.create(UfsUri.parse('oss://bucket/'), configOf(oss.properties));
  });
  afterAll(async () => {
    await oss.stop();
    await home.remove();
  });
  beforeEach(async () => {
    await oss.clearFaults();
    for (const key of (await keysIn(ufs)).filter((each) => !each.endsWith('/'))) await ufs.deleteFiles([key]);
    for (const key of (await keysIn(ufs)).sort().reverse()) await ufs.removeDirectory(key.slice(0, -1));
    await runAlluxio(home, ['format']);
    await run('mkdir', '/a', '/a/b');
    for (const path of ['/a/f', '/a/b/g', '/a/b/h']) await run('touch', path);
  });

  async function run(...args: string[]): Promise<string> {
    const done = await runAlluxio(home, ['fs', ...args]);
    expect(`${done.status} ${done.stderr}`, args.join(' ')).toBe('0 ');
    return done.stdout;
  }
  const tree = async () => (await run('ls', '-R', '--json', '/')).split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { path: string }).path);

  /** Runs the command until the server holds up a request that matches, then kills it. Nothing may have been acknowledged by then. */
  async function killedAt(match: Readonly<Record<string, string>>, ...args: string[]): Promise<void> {
    await oss.fault({ name: 'slow', match, delayMs: 60_000 });
    const child = startAlluxio(home, ['fs', ...args]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.end();
    child.stderr.resume();
    await oss.hit(() => child.exitCode !== null);
    child.kill('SIGKILL');
    expect(await statusOf(child, 10_000, args)).toBe(137);
    expect(said.replace(/^Found 1 files to persist\.\n/, '')).toBe('');
    await oss.clearFaults();
  }

  const OLD = ['/a', '/a/b', '/a/b/g', '/a/b/h', '/a/f'];
  const OLD_KEYS = ['a/', 'a/b/', 'a/b/g', 'a/b/h', 'a/f'];

  it('mv while it copies: the old tree, and no copies after the next command', async () => {
    await killedAt({ method: 'PUT', keyPrefix: 'dir/z/b/' }, 'mv', '/a', '/z');
    expect(await tree()).toEqual(OLD);
    await run('mkdir', '/next');
    expect(await keysIn(ufs)).toEqual([...OLD_KEYS, 'next/']);
    await run('mv', '/a', '/z');
    expect(await keysIn(ufs)).toEqual(OLD_KEYS.map((key) => key.replace(/^a/, 'z'))
      .concat('next/')
      .sort());
  });

  it('mv while it deletes the old keys: the new tree, and no old keys after the next command', async () => {
    await killedAt({ method: 'POST', subresource: 'delete' }, 'mv', '/a', '/z');
    expect(await tree()).toEqual(OLD.map((path) => path.replace('/a', '/z')));
    await run('mkdir', '/next');
    expect(await keysIn(ufs)).toEqual(OLD_KEYS.map((key) => key.replace(/^a/, 'z')).concat('next/').sort());
  });

  it('rm -R while it deletes: the path is gone, and its objects after the next command', async () => {
    await killedAt({ method: 'POST', subresource: 'delete' }, 'rm', '-R', '/a');
    expect(await tree()).toEqual([]);
    await run('mkdir', '/next');
    expect(await keysIn(ufs)).toEqual(['next/']);
    expect(await tree()).toEqual(['/next']);
  });

  it('touch while it uploads: nothing, and the path is free', async () => {
    await killedAt({ method: 'PUT', keyPrefix: 'dir/a/new' }, 'touch', '/a/new');
    expect(await tree()).toEqual(OLD);
    await run('touch', '/a/new');
    expect(await keysIn(ufs)).toEqual([...OLD_KEYS, 'a/new'].sort());
  });

  it('copyFromLocal of small files while it uploads: each of them whole or not at all, and all of them free to be copied again', async () => {
    const source = join(home.dir, 'small');
    await mkdir(source);
    for (let index = 0; index < 30; index += 1) await writeFile(join(source, `f${String(index)}`), `small ${String(index)}`);
    await killedAt({ method: 'PUT', keyPrefix: 'dir/s/f7' }, 'copyFromLocal', source, '/s');
    expect(await tree()).toEqual([...OLD, '/s']);
    await run('mkdir', '/next');
    const [files, keys] = [(await tree()).filter((path) => path.startsWith('/s/')), (await keysIn(ufs)).filter((key) => key.startsWith('s/f'))];
    expect(keys).toEqual(files.map((path) => path.slice(1)));
    expect(files).not.toContain('/s/f7');
    for (const path of files) expect(await run('cat', path)).toBe(`small ${path.slice(4)}`);
    await run('rm', '-R', '/s');
    await run('copyFromLocal', source, '/s');
    expect((await tree()).filter((path) => path.startsWith('/s/'))).toHaveLength(30);
  });

  it.each([
    ['copyFromLocal', (source: string) => ['copyFromLocal', source, '/a/large']],
    ['persist', () => ['persist', '/a/kept']],
  ])('%s while it uploads in parts: no upload is left open', async (_, command) => {
    const source = join(home.dir, 'large');
    await writeFile(source, randomBytes(250_000));
    await run('-Dalluxio.user.file.writetype.default=MUST_CACHE', 'copyFromLocal', source, '/a/kept');
    await killedAt({ method: 'PUT', subresource: 'partNumber' }, '-Dalluxio.underfs.oss.streaming.upload.partition.size=100KB', ...command(source));
    expect(await uploadProblems(client)).not.toEqual([]);
    await run('mkdir', '/next');
    expect(await uploadProblems(client)).toEqual([]);
    expect((await keysIn(ufs)).filter((key) => !key.endsWith('/'))).toEqual(['a/b/g', 'a/b/h', 'a/f']);
  });

  it('persist while it uploads: the file is still here and can be persisted', async () => {
    await run('-Dalluxio.user.file.writetype.default=MUST_CACHE', 'touch', '/a/m');
    await killedAt({ method: 'PUT', keyPrefix: 'dir/a/m' }, 'persist', '/a/m');
    expect(await tree()).toEqual([...OLD, '/a/m'].sort((x, y) => (x < y ? -1 : 1)));
    await run('persist', '/a/m');
    expect(await keysIn(ufs)).toContain('a/m');
  });
});

describe('killed between a local storage and the namespace', () => {
  it.each([['chmod', '600'], ...(process.geteuid?.() === 0 ? [['chown', '1']] : [])])('%s %s leaves what was there, in both, also for a sync that compares them', async (...words) => {
    const home = await makeHome({ properties: { 'alluxio.user.file.writetype.default': 'CACHE_THROUGH' } });
    try {
      await runAlluxio(home, ['format']);
      await runAlluxio(home, ['fs', 'touch', '/f']);
      const listed = async () => (await runAlluxio(home, ['fs', 'ls', '-Dalluxio.user.file.metadata.sync.interval=0', '/f'])).stdout;
      const before = await listed();
      expect(before).toMatch(/^-rw-r--r-- .*\/f/);
      expect((await runAlluxio(home, ['fs', ...words, '/f'], { env: { ALLUXIO_FAULT_POINT: 'local.owner.after:1' } })).status).toBe(137);
      await runAlluxio(home, ['fs', 'touch', '/g']);
      expect(await listed()).toBe(before);
      const { mode, uid } = await stat(join(home.ufsDir, 'f'));
      expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o644, uid: process.geteuid?.() });
    } finally {
      await home.remove();
    }
  });
});
