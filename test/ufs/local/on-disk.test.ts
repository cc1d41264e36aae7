/** What only a real file system can do to us. */
import { chmod, link, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, patternBytes } from '../../../src/ufs/conformance/bench.ts';
import { translateLocalError } from '../../../src/ufs/local/local-errors.ts';
import { hashOf } from '../../../src/ufs/local/temporary-names.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import { abandonWrites } from '../../../src/ufs/abandon.ts';
import type { Ufs } from '../../../src/ufs/ufs.ts';
import { UfsUri } from '../../../src/uri.ts';
import { configOf } from '../../support/config.ts';

let dir: string;
let root: string;
let ufs: Ufs;
let bench: Bench;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'alluxio-disk-')));
  root = join(dir, 'root');
  await mkdir(root);
  ufs = await createUfs(UfsUri.parse(root), configOf());
  bench = new Bench(ufs, '');
});
afterEach(() => rm(dir, { recursive: true }));

async function unusable(key: string, recursive = false): Promise<string[]> {
  const found: string[] = [];
  for await (const page of ufs.list(key, { recursive })) found.push(...page.unusable);
  return found.sort();
}

function temporary(name: string, pid: number, begunMs = Date.now()): string {
  return `.alluxio.tmp.${String(pid)}.${String(begunMs)}.0123456789ab.${hashOf(name)}`;
}

