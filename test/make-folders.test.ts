/** Folders with their parents, made one by one: as Node's recursive mkdir, but with an end. */
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolders, makeFoldersSync } from '../src/make-folders.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'alluxio-folders-'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const makers = [
  ['async', makeFolders],
  ['sync', (path: string, mode?: number) => Promise.resolve().then(() => makeFoldersSync(path, mode))],
] as const;

describe.each(makers)('%s', (_name, make) => {
  it('makes what is missing with the mode, and names the first that it made', async () => {
    expect(await make(join(top, 'a/b/c'), 0o700)).toBe(join(top, 'a'));
    for (const folder of ['a', 'a/b', 'a/b/c']) expect(statSync(join(top, folder)).mode & 0o777).toBe(0o700);
    expect(await make(join(top, 'a/b/c'))).toBeUndefined();
    expect(await make(`${top}/a/b//d/`)).toBe(`${top}/a/b//d/`);
    expect(await make('/')).toBeUndefined();
    expect(await make('.')).toBeUndefined();
  });

  it('takes a link to a folder for the folder, and refuses a file in the way', async () => {
    mkdirSync(join(top, 'real'));
    symlinkSync('real', join(top, 'link'));
    writeFileSync(join(top, 'file'), '');
    expect(await make(join(top, 'link'))).toBeUndefined();
    expect(await make(join(top, 'link/x/y'))).toBe(join(top, 'link/x'));
    await expect(make(join(top, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(join(top, 'file/x/y'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(make('')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends where the file system has no place for folders', async () => {
    await expect(make('/proc/nope/a/b')).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/nope' });
    await expect(make('/proc/self/fdinfo/x')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('many may make the same folders at once', async () => {
    const paths = Array.from({ length: 40 }, (_, index) => join(top, 'one/two/three', String(index % 4)));
    await Promise.all(paths.map((path) => make(path)));
    for (const path of paths) expect(statSync(path).isDirectory()).toBe(true);
  });
});
