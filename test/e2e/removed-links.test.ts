/** `rm -R` where a local storage holds symbolic links: the link goes, as with rm(1), and nothing behind it. */
import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

let home: Home;
const at = (path: string): string => join(home.ufsDir, path);
const fs = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await runAlluxio(home, ['fs', ...args]);
  return `${status} ${stdout}${stderr}`;
};
/** All names in the storage, links not followed. */
const names = async (): Promise<string[]> => (await readdir(home.ufsDir, { recursive: true, withFileTypes: true })).map((entry) => relative(home.ufsDir, join(entry.parentPath, entry.name))).sort();
const isLink = async (path: string): Promise<boolean> => (await lstat(at(path))).isSymbolicLink();

beforeEach(async () => {
  home = await makeHome();
  await mkdir(at('sub/deep'), { recursive: true });
  await writeFile(at('sub/f'), 'a');
  await writeFile(at('sub/deep/g'), 'b');
  await symlink('sub', at('link'));
  await mkdir(at('tree/real'), { recursive: true });
  await writeFile(at('tree/real/h'), 'c');
  await symlink('../sub', at('tree/up'));
  await symlink('real', at('tree/beside'));
  await symlink('../sub/f', at('tree/file'));
  await runAlluxio(home, ['format']);
});
afterEach(() => home.remove());

describe.each([['known', [] as string[]], ['known, unchecked', ['-U']], ['never listed', [] as string[]], ['never listed, unchecked', ['-U']]])('%s', (kind, flags) => {
  beforeEach(async () => {
    if (kind.startsWith('known')) await fs('ls', '-R', '/');
  });

  it('a link to a directory', async () => {
    expect(await fs('rm', '-R', ...flags, '/link')).toBe('0 /link has been removed\n');
    expect(await names()).toEqual(['sub', 'sub/deep', 'sub/deep/g', 'sub/f', 'tree', 'tree/beside', 'tree/file', 'tree/real', 'tree/real/h', 'tree/up']);
    expect(await fs('cat', '/sub/deep/g')).toBe('0 b');
    expect(await fs('ls', '-f', '/link')).toMatch(/^255 .*does not exist/);
  });

  it('links in a tree', async () => {
    const loaded = kind.startsWith('known') || flags.length > 0;
    if (!loaded) await fs('ls', '/tree/real');
    if (!loaded) await fs('ls', '/tree');
    expect(await fs('rm', '-R', ...flags, '/tree')).toBe('0 /tree has been removed\n');
    expect(await names()).toEqual(['link', 'sub', 'sub/deep', 'sub/deep/g', 'sub/f']);
    expect(await fs('cat', '/sub/f')).toBe('0 a');
  });
});

it('what is removed through a link goes, and the link stays', async () => {
  await fs('ls', '-R', '/');
  expect(await fs('rm', '-R', '/link/deep')).toBe('0 /link/deep has been removed\n');
  expect(await fs('rm', '/link/f')).toBe('0 /link/f has been removed\n');
  expect(await isLink('link')).toBe(true);
  expect(await readdir(at('sub'))).toEqual([]);
});

it('from the trash, where it leads nowhere, or out of the storage', async () => {
  await mkdir(at('tree/a'));
  await symlink('../../sub', at('tree/a/far'));
  await fs('ls', '-R', '/');
  await home.configure({ 'alluxio.user.trash.interval': '1d' });
  expect(await fs('rm', '-R', '/link')).toMatch(/^0 /);
  expect(await fs('rm', '-R', '/tree/a')).toMatch(/^0 /);
  await home.configure({});
  expect(await fs('rm', '-R', '-U', '/.Trash')).toBe('0 /.Trash has been removed\n');
  expect((await names()).filter((name) => !name.startsWith('tree'))).toEqual(['sub', 'sub/deep', 'sub/deep/g', 'sub/f']);
});
