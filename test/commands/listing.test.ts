import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf, runCommand, status } from './fake-shell.ts';

const T = Date.UTC(2023, 2, 4, 10, 15, 42, 120);
const ALL = [
  status('/', { directory: true, childCount: 1, modifiedMs: T, persistence: 'PERSISTED' }),
  status('/data', { directory: true, childCount: 3, modifiedMs: T }),
  status('/data/a.txt', { length: 30, cachedBytes: 30, persistence: 'NOT_PERSISTED', modifiedMs: T, accessedMs: T + 1, createdMs: 5 }),
  status('/data/b.bin', { length: 10_245_636, cachedBytes: 5, persistence: 'TO_BE_PERSISTED', modifiedMs: T, acl: [{ type: 'user', subject: 'bob', bits: 7 }], pinned: true }),
  status('/data/Empty', { modifiedMs: T }),
  status('/data/sub', { directory: true, childCount: 1, modifiedMs: T, mode: 0o700 }),
  status('/data/sub/x', { length: 6000, cachedBytes: 3000, modifiedMs: T }),
];
const fs = { entries: entriesOf(ALL) };

describe('ls', () => {
  const before = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'UTC';
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  const lines = async (...words: string[]): Promise<string[]> => (await runCommand('ls', words, { fs })).stdout.split('\n').slice(0, -1);
  const paths = async (...words: string[]): Promise<string[]> => (await lines(...words)).map((line) => line.trimEnd().replace(/.* /, ''));

  it('prints the columns of the sheet', async () => {
    expect(await lines('/data')).toEqual([
      '-rw-r--r--  alice          staff                       30   NOT_PERSISTED 03-04-2023 10:15:42:120 100% /data/a.txt',
      '-rw-r--r--+ alice          staff                 10245636 TO_BE_PERSISTED 03-04-2023 10:15:42:120   0% /data/b.bin',
      '-rw-r--r--  alice          staff                        0       PERSISTED 03-04-2023 10:15:42:120 100% /data/Empty',
      'drwx------  alice          staff                        1       PERSISTED 03-04-2023 10:15:42:120  DIR /data/sub',
    ]);
  });

  it('pads the path of the root, and shows sizes for people but not of directories', async () => {
    expect(await lines('-d', '/')).toEqual(['drwxr-xr-x  alice          staff                        1       PERSISTED 03-04-2023 10:15:42:120  DIR /    ']);
    expect((await lines('-h', '/data')).map((line) => line.slice(42, 57).trim())).toEqual(['30B', '9.77MB', '0B', '1']);
  });

  it('leaves out owners where nobody is authenticated', async () => {
    const { stdout } = await runCommand('ls', ['/data/sub'], { fs, config: { 'alluxio.security.authentication.type': 'NOSASL' } });
    expect(stdout).toBe('           6000       PERSISTED 03-04-2023 10:15:42:120  50% /data/sub/x\n');
  });

  it.each([
    [['--sort=size', '/data'], ['/data/Empty', '/data/sub', '/data/a.txt', '/data/b.bin']],
    [['--sort', 'SIZE', '-r', '/data'], ['/data/b.bin', '/data/a.txt', '/data/Empty', '/data/sub']],
    [['--sort=name', '/data'], ['/data/a.txt', '/data/b.bin', '/data/Empty', '/data/sub']],
    [['--sort=path', '/data'], ['/data/Empty', '/data/a.txt', '/data/b.bin', '/data/sub']],
    [['-r', '/data'], ['/data/a.txt', '/data/b.bin', '/data/Empty', '/data/sub']],
    [['-p', '/data'], ['/data/b.bin']],
    [['-R', '/data'], ['/data/a.txt', '/data/b.bin', '/data/Empty', '/data/sub', '/data/sub/x']],
    [['/data/*'], ['/data/Empty', '/data/a.txt', '/data/b.bin', '/data/sub/x']],
    [['/data/sub', '/data/a.txt'], ['/data/sub/x', '/data/a.txt']],
  ])('%j lists %j', async (words, expected) => expect(await paths(...words)).toEqual(expected));

  it('shows the time that was asked for', async () => {
    expect((await lines('--timestamp=creationTime', '/data/a.txt'))[0]).toContain('01-01-1970 00:00:00:005');
    expect((await lines('--timestamp', 'lastAccessTime', '/data/a.txt'))[0]).toContain('03-04-2023 10:15:42:121');
  });

  it('ends at the first path that fails', async () => {
    expect(await runCommand('ls', ['/data/a.txt', '/nope', '/data/b.bin'], { fs })).toMatchObject({
      status: 255,
      stdout: expect.stringMatching(/a\.txt\n$/),
      stderr: 'Path "/nope" does not exist.\n',
    });
  });

  it.each([
    [['--sort=x', '/'], 'Invalid sort option `x` for --sort\n'],
    [['/data/*.gz'], '/data/*.gz does not exist.\n'],
    [['alluxio://localhost:19998/d*z'], 'alluxio://localhost:19998/d*z does not exist.\n'],
    [['alluxio://other:1/d'], 'The URI authority other:1 does not match the configured value of localhost:19998.\n'],
  ])('%j fails with %j', async (words, stderr) => {
    expect(await runCommand('ls', words, { fs, config: { 'alluxio.master.hostname': 'localhost' } })).toEqual({ status: 255, stdout: '', stderr });
  });

  it('prints usage after a bad timestamp', async () => {
    const { status: code, stderr } = await runCommand('ls', ['--timestamp=x', '/'], { fs });
    expect(code).toBe(255);
    expect(stderr.split('\n').slice(0, 2)).toEqual(['Unrecognized timestamp option x', 'Usage: ls [-d|-f|-p|-R|-h|--sort=option|--timestamp=option|-r] <path> ...']);
  });

  it('prints a record a line with --json', async () => {
    const { stdout } = await runCommand('ls', ['/data/sub'], { fs, json: true });
    expect(JSON.parse(stdout)).toMatchObject({ path: '/data/sub/x', type: 'file', size: 6000, cachedPercent: 50, permission: '-rw-r--r--', mode: 0o644 });
  });

  it('keeps up with a million entries', async () => {
    const batch = Array.from({ length: 1000 }, (_, i) => status(`/data/file-${i}`, { length: i, modifiedMs: T + i * 1000 }));
    const many = { entries: { ...entriesOf(ALL), async *list() { for (let i = 0; i < 300; i += 1) yield batch; } } };
    const started = performance.now();
    await runCommand('ls', ['-R', '/data'], { fs: many, stdout: '/dev/null' });
    const rate = 300_000 / ((performance.now() - started) / 1000);
    if (process.env.SHOW_RATES !== undefined) process.stderr.write(`ls: ${Math.round(rate)} lines/s\n`);
    expect(rate).toBeGreaterThan(30_000);
  });
});