describe('temporary files', () => {
  it('lie in the final directory while a file is written, hidden, and are gone afterwards', async () => {
    let during: string[] = [];
    await ufs.write(
      'file',
      (async function* () {
        yield Buffer.from('x');
        during = await readdir(root);
        expect(await bench.names()).toEqual([]);
      })(),
    );
    expect(during).toHaveLength(1);
    expect(during[0]).toMatch(new RegExp(`^\\.alluxio\\.tmp\\.${String(process.pid)}\\.`));
    expect(await readdir(root)).toEqual(['file']);
  });

  it('do not stay after a write that fails', async () => {
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      throw new Error('source broke');
    };
    await expect(ufs.write('file', source())).rejects.toThrow('source broke');
    expect(await readdir(root)).toEqual([]);
  });

  it('of a dead writer are removed for exactly its key, when they are young enough', async () => {
    const [mine, other, old] = [temporary('file', 1), temporary('file2', 1), temporary('file', 1, Date.now() - 3_600_000)];
    for (const name of [mine, other, old, '.alluxio.tmp.notes', 'file']) await writeFile(join(root, name), 'x');
    expect(await bench.names()).toEqual(['.alluxio.tmp.notes', 'file']);
    await abandonWrites(ufs, 'file', Date.now());
    expect((await readdir(root)).sort()).toEqual(['.alluxio.tmp.notes', 'file', other, old].sort());
  });

  it('of a dead writer do not keep a directory, those of a living one do', async () => {
    const dead = 4_194_304 + 1;
    await mkdir(join(root, 'dead'));
    await writeFile(join(root, 'dead', temporary('file', dead)), 'x');
    expect(await ufs.removeDirectory('dead')).toBe(true);
    await mkdir(join(root, 'busy'));
    await writeFile(join(root, 'busy', temporary('file', process.pid)), 'x');
    expect(await ufs.removeDirectory('busy')).toBe(false);
    expect(await readdir(join(root, 'busy'))).toHaveLength(1);
  });

  it('are no names for files', async () => {
    await expect(bench.write(temporary('x', 1), 'x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('symbolic links', () => {
  beforeEach(async () => {
    await mkdir(join(dir, 'outside'));
    await writeFile(join(dir, 'outside', 'secret'), 'secret');
    await mkdir(join(root, 'real'));
    await writeFile(join(root, 'real', 'file'), 'content');
    await symlink(join(dir, 'outside'), join(root, 'escape'));
    await symlink(join(dir, 'outside', 'secret'), join(root, 'escape-file'));
    await symlink(join(root, 'real'), join(root, 'inner'));
    await symlink('..', join(root, 'real', 'up'));
    await symlink('nowhere', join(root, 'broken'));
  });

  it('that lead out of the folder are never followed', async () => {
    for (const ask of [
      () => ufs.status('escape/secret'), () => ufs.status('escape'), () => bench.read('escape-file'), () => bench.names('escape'), () => bench.write('escape/new', 'x'),
      () => ufs.makeDirectory('escape/dir'), () => ufs.makeDirectory('escape/a/b'), () => ufs.copyFile('escape-file', 'copy'), () => ufs.rename('real/file', 'escape/file'),
      () => ufs.setOwnership('escape-file', { mode: 0o777 }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    }
    expect((await ufs.deleteFiles(['escape/secret']))[0]?.error).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await readdir(join(dir, 'outside'))).toEqual(['secret']);
  });

  it('that stay inside are followed, and those that lead back are not followed for ever', async () => {
    expect((await bench.read('inner/file')).toString()).toBe('content');
    expect(await bench.names()).toEqual(['inner', 'real']);
    expect(await unusable('')).toEqual(['broken', 'escape', 'escape-file']);
    expect(await bench.names('', { recursive: true })).toEqual(['inner', 'inner/file', 'real', 'real/file']);
    expect(await unusable('', true)).toEqual(['broken', 'escape', 'escape-file', 'inner/up', 'real/up']);
  });

  it('are deleted themselves, not what they lead to', async () => {
    expect(await Promise.all(['inner', 'escape', 'escape-file', 'broken', 'real/up'].map((key) => ufs.isLink(key)))).toEqual([true, true, true, true, true]);
    expect(await Promise.all(['inner/file', 'real', 'real/file', 'nothing', ''].map((key) => ufs.isLink(key)))).toEqual([false, false, false, false, false]);
    expect(await ufs.deleteFiles(['escape-file', 'inner'])).toEqual([]);
    expect((await readFile(join(dir, 'outside', 'secret'))).toString()).toBe('secret');
    expect(await readdir(join(root, 'real'))).toContain('file');
    await expect(lstat(join(root, 'inner'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('at the root of the mount are fine', async () => {
    await symlink(root, join(dir, 'alias'));
    const aliased = new Bench(await createUfs(UfsUri.parse(join(dir, 'alias')), configOf()), '');
    await aliased.write('a/b', 'x');
    expect((await bench.read('a/b')).toString()).toBe('x');
    expect(await aliased.names('a')).toEqual(['b']);
  });
});

describe('files and directories', () => {
  it('of other kinds are counted, and cannot be taken for files', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    await bench.write('file', 'x');
    expect(await bench.names()).toEqual(['file']);
    expect(await unusable('')).toEqual(['socket']);
    await expect(ufs.status('socket')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('with names that are not UTF-8 are counted', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    await bench.write('good \ufffd', 'x');
    expect(await bench.names()).toEqual(['good \ufffd']);
    expect(await unusable('')).toHaveLength(1);
  });

  it('have the owner, group and mode of the disk, and a hash that an in-place change changes', async () => {
    const { contentHash } = await bench.write('file', 'one');
    await ufs.setOwnership('file', { mode: 0o600 });
    expect((await stat(join(root, 'file'))).mode & 0o777).toBe(0o600);
    const status = await ufs.status('file');
    expect(status?.owner).toMatch(/^.+$/);
    await writeFile(join(root, 'file'), 'two');
    await utimes(join(root, 'file'), 1, 1);
    expect((await ufs.status('file'))?.contentHash).not.toBe(contentHash);
    expect((await ufs.status('file'))?.modifiedMs).toBe(1000);
    await expect(ufs.setOwnership('file', { owner: 'no-such-user-here' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('keep the mode they are written with, whatever the umask, and the other links of a replaced file its content', async () => {
    await ufs.write('file', (async function* () { yield Buffer.from('one'); })(), { mode: 0o777 });
    expect((await ufs.status('file'))?.mode).toBe(0o777);
    await link(join(root, 'file'), join(root, 'other'));
    await bench.write('file', 'two');
    expect((await bench.read('other')).toString()).toBe('one');
  });

  it('that are cut short while they are read fail, and never end early', async () => {
    await bench.write('file', patternBytes(3 << 20));
    const stream = await ufs.read('file');
    const reading = (async () => {
      for await (const chunk of stream) {
        expect((chunk as Uint8Array).length).toBeGreaterThan(0);
        await truncate(join(root, 'file'), 10);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('are not replaced by a file where a directory is', async () => {
    await bench.makeDirectory('dir');
    await expect(bench.write('dir', 'x')).rejects.toMatchObject({ code: 'IS_A_DIRECTORY' });
    await bench.write('file', 'x');
    await expect(bench.write('file/below', 'x')).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY' });
    expect(await readdir(root)).toEqual(['dir', 'file']);
  });

  it('with names longer than the disk takes are absent, and cannot be written', async () => {
    const long = 'x'.repeat(300);
    expect(await ufs.status(long)).toBeUndefined();
    await expect(bench.read(long)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(bench.write(long, 'x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await ufs.deleteFiles([long])).toEqual([]);
  });

  it('with NUL in the name are refused', async () => {
    await expect(bench.write('a\0b', 'x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a folder that is not there', () => {
  it('lists as empty, has no status and no space, and is made by writing', async () => {
    const late = new Bench(await createUfs(UfsUri.parse(join(dir, 'not', 'yet')), configOf()), '');
    expect(await late.names()).toEqual([]);
    expect(await late.ufs.status('')).toBeUndefined();
    expect(await late.ufs.space()).toBeUndefined();
    await late.write('a/file', 'x');
    expect(await late.names('', { recursive: true })).toEqual(['a', 'a/file']);
  });
});

describe('errors', () => {
  it.each([
    ['ENOSPC', 'NO_SPACE'], ['EDQUOT', 'NO_SPACE'], ['EACCES', 'PERMISSION_DENIED'], ['EPERM', 'PERMISSION_DENIED'], ['EROFS', 'PERMISSION_DENIED'],
    ['ENOENT', 'NOT_FOUND'], ['ENOTDIR', 'NOT_A_DIRECTORY'], ['EISDIR', 'IS_A_DIRECTORY'], ['EMFILE', 'UNAVAILABLE'], ['EIO', 'CORRUPT'],
  ])('%s is %s, in one line that names the path', (system, code) => {
    const error = translateLocalError(Object.assign(new Error('system words'), { code: system }), '/some/path');
    expect(error).toMatchObject({ code, path: '/some/path' });
    expect(error.message).toContain('/some/path');
    expect(error.message).not.toContain('\n');
  });

  it('of a directory without permission are not absence', async () => {
    await bench.write('closed/file', 'x');
    await chmod(join(root, 'closed'), 0);
    await chmod(dir, 0o755);
    // Root may do anything, so for once be somebody else.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(ufs.status('closed/file')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      await expect(bench.names('closed')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      await expect(bench.write('closed/new', 'x')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      expect((await ufs.deleteFiles(['closed/file']))[0]?.error).toMatchObject({ code: 'PERMISSION_DENIED' });
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(join(root, 'closed'), 0o700);
    }
  });
});
