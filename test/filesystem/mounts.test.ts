/** Several storages in one tree, and every rule about it. */
import { mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UfsUri } from '../../src/uri.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

const PLAIN = { readOnly: false, shared: false, properties: {} };

describe('mounts', () => {
  let test: TestFileSystem;
  let folder: string;
  beforeEach(async () => {
    test = await makeFileSystem('oss');
    folder = join(test.dir, 'second');
    await mkdir(folder);
  });
  afterEach(() => test.close());

  const mount = (path: string, uri: string, options = PLAIN) => test.fs.mounts.mount(at(path), UfsUri.parse(uri), options);
  const create = (path: string, text: string) => test.fs.content.create(at(path), bytes(text), { writeType: 'THROUGH', size: text.length });

  it('mounts a second storage, writes go there, unmount leaves it untouched', async () => {
    await mount('/second', folder);
    await create('/second/f', 'hello');
    expect(await namesIn(test.fs, '/', true)).toEqual(['/second', '/second/f']);
    const uris = (await test.fs.mounts.list()).map((point) => [point.path, point.ufsUri.toString(), point.type]);
    expect(uris).toEqual([['/', test.rootUri, 'oss'], ['/second', folder, 'local']]);
    await test.fs.mounts.unmount(at('/second'));
    expect(await namesIn(test.fs, '/')).toEqual([]);
    await mount('/again', folder, { ...PLAIN, readOnly: true });
    expect(await textOf(test.fs.content.open(at('/again/f')))).toBe('hello');
    await expect(create('/again/g', 'x')).rejects.toThrow('A write operation on /again/g under a readonly mount point /again is not allowed');
    await expect(test.fs.changes.delete(at('/again/f'), { recursive: false })).rejects.toThrow('under a readonly mount point /again');
  });

  it('of a folder that is not there now says so, forgets nothing and makes none', async () => {
    await mount('/second', folder);
    await create('/second/f', 'hello');
    await rename(folder, `${folder}-away`);
    const reasons = [
      () => namesIn(test.fs, '/second', true, { syncIntervalMs: 0 }),
      () => create('/second/g', 'x'),
      () => test.fs.changes.makeDirectory(at('/second/d'), { recursive: true, writeType: 'THROUGH' }),
      () => test.fs.changes.delete(at('/second/f'), { recursive: false }),
      () => textOf(test.fs.content.open(at('/second/f'))),
    ];
    for (const reason of reasons) await expect(reason()).rejects.toThrow(`The folder ${folder} of this under storage is not there`);
    await rename(`${folder}-away`, folder);
    expect(await namesIn(test.fs, '/second', true, { syncIntervalMs: 0 })).toEqual(['/second/f']);
    expect(await readdir(folder)).toEqual(['f']);
  });

  describe('removed with rm -R -m', () => {
    const remove = (path: string, options = {}) => test.fs.changes.delete(at(path), { recursive: true, deleteMountPoint: true, ...options });
    const make = (path: string) => test.fs.changes.makeDirectory(at(path), { recursive: true, writeType: 'THROUGH' });
    const paths = async () => (await test.fs.mounts.list()).map((point) => point.path);

    it('is empty, and may be mounted again', async () => {
      await mount('/second', folder);
      await create('/second/f', 'hello');
      await remove('/second');
      expect(await readdir(folder)).toEqual([]);
      expect(await paths()).toEqual(['/']);
      await mount('/second', folder);
      await create('/second/f', 'again');
      expect(await readFile(join(folder, 'f'), 'utf8')).toBe('again');
    });

    it('goes with the storages that are mounted below, each emptied', async () => {
      const third = join(test.dir, 'third');
      await mkdir(third);
      await make('/d');
      await mount('/d/second', folder);
      await mount('/d/second/third', third);
      await create('/d/second/f', 'hello');
      await create('/d/second/third/g', 'hello');
      await remove('/d');
      expect([await readdir(folder), await readdir(third), await keysIn(test.ufs)]).toEqual([[], [], []]);
      expect(await paths()).toEqual(['/']);
      await mount('/second', folder);
      await mount('/third', third);
    });

    it('keeps what the storages have when only Alluxio is to forget it', async () => {
      await make('/d');
      await mount('/d/second', folder, { ...PLAIN, readOnly: true });
      await remove('/d', { alluxioOnly: true });
      expect(await paths()).toEqual(['/']);
      await mount('/second', folder);
    });

    it('changes nothing when one of them is read-only', async () => {
      const third = join(test.dir, 'third');
      await mkdir(third);
      await make('/d');
      await mount('/d/z', folder);
      await create('/d/z/f', 'hello');
      await mount('/d/second', third, { ...PLAIN, readOnly: true });
      await expect(remove('/d')).rejects.toThrow('Cannot delete directory /d. Failed to delete children: /d/second (A write operation on /d/second under a readonly mount point /d/second is not allowed)');
      expect(await readdir(folder)).toEqual(['f']);
    });
  });

  it('refuses in the sheet\'s words', async () => {
    await mount('/second', folder);
    await test.ufs.write('shadow/x', bytes('x'), { size: 1 });
    await expect(mount('/second', folder)).rejects.toThrow('Mount point target path /second already exists in Alluxio namespace. Try mounting to another path.');
    await expect(mount('/', folder)).rejects.toThrow('Mount point target path / already exists');
    await expect(mount('/inner', join(folder, 'sub'))).rejects.toThrow(`Mount point ${folder} is a prefix of ${join(folder, 'sub')}`);
    await expect(mount('/shadow', join(test.dir, 'ufs'))).rejects.toThrow(`Mount path /shadow shadows an existing path ${test.rootUri}/shadow in the parent underlying filesystem`);
    await expect(mount('/gone', join(test.dir, 'nothing'))).rejects.toThrow(`Ufs path ${join(test.dir, 'nothing')}/ does not exist`);
    await expect(mount('/no/parent', join(test.dir, 'ufs'))).rejects.toThrow('File /no/parent creation failed. Component 1(no) does not exist');
    await expect(mount('/odd', 'ftp://host/x')).rejects.toThrow('No Under File System Factory found for: ftp://host/x');
    await expect(test.fs.mounts.unmount(at('/none'))).rejects.toThrow('Failed to unmount: Path /none does not exist');
    await expect(test.fs.mounts.unmount(at('/'))).rejects.toThrow('Failed to unmount /. Please ensure the path is an existing mount point and not root.');
    await expect(test.fs.changes.rename(at('/second'), at('/third'))).rejects.toThrow('Renaming /second to /third is a cross mount operation');
    await expect(test.fs.changes.delete(at('/second'), { recursive: true })).rejects.toThrow('Cannot delete path /second which is or contains a mount point');
  });

  it('options are masked, replaced by update, and win over the site\'s', async () => {
    await expect(mount('/bad', 'oss://test-bucket/elsewhere', { ...PLAIN, properties: { 'fs.oss.accessKeySecret': 'wr0ng-secret' } })).rejects.toThrow(/SignatureDoesNotMatch/);
    expect(await namesIn(test.fs, '/')).toEqual([]);
    await mount('/second', folder, { ...PLAIN, properties: { 'fs.oss.accessKeySecret': 'marked-secret', k: 'v' } });
    expect(JSON.stringify(await test.fs.mounts.list())).not.toContain('marked-secret');
    await test.fs.mounts.update(at('/second'), { ...PLAIN, readOnly: true });
    const [, updated] = await test.fs.mounts.list();
    expect(updated).toMatchObject({ readOnly: true, properties: {} });
    await expect(test.fs.mounts.update(at('/'), PLAIN)).rejects.toThrow('Failed to update mount point at /. Please ensure the path is an existing mount point and not root.');
    await expect(test.fs.mounts.update(at('/none'), PLAIN)).rejects.toThrow('Failed to update mount properties for /none. Please ensure the path is an existing mount point.');
  });
});
