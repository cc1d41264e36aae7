/** Looking at the storage again, while users write: what was acknowledged is never lost to an older look. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UfsUri } from '../../src/uri.ts';
import type { FileSystem, WriteType } from '../../src/filesystem/file-system.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

const ALWAYS = { syncIntervalMs: 0 } as const;

describe.each(STORAGE_KINDS)('sync over %s', (kind) => {
  let test: TestFileSystem;
  let fs: FileSystem;

  beforeEach(async () => {
    test = await makeFileSystem(kind);
    fs = test.fs;
  });
  afterEach(() => test.close());

  const create = (path: string, writeType: WriteType) => fs.content.create(at(path), bytes(path), { writeType });
  const listed = async (who: FileSystem, path: string) => {
    const names: string[] = [];
    for await (const page of who.entries.list(at(path), { ...ALWAYS, recursive: true })) for (const status of page) names.push(status.path);
    return names;
  };

  it('a look that goes on while users write and remove loses nothing and brings nothing back', async () => {
    await fs.changes.makeDirectory(at('/d/sub'), { recursive: true, writeType: 'THROUGH' });
    const looker = await test.reopen();
    const types: WriteType[] = ['CACHE_THROUGH', 'THROUGH', 'MUST_CACHE', 'ASYNC_THROUGH'];
    const acknowledged = new Set<string>();
    const removed = new Set<string>();
    let writing = true;
    const write = async (lane: number) => {
      for (let i = 0; i < 12; i++) {
        const path = `/d/${i % 2 === 0 ? 'sub/' : ''}f${lane}-${i}`;
        await create(path, types[(lane + i) % types.length] ?? 'THROUGH');
        acknowledged.add(path);
        if (i % 3 !== 2) continue;
        acknowledged.delete(path);
        await fs.changes.delete(at(path), { recursive: false });
        removed.add(path);
      }
    };
    const look = async () => {
      while (writing) {
        const [before, gone] = [[...acknowledged], [...removed]];
        const seen = new Set(await listed(looker, '/d'));
        // What was removed while it was listed is no loss.
        expect(before.filter((path) => acknowledged.has(path) && !seen.has(path))).toEqual([]);
        expect(gone.filter((path) => seen.has(path))).toEqual([]);
      }
    };
    await Promise.all([Promise.all([0, 1, 2, 3].map(write)).finally(() => (writing = false)), look()]);
    const files = (await namesIn(fs, '/d', true)).filter((path) => path !== '/d/sub');
    expect(files.sort()).toEqual([...acknowledged].sort());
    for (const path of files) expect(await textOf(fs.content.open(at(path)))).toBe(path);
  });

  it('a file that others changed is dropped with its cached blocks, one that they removed with its entry', async () => {
    await create('/f', 'CACHE_THROUGH');
    await create('/g', 'CACHE_THROUGH');
    await test.ufs.deleteFiles(['f', 'g']);
    await test.ufs.write('f', bytes('theirs now'), { size: 10 });
    expect(await listed(fs, '/')).toEqual(['/f']);
    expect(await textOf(fs.content.open(at('/f')))).toBe('theirs now');
    expect((await fs.storage.capacity())[0]?.directories[0]?.used).toBe(10);
  });

  it('a file that others changed keeps no copy of what it was when it is moved', async () => {
    await fs.changes.makeDirectory(at('/d'), { recursive: true, writeType: 'THROUGH' });
    await create('/d/f', 'CACHE_THROUGH');
    await test.ufs.write('d/f', bytes('theirs'), { size: 6 });
    const refused = await fs.changes.rename(at('/d'), at('/e')).then(() => '', String);
    if (kind === 'oss') {
      expect(refused).toMatch(/d\/f was changed in the under storage by somebody else/);
      expect(await keysIn(test.ufs)).toEqual(['d/', 'd/f']);
    }
    const path = kind === 'oss' ? '/d/f' : '/e/f';
    expect(await listed(fs, '/')).toContain(path);
    expect(await textOf(fs.content.open(at(path)))).toBe('theirs');
    if (kind === 'oss') await fs.changes.rename(at('/d'), at('/e'));
    expect(await textOf(fs.content.open(at('/e/f')))).toBe('theirs');
  });

  it('a file here that nobody has persisted is not given up for an object of its name', async () => {
    await create('/f', 'MUST_CACHE');
    await test.ufs.write('f', bytes('theirs'), { size: 6 });
    expect(await listed(fs, '/')).toEqual(['/f']);
    expect(await textOf(fs.content.open(at('/f')))).toBe('/f');
    expect(await fs.syncing.inconsistencies(at('/'))).toEqual([]);
  });

  it('a directory that others removed stays for what is only here and for mounts below it, and is one with theirs when it comes back', async () => {
    await fs.changes.makeDirectory(at('/d/sub'), { recursive: true, writeType: 'THROUGH' });
    for (const path of ['/d/stored', '/d/sub/stored']) await create(path, 'THROUGH');
    await create('/d/sub/only', 'MUST_CACHE');
    const second = join(test.dir, 'second');
    await mkdir(second);
    await fs.mounts.mount(at('/d/m'), UfsUri.parse(second), { readOnly: false, shared: false, properties: {} });
    await create('/d/m/f', 'THROUGH');
    await test.ufs.deleteFiles(['d/stored', 'd/sub/stored']);
    for (const key of ['d/sub', 'd']) await test.ufs.removeDirectory(key);
    expect((await listed(fs, '/')).sort()).toEqual(['/d', '/d/m', '/d/m/f', '/d/sub', '/d/sub/only']);
    expect(await textOf(fs.content.open(at('/d/sub/only')))).toBe('/d/sub/only');
    await test.ufs.makeDirectory('d');
    await test.ufs.write('d/theirs', bytes('theirs'), { size: 6 });
    expect((await listed(fs, '/')).sort()).toEqual(['/d', '/d/m', '/d/m/f', '/d/sub', '/d/sub/only', '/d/theirs']);
    await fs.storage.persist(at('/d/sub/only'));
    expect((await listed(fs, '/')).sort()).toEqual(['/d', '/d/m', '/d/m/f', '/d/sub', '/d/sub/only', '/d/theirs']);
    expect(await keysIn(test.ufs)).toContain('d/sub/only');
  });

  it('marks and sync points are for everything below, and are asked once', async () => {
    await test.ufs.makeDirectory('a/b');
    await test.ufs.write('a/b/one', bytes('1'), { size: 1 });
    expect(await namesIn(fs, '/a', true)).toEqual(['/a/b', '/a/b/one']);
    await fs.syncing.mark(at('/a'));
    await test.ufs.write('a/b/two', bytes('2'), { size: 1 });
    expect((await fs.entries.totals(at('/a'))).files).toBe(2);
    await test.ufs.write('a/b/three', bytes('3'), { size: 1 });
    expect((await fs.entries.totals(at('/a'))).files).toBe(2);
    await fs.syncing.start(at('/a'));
    expect(await fs.syncing.points()).toEqual([{ path: '/a', initial: 'DONE' }]);
    expect((await fs.entries.totals(at('/a'))).files).toBe(3);
    await expect(fs.syncing.start(at('/a/b'))).rejects.toThrow('URI /a/b is already a sync point');
    await fs.changes.delete(at('/a'), { recursive: true });
    expect(await fs.syncing.points()).toEqual([]);
    expect(await keysIn(test.ufs)).toEqual([]);
  });
});
