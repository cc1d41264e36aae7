/** What the command sheet says, typed at the real binary over an OSS bucket: bytes on stdout, words on stderr, status, and what is in the store afterwards. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const TWO_BUCKETS = ['bucket', 'other'];

describe('commands', () => {
  let home: Home;
  let oss: OssProcess;
  const fs = (...args: string[]): Promise<RunResult> => runAlluxio(home, ['fs', ...args]);
  /** One after the other; each must succeed. Returns what they printed. */
  async function all(...lines: readonly (readonly string[])[]): Promise<string> {
    let text = '';
    for (const line of lines) {
      const done = await fs(...line);
      expect(`${line.join(' ')}: ${done.status} ${done.stderr}`).toBe(`${line.join(' ')}: 0 `);
      text += done.stdout;
    }
    return text;
  }
  const refused = async (args: readonly string[], stderr: string, stdout = ''): Promise<void> => {
    const done = await fs(...args);
    expect({ args, status: done.status, stdout: done.stdout, stderr: done.stderr }).toEqual({ args, status: 255, stdout, stderr });
  };
  const statuses = async (...args: string[]): Promise<{ path: string; pinned: boolean; modifiedMs: number; createdMs: number }[]> =>
    (await all(['ls', '--json', ...args])).trimEnd().split('\n').map((line) => JSON.parse(line));

  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home, { buckets: TWO_BUCKETS });
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/root' });
    await runAlluxio(home, ['format']);
    await writeFile(join(home.dir, 'abc'), 'abc');
    await all(['mkdir', '/d', '/e'], ['copyFromLocal', 'abc', '/d/abc']);
  });
  afterAll(async () => {
    await oss.stop();
    await home.remove();
  });

  it('misuse prints the usage as it is listed, tabs and all', async () => {
    const { stderr } = await fs('load', '/d', '--submit', '--stop');
    expect(stderr).toContain('Must have one of submit / stop / progress\nUsage: For backward compatibility: load [--local] <path>\nFor distributed load:\n\tload <path> --submit ');
    expect(stderr).not.toContain('\\t');
  });

  it('an address that masterInfo shows may be typed, any other is refused', async () => {
    const info = await all(['masterInfo']);
    const address = `${hostname()}:19998`;
    expect(info).toBe(`Current leader master: ${address}\nAll masters: [${address}]\n`);
    expect(await all(['mkdir', `alluxio://${address}/made`], ['rm', '-R', 'alluxio://localhost:19998/ma*'])).toBe(
      `Successfully created directory alluxio://${address}/made\nalluxio://localhost:19998/made has been removed\n`,
    );
    await refused(['ls', 'alluxio://nowhere:1/d'], 'The URI authority nowhere:1 does not match the configured value of localhost:19998.\n');
  });

  it('a mode without permissions is no mode', async () => {
    await Promise.all([
      refused(['chmod', 'u=', '/d'], 'Invalid mode u= - contains invalid segment u=\n'),
      refused(['chmod', 'u=Xst', '/d'], 'Invalid mode u=Xst - contains invalid segment u=Xst which has invalid permissions Xst\n'),
    ]);
  });

  it('replication limits of a directory reach its files, which alone are pinned by them', async () => {
    await all(['mkdir', '/r/sub'], ['cp', '/d/abc', '/r/sub/f'], ['setReplication', '--min', '1', '/r']);
    const pinned = async (): Promise<string[]> => (await statuses('-R', '/r')).filter((status) => status.pinned).map((status) => status.path);
    expect(await pinned()).toEqual(['/r/sub/f']);
    expect(await all(['setReplication', '--max', '-1', '--min', '0', '/r'])).toBe('Changed the replication level of /r\nreplicationMax was set to -1\nreplicationMin was set to 0\n\n');
    expect(await pinned()).toEqual([]);
  });

  it('a rename changes the time of both parents, in the store or not', async () => {
    const times = async (): Promise<number[]> => (await statuses('-d', '/from', '/to')).map((status) => status.modifiedMs);
    await all(['mkdir', '/from', '/to'], ['cp', '/d/abc', '/from/stored'], ['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'touch', '/to/cached']);
    const [from0 = 0, to0 = 0] = await times();
    expect(await all(['mv', '/from/stored', '/to/stored'])).toBe('Renamed /from/stored to /to/stored\n');
    const [from1 = 0, to1 = 0] = await times();
    expect([from1 > from0, to1 > to0]).toEqual([true, true]);
    await all(['mv', '/to/cached', '/from/cached']);
    const [from2 = 0, to2 = 0] = await times();
    expect([from2 > from1, to2 > to1]).toEqual([true, true]);
  });

  it('an empty local path is refused and copies nothing', async () => {
    const hint = 'Path "" is invalid. For the current directory, type a dot.\n';
    await Promise.all([['copyFromLocal', '', '/everything'], ['cp', 'file://', '/everything'], ['copyToLocal', '/d', '']].map((line) => refused(line, hint)));
    await refused(['ls', '/everything'], 'Path "/everything" does not exist.\n');
    expect((await readdir(home.dir)).sort()).toEqual(['abc', 'conf', 'oss', 'ufs', 'work']);
  });

  it('several matches: the good ones are done, the others named at the end', async () => {
    await all(['mkdir', '/w/dir'], ['cp', '/d/abc', '/w/a'], ['cp', '/w/a', '/w/z']);
    const cat = await fs('cat', '/w/*');
    expect([cat.status, cat.stdout, cat.stderr]).toEqual([255, 'abcabc', 'Path "/w/dir" must be a file.\n']);
    await refused(['rm', '/w/*'], '/w/dir is a directory, to remove it, please use "rm -R <path>"\n', '/w/a has been removed\n/w/z has been removed\n');
    await Promise.all([
      refused(['rm', '/w/q*'], '/w/q* does not exist.\n'),
      refused(['cat', '/nodir/*'], 'alluxio.exception.FileDoesNotExistException: Path "/nodir" does not exist.\n'),
    ]);
  });

  it('mounts are listed in columns, and a read-only one takes no write', async () => {
    await all(['mount', '/m', 'oss://other/'], ['updateMount', '--readonly', '--option', 'a=b=c', '/m']);
    expect(await all(['mount'])).toBe(
      'oss://bucket/root  on  /   (oss, capacity=-1B, used=-1B, not read-only, not shared, properties={})\n' +
        'oss://other/       on  /m  (oss, capacity=-1B, used=-1B, read-only, not shared, properties={a=b=c})\n',
    );
    await Promise.all([
      refused(['touch', '/m/k'], 'A write operation on /m/k under a readonly mount point /m is not allowed\n'),
      refused(['mv', '/d/abc', '/m/abc'], 'A write operation on /m/abc under a readonly mount point /m is not allowed\n'),
      refused(['mount', '/m2', 'oss://other/x'], 'Mount point oss://other/ is a prefix of oss://other/x\n'),
      refused(['unmount', '/'], 'Failed to unmount /. Please ensure the path is an existing mount point and not root.\n'),
    ]);
    expect(await all(['umount', '/m'])).toBe('Unmounted /m\n');
    await refused(['unmount', '/m'], 'Failed to unmount: Path /m does not exist\n');
  });

  it('a tree goes in and out again', async () => {
    await mkdir(join(home.ufsDir, 'one'));
    await writeFile(join(home.ufsDir, 'one', 'only'), 'only');
    const source = join(home.ufsDir, 'one');
    expect(await all(['copyFromLocal', source, '/one'], ['cat', '/one'])).toBe(`Copied file://${source} to /one\nonly`);
    expect(await all(['copyFromLocal', source, '/e'], ['cat', '/e/only'])).toBe(`Copied file://${source} to /e\nonly`);
    await refused(['copyFromLocal', source, '/one'], 'Not allowed to create file because path already exists: /one\n');
    const target = join(home.ufsDir, 'out');
    expect(await all(['copyToLocal', '/e', target])).toBe(`Create directory: file://${target}\nCopied /e/only to file://${target}/only\n`);
    expect(await readFile(join(target, 'only'), 'utf8')).toBe('only');
  });
});
