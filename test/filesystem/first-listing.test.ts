/** The first look at a storage that is full already: everything is found once, in whatever order it comes, beside what is only here. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/filesystem/file-system.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, makeFileSystem, namesIn } from '../support/file-system.ts';

/** Names whose order differs between paths, keys of an object store, UTF-16 and UTF-8. */
const ODD = ['a', 'a-b', 'a.txt', 'a0', 'ａ', '😀', '中', 'z z', 'e\u0301', 'A%2F', 'A+B'];
const numbered = Array.from({ length: 60 }, (_, index) => `part-${String(index).padStart(5, '0')}`);

describe.each(STORAGE_KINDS)('the first listing of %s', (kind) => {
  let test: TestFileSystem;
  let fs: FileSystem;
  const stored: string[] = [];

  beforeEach(async () => {
    // Pages of five: each listing below has many.
    test = await makeFileSystem(kind, { 'alluxio.underfs.listing.length': '5' });
    fs = test.fs;
    stored.length = 0;
    for (const name of [...ODD.filter((odd) => odd !== 'a'), 'a/below/deep', 'a/x']) stored.push(`odd/${name}`);
    for (const name of numbered) stored.push(`many/${name}`);
    await Promise.all(stored.map((key) => put(key)));
  });
  afterEach(() => test.close());

  async function put(key: string): Promise<void> {
    for (let slash = key.indexOf('/'); slash > 0 && kind === 'local'; slash = key.indexOf('/', slash + 1)) await test.ufs.makeDirectory(key.slice(0, slash));
    await test.ufs.write(key, bytes(key));
  }

  const DIRECTORIES = ['/many', '/odd', '/odd/a', '/odd/a/below'];
  const everything = () => [...DIRECTORIES, ...stored.map((key) => `/${key}`)].sort();

  it('finds everything once, as a tree and directory by directory', async () => {
    expect((await namesIn(fs, '/', true)).sort()).toEqual(everything());
    expect(await fs.entries.totals(at('/'))).toMatchObject({ files: stored.length, directories: DIRECTORIES.length });
    const other = await makeFileSystem(kind, { 'alluxio.underfs.listing.length': '5', 'alluxio.master.mount.table.root.ufs': test.rootUri, ...(test.oss === undefined ? {} : { 'fs.oss.endpoint': test.oss.endpoint }) });
    try {
      expect((await namesIn(other.fs, '/many')).sort()).toEqual(numbered.map((name) => `/many/${name}`));
      expect((await namesIn(other.fs, '/odd')).sort()).toEqual([...ODD].map((name) => `/odd/${name}`).sort());
    } finally {
      await other.close();
    }
  });

  it('has all that is there beside what is made below a directory that nobody has looked at', async () => {
    await fs.changes.makeDirectory(at('/odd/new/deep'), { recursive: true, writeType: 'MUST_CACHE' });
    await fs.changes.makeDirectory(at('/many/new'), { recursive: false, writeType: 'CACHE_THROUGH' });
    const together = ['/odd/a/one/two', '/odd/a/one/three', '/fresh/one', '/fresh/two'].map((path) => ({ kind: 'directory' as const, path: at(path) }));
    await fs.changes.createTogether(together, { stopAtFailure: true });
    for (const { path } of together) await fs.changes.makeDirectory(path, { recursive: true, writeType: 'MUST_CACHE' }).catch(() => undefined);
    const made = ['/fresh', '/fresh/one', '/fresh/two', '/many/new', '/odd/a/one', '/odd/a/one/three', '/odd/a/one/two', '/odd/new', '/odd/new/deep'];
    expect((await namesIn(fs, '/', true)).sort()).toEqual([...everything(), ...made].sort());
  });

  it('makes no directory in the place of a file that nobody has looked at', async () => {
    await expect(fs.changes.makeDirectory(at('/odd/a.txt/below'), { recursive: true, writeType: 'MUST_CACHE' })).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY' });
    await expect(fs.content.create(at('/many/part-00001/below'), bytes('x'), { writeType: 'MUST_CACHE' })).rejects.toThrow(/part-00001 is not a directory|is not a directory/);
    expect((await namesIn(fs, '/', true)).sort()).toEqual(everything());
  });

  it('tells of each in the history, and of no user in it', async () => {
    await namesIn(fs, '/', true);
    const loads = async (path: string): Promise<(string | undefined)[]> => (await fs.history(at(path), { limit: 1000 })).filter(({ what }) => what === 'load').map(({ path: loaded }) => loaded);
    expect((await loads('/')).sort()).toEqual(everything());
    expect(await loads('/many/part-00033')).toEqual(['/many/part-00033']);
    await expect(fs.undo()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps what is only here, wherever it lies between the names that come', async () => {
    const here = ['/many/part-00044-here', '/many/zzz', '/odd/a1', '/odd/a/here', '/odd/ｂ'];
    for (const path of here) await fs.content.create(at(path), bytes(path), { writeType: 'MUST_CACHE' });
    expect((await namesIn(fs, '/', true)).sort()).toEqual([...everything(), ...here].sort());
    for (const path of here) expect((await fs.entries.status(at(path))).persistence).toBe('NOT_PERSISTED');
  });

  it('finds the same at the second look, and what came in between', async () => {
    await namesIn(fs, '/', true);
    stored.push('many/part-00010-late', 'odd/a-late');
    await Promise.all([put('many/part-00010-late'), put('odd/a-late')]);
    await fs.entries.loadMetadata(at('/'), { recursive: true, force: true });
    expect((await namesIn(fs, '/', true)).sort()).toEqual(everything());
  });

  it('leaves out what is removed while it is loaded', async () => {
    const looker = await test.reopen();
    const [names] = await Promise.all([
      namesIn(looker, '/', true),
      (async () => {
        for (const name of numbered.slice(0, 10)) await fs.changes.delete(at(`/many/${name}`), { recursive: false });
      })(),
    ]);
    expect(names.length).toBeGreaterThan(0);
    stored.splice(0, stored.length, ...stored.filter((key) => !numbered.slice(0, 10).includes(key.slice('many/'.length))));
    expect((await namesIn(fs, '/', true)).sort()).toEqual(everything());
  });
});
