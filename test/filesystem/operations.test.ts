/** What users do, on both storages: each case says what the namespace, the cache and the storage hold afterwards. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem, WriteType } from '../../src/filesystem/file-system.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(5);

describe.each(STORAGE_KINDS)('file system over %s', (kind) => {
  let test: TestFileSystem;
  let fs: FileSystem;

  beforeEach(async () => {
    test = await makeFileSystem(kind);
    fs = test.fs;
  });
  afterEach(() => test.close());

  const create = (path: string, text: string, writeType: WriteType = 'CACHE_THROUGH') =>
    fs.content.create(at(path), bytes(text), { writeType, size: Buffer.byteLength(text) });

  it.each([
    ['MUST_CACHE', 'NOT_PERSISTED', true, false],
    ['CACHE_THROUGH', 'PERSISTED', true, true],
    ['THROUGH', 'PERSISTED', false, true],
    ['ASYNC_THROUGH', 'PERSISTED', true, true],
  ] as const)('%s leaves the file %s, cached %s, stored %s', async (writeType, persistence, cached, stored) => {
    await create('/f', LONG, writeType);
    const status = await fs.entries.status(at('/f'));
    expect(status).toMatchObject({ persistence, length: LONG.length, cachedBytes: cached ? LONG.length : 0 });
    expect(await keysIn(test.ufs)).toEqual(stored ? ['f'] : []);
    expect(await textOf(fs.content.open(at('/f')))).toBe(LONG);
  });

  it('an empty file is a file', async () => {
    for (const writeType of ['MUST_CACHE', 'THROUGH', 'ASYNC_THROUGH'] as const) {
      await create(`/${writeType}`, '', writeType);
      expect(await textOf(fs.content.open(at(`/${writeType}`)))).toBe('');
    }
    expect(await keysIn(test.ufs)).toEqual(['ASYNC_THROUGH', 'THROUGH']);
  });

  it('an empty file that is only here takes one transaction; one that was only said to be empty is refused', async () => {
    const watch = await fs.watch();
    const before = watch.lastSeq();
    await create('/e', '', 'MUST_CACHE');
    expect(watch.log({ from: before + 1, limit: 10 }).map(({ entry }) => entry.type)).toEqual(['sequence-moved', 'inode-created', 'inode-changed']);
    await expect(fs.content.create(at('/grown'), bytes(LONG), { writeType: 'MUST_CACHE', size: 0 })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect(await fs.entries.exists(at('/grown'))).toBe(false);
    await expect(create('/e', '', 'MUST_CACHE')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await keysIn(test.ufs)).toEqual([]);
  });

  it('reading an uncached file caches it, NO_CACHE does not, ranges are exact', async () => {
    await create('/f', LONG, 'THROUGH');
    expect(await textOf(fs.content.open(at('/f'), { readType: 'NO_CACHE' }))).toBe(LONG);
    expect((await fs.entries.status(at('/f'))).cachedBytes).toBe(0);
    expect(await textOf(fs.content.open(at('/f'), { offset: 60, length: 20 }))).toBe(LONG.slice(60, 80));
    expect(await textOf(fs.content.open(at('/f')))).toBe(LONG);
    expect((await fs.entries.status(at('/f'))).cachedBytes).toBe(LONG.length);
    expect(await textOf(fs.content.open(at('/f'), { offset: 60, length: 20 }))).toBe(LONG.slice(60, 80));
  });

  it('replaces no object that turned up below a directory that is only here', async () => {
    await fs.changes.makeDirectory(at('/d'), { recursive: false, writeType: 'MUST_CACHE' });
    await create('/f', 'ours');
    await test.ufs.makeDirectory('d');
    await test.ufs.write('d/x', bytes('theirs'));
    // A look at what is only here needs no storage, and so does not see it.
    expect(await fs.entries.exists(at('/d/y'))).toBe(false);
    await expect(create('/d/x', 'ours', 'THROUGH')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(fs.changes.rename(at('/f'), at('/d/x'))).rejects.toThrow();
    expect(await textOf(await test.ufs.read('d/x'))).toBe('theirs');
    expect(await textOf(fs.content.open(at('/f')))).toBe('ours');
    await fs.changes.makeDirectory(at('/t'), { recursive: false, writeType: 'CACHE_THROUGH' });
    await create('/t/f', 'ours');
    await test.ufs.makeDirectory('d/y');
    await test.ufs.write('d/y/theirs', bytes('theirs'));
    await expect(fs.changes.rename(at('/t'), at('/d/y'))).rejects.toThrow();
    expect(await keysIn(test.ufs)).toEqual(expect.arrayContaining(['d/x', 'd/y/theirs', 't/f']));
  });

  it('a source that fails leaves nothing: no file, no object, no block, no held path', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(LONG);
      throw new Error('the source broke');
    }
    for (const writeType of ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH'] as const) {
      await expect(fs.content.create(at('/f'), broken(), { writeType })).rejects.toThrow('the source broke');
    }
    expect(await namesIn(fs, '/')).toEqual([]);
    expect(await keysIn(test.ufs)).toEqual([]);
    expect((await fs.storage.capacity())[0]?.directories[0]?.used).toBe(0);
    await create('/f', LONG);
  });

  it('refuses what is in the way, in Alluxio\'s words', async () => {
    await create('/f', 'x');
    await expect(create('/f', 'y')).rejects.toThrow('Not allowed to create file because path already exists: /f');
    await expect(create('/d/f', 'y')).rejects.toThrow('File /d/f creation failed. Component 1(d) does not exist');
    await expect(create('/f/g', 'y')).rejects.toThrow('Could not traverse to parent directory of path /f/g. Component f is not a directory.');
    await expect(fs.changes.makeDirectory(at('/f'), { recursive: true })).rejects.toThrow('Not allowed to create directory because path already exists: /f');
    await expect(fs.changes.makeDirectory(at('/'), { recursive: true })).rejects.toThrow('Not allowed to create existing root path: /');
    await expect(fs.content.open(at('/'))).rejects.toThrow('Path "/" must be a file.');
    await expect(fs.entries.status(at('/nothing'))).rejects.toThrow('Path "/nothing" does not exist.');
    expect(await textOf(fs.content.open(at('/f')))).toBe('x');
  });

  it('an object that was never loaded is not replaced', async () => {
    await test.ufs.write('f', bytes('theirs'), { size: 6 });
    await expect(create('/f', 'ours')).rejects.toThrow('path already exists: /f');
    expect(await textOf(fs.content.open(at('/f')))).toBe('theirs');
  });

  it('directories reach the storage with THROUGH at once, else with their first child', async () => {
    await fs.changes.makeDirectory(at('/a/b'), { recursive: true, writeType: 'MUST_CACHE' });
    expect(await keysIn(test.ufs)).toEqual([]);
    await create('/a/b/f', 'x', 'CACHE_THROUGH');
    expect(await keysIn(test.ufs)).toEqual(['a/', 'a/b/', 'a/b/f']);
    expect((await fs.entries.status(at('/a'))).persistence).toBe('PERSISTED');
    await fs.changes.makeDirectory(at('/c/d'), { recursive: true, writeType: 'THROUGH' });
    expect(await keysIn(test.ufs, 'c')).toEqual(['d/']);
  });

  it('persist makes the object, once', async () => {
    await fs.changes.makeDirectory(at('/a'), { recursive: true, writeType: 'MUST_CACHE' });
    await create('/a/f', LONG, 'MUST_CACHE');
    await fs.storage.persist(at('/a/f'));
    await fs.storage.persist(at('/a/f'));
    expect(await textOf(test.ufs.read('a/f'))).toBe(LONG);
    expect(await fs.entries.status(at('/a/f'))).toMatchObject({ persistence: 'PERSISTED', cachedBytes: LONG.length });
  });

  it('free drops copies, never the only one', async () => {
    await create('/f', LONG, 'CACHE_THROUGH');
    await create('/m', LONG, 'MUST_CACHE');
    await fs.storage.free(at('/f'), { forced: false });
    expect((await fs.entries.status(at('/f'))).cachedBytes).toBe(0);
    await expect(fs.storage.free(at('/m'), { forced: true })).rejects.toThrow('Cannot free file /m which is not persisted');
    await fs.changes.setAttributes(at('/f'), { pinned: true });
    await fs.storage.load(at('/f'), { onEntry: () => undefined, onProblem: ({ error }) => { throw error; } });
    await expect(fs.storage.free(at('/f'), { forced: false })).rejects.toThrow('Cannot free file /f which is pinned.');
    await fs.storage.free(at('/f'), { forced: true });
    expect(await fs.entries.status(at('/f'))).toMatchObject({ cachedBytes: 0, pinned: false });
  });

  it('renames files and trees, persisted or not, and leaves nothing behind', async () => {
    await fs.changes.makeDirectory(at('/a/b'), { recursive: true, writeType: 'MUST_CACHE' });
    await create('/a/b/p', LONG, 'CACHE_THROUGH');
    await create('/a/b/m', 'only here', 'MUST_CACHE');
    await fs.changes.rename(at('/a'), at('/z'));
    expect(await namesIn(fs, '/', true)).toEqual(['/z', '/z/b', '/z/b/m', '/z/b/p']);
    expect(await keysIn(test.ufs)).toEqual(['z/', 'z/b/', 'z/b/p']);
    expect(await textOf(fs.content.open(at('/z/b/p')))).toBe(LONG);
    expect(await textOf(fs.content.open(at('/z/b/m')))).toBe('only here');
    await fs.changes.rename(at('/z/b/p'), at('/q'));
    expect(await textOf(test.ufs.read('q'))).toBe(LONG);
    expect(await keysIn(test.ufs)).toEqual(['q', 'z/', 'z/b/']);
  });

  it('refuses renames in the sheet\'s order and words', async () => {
    await fs.changes.makeDirectory(at('/d'), { recursive: true });
    await create('/f', 'x');
    const rename = (from: string, to: string) => fs.changes.rename(at(from), at(to));
    await expect(rename('/none', '/x')).rejects.toThrow('Path "/none" does not exist.');
    await rename('/f', '/f');
    await expect(rename('/', '/x')).rejects.toThrow('The root directory cannot be renamed');
    await expect(rename('/f', '/')).rejects.toThrow('Cannot rename a path to the root directory');
    await expect(rename('/d', '/d/e')).rejects.toThrow('Cannot rename because /d is a prefix of /d/e');
    await expect(rename('/f', '/no/where')).rejects.toThrow('Path "/no" does not exist.');
    await expect(rename('/f', '/d')).rejects.toThrow('Cannot rename because destination already exists. src: /f dst: /d');
  });

  it('removes files and trees here and there', async () => {
    await fs.changes.makeDirectory(at('/a/b'), { recursive: true, writeType: 'CACHE_THROUGH' });
    for (const name of ['/a/f', '/a/b/g', '/a/b/h']) await create(name, LONG);
    await create('/a/m', 'x', 'MUST_CACHE');
    await expect(fs.changes.delete(at('/a'), { recursive: false })).rejects.toThrow('/a is a directory, to remove it, please use "rm -R <path>"');
    await fs.changes.delete(at('/a/f'), { recursive: false });
    expect(await keysIn(test.ufs)).toEqual(['a/', 'a/b/', 'a/b/g', 'a/b/h']);
    await fs.changes.delete(at('/a'), { recursive: true });
    expect(await namesIn(fs, '/')).toEqual([]);
    expect(await keysIn(test.ufs)).toEqual([]);
    expect((await fs.storage.capacity())[0]?.directories[0]?.used).toBe(0);
    await expect(fs.changes.delete(at('/'), { recursive: true })).rejects.toThrow('Cannot delete the root directory');
  });

  it('a directory that holds unknown objects is not removed without unchecked', async () => {
    await fs.changes.makeDirectory(at('/a'), { recursive: true, writeType: 'CACHE_THROUGH' });
    await create('/a/f', 'x');
    await test.ufs.write('a/theirs', bytes('y'), { size: 1 });
    await expect(fs.changes.delete(at('/a'), { recursive: true })).rejects.toThrow('UFS dir not in sync');
    expect(await keysIn(test.ufs)).toEqual(['a/', 'a/f', 'a/theirs']);
    expect(await namesIn(fs, '/', true)).toEqual(['/a', '/a/f']);
    await fs.changes.delete(at('/a'), { recursive: true, unchecked: true });
    expect(await keysIn(test.ufs)).toEqual([]);
  });

  it('--alluxioOnly forgets here and keeps there', async () => {
    await create('/f', LONG);
    await fs.changes.delete(at('/f'), { recursive: false, alluxioOnly: true });
    expect(await keysIn(test.ufs)).toEqual(['f']);
    expect(await textOf(fs.content.open(at('/f')))).toBe(LONG);
  });

  it('totals follow every change', async () => {
    await fs.changes.makeDirectory(at('/a/b'), { recursive: true, writeType: 'MUST_CACHE' });
    await create('/a/f', 'x'.repeat(100));
    await create('/a/b/g', 'y'.repeat(50), 'THROUGH');
    expect(await fs.entries.totals(at('/'))).toEqual({ files: 2, directories: 2, bytes: 150, cachedBytes: 100 });
    await fs.changes.rename(at('/a/b'), at('/c'));
    expect(await fs.entries.totals(at('/a'))).toEqual({ files: 1, directories: 0, bytes: 100, cachedBytes: 100 });
    await fs.changes.delete(at('/c'), { recursive: true });
    expect(await fs.entries.totals(at('/'))).toEqual({ files: 1, directories: 1, bytes: 100, cachedBytes: 100 });
  });

  it('what others wrote appears: by name at once, in a listing the first time, then when asked', async () => {
    await test.ufs.write('x/y/z', bytes(LONG), { size: LONG.length });
    expect(await textOf(fs.content.open(at('/x/y/z')))).toBe(LONG);
    expect(await namesIn(fs, '/', true)).toEqual(['/x', '/x/y', '/x/y/z']);
    await test.ufs.write('late', bytes('x'), { size: 1 });
    expect(await namesIn(fs, '/')).toEqual(['/x']);
    await fs.entries.loadMetadata(at('/'), { recursive: false, force: false });
    expect(await namesIn(fs, '/')).toEqual(['/late', '/x']);
    expect(await fs.entries.totals(at('/'))).toMatchObject({ files: 2, directories: 2 });
  });

  it('a sync sees what changed and what vanished, and keeps what is only here', async () => {
    await create('/kept', 'x', 'MUST_CACHE');
    await test.ufs.write('changed', bytes('old'), { size: 3 });
    await test.ufs.write('gone', bytes('x'), { size: 1 });
    expect(await namesIn(fs, '/')).toEqual(['/changed', '/gone', '/kept']);
    expect(await textOf(fs.content.open(at('/changed')))).toBe('old');
    await test.ufs.write('changed', bytes('newer'), { size: 5 });
    await test.ufs.deleteFiles(['gone']);
    await test.ufs.write('added', bytes('x'), { size: 1 });
    await fs.entries.loadMetadata(at('/'), { recursive: true, force: true });
    expect(await namesIn(fs, '/')).toEqual(['/added', '/changed', '/kept']);
    expect(await textOf(fs.content.open(at('/changed')))).toBe('newer');
  });

  it('a changed object is never mixed with what was known of it', async () => {
    await create('/f', LONG, 'THROUGH');
    await test.ufs.write('f', bytes('short'), { size: 5 });
    await expect(textOf(fs.content.open(at('/f')))).rejects.toThrow('/f was changed or removed in the under storage');
    await fs.entries.loadMetadata(at('/f'), { recursive: false, force: true });
    expect(await textOf(fs.content.open(at('/f')))).toBe('short');
  });

  it('a file that is removed or moved here while it is read was not changed by somebody else', async () => {
    for (const path of ['/gone', '/moved']) await create(path, LONG, 'THROUGH');
    const [gone, moved] = [await fs.content.open(at('/gone')), await fs.content.open(at('/moved'))];
    await fs.changes.delete(at('/gone'), { recursive: false });
    await fs.changes.rename(at('/moved'), at('/elsewhere'));
    await expect(textOf(gone)).rejects.toThrow('/gone was moved or removed by another command while it was read.');
    await expect(textOf(moved)).rejects.toThrow('/moved was moved or removed by another command while it was read.');
  });

  it('wildcards match inside one component, ascending', async () => {
    await fs.changes.makeDirectory(at('/d1'), { recursive: true });
    await fs.changes.makeDirectory(at('/d2'), { recursive: true });
    for (const path of ['/d1/a.txt', '/d1/b.log', '/d2/a.txt', '/d2/a+txt']) await create(path, 'x');
    expect(await fs.entries.glob(at('/d*/a.txt'))).toEqual(['/d1/a.txt', '/d2/a.txt']);
    expect(await fs.entries.glob(at('/*/*.*'))).toEqual(['/d1/a.txt', '/d1/b.log', '/d2/a.txt']);
    expect(await fs.entries.glob(at('/d1/*/x'))).toEqual([]);
    await expect(fs.entries.glob(at('/none/*'))).rejects.toThrow('Path "/none" does not exist.');
  });
});