describe('du', () => {
  const totals = { files: 3, directories: 1, bytes: 100, cachedBytes: 60 };
  const du = { entries: { ...entriesOf(ALL), totals: () => Promise.resolve(totals), blocks: () => Promise.resolve([{ id: 1, index: 0, length: 30, tier: 'MEM' }]) } };
  const out = async (...words: string[]): Promise<string> => (await runCommand('du', words, { fs: du })).stdout;

  it('lists files by whole path, under a heading', async () => {
    expect(await out('/data')).toBe(
      [
        'File Size     In Alluxio       Path',
        '0             0 (0%)           /data/Empty',
        '30            30 (100%)        /data/a.txt',
        '10245636      5 (0%)           /data/b.bin',
        '6000          3000 (50%)       /data/sub/x',
        '',
      ].join('\n'),
    );
  });

  it('sums up', async () => {
    expect(await out('-h', '-s', '/data')).toBe('File Size     In Alluxio       Path\n100B          60B (60%)        /data\n');
    const config = { 'alluxio.worker.tieredstore.level0.alias': 'MEM' };
    expect((await runCommand('du', ['-mhs', '/data/sub'], { fs: du, config })).stdout).toBe('File Size     In Alluxio       In Memory        Path\n100B          60B (60%)        30B (30%)        /data/sub\n');
  });

  it('shows the worker', async () => {
    expect(await out('-g', '/data/a.txt')).toBe(
      'File Size     In Alluxio       Worker Host Name          Path\n30            30 (100%)        total                     /data/a.txt\n              30 (100%)        host1                     \n',
    );
  });

  it('prints the heading before the failure of a literal path, but not of a pattern', async () => {
    expect(await runCommand('du', ['/nope'], { fs })).toEqual({ status: 255, stdout: 'File Size     In Alluxio       Path\n', stderr: 'Path "/nope" does not exist.\n' });
    expect(await runCommand('du', ['/no*'], { fs })).toEqual({ status: 255, stdout: '', stderr: '/no* does not exist.\n' });
  });
});

it('count prints two padded lines', async () => {
  const count = { entries: { totals: () => Promise.resolve({ files: 3, directories: 2, bytes: 80, cachedBytes: 0 }) } };
  expect((await runCommand('count', ['/d'], { fs: count })).stdout).toBe('File Count               Folder Count             Folder Size    \n3                        2                        80             \n');
});
