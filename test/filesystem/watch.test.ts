/** Pages of directories and of the cache, and what the mode shows to everybody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileSystem, PageRange, Watch } from '../../src/filesystem/file-system.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { at, bytes, makeFileSystem } from '../support/file-system.ts';

let home: TestFileSystem;
let fs: FileSystem;
let watch: Watch;

beforeAll(async () => {
  home = await makeFileSystem('local');
  fs = home.fs;
  watch = await fs.watch();
  await fs.changes.makeDirectory(at('/d'), { recursive: false });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await fs.content.create(at(`/d/${name}`), bytes(name.repeat(100)), { writeType: 'MUST_CACHE' });
});
afterAll(() => home.close());

const names = async (range: PageRange) => {
  const page = await fs.entries.page(at('/d'), range);
  return { names: page.entries.map(({ name }) => name).join(''), next: page.next };
};

describe('entries.page', () => {
  it('gives each entry once, from page to page', async () => {
    expect(await names({ limit: 2 })).toEqual({ names: 'ab', next: 'b' });
    expect(await names({ limit: 2, after: 'b' })).toEqual({ names: 'cd', next: 'd' });
    expect(await names({ limit: 2, after: 'd' })).toEqual({ names: 'e', next: undefined });
    expect(await names({ limit: 5 })).toEqual({ names: 'abcde', next: undefined });
  });

  it('begins at a name, whether that exists or not', async () => {
    expect(await names({ limit: 2, from: 'c' })).toEqual({ names: 'cd', next: 'd' });
    expect(await names({ limit: 1, from: 'c' })).toEqual({ names: 'c', next: 'c' });
    expect(await names({ limit: 9, from: 'bb' })).toEqual({ names: 'cde', next: undefined });
    expect(await names({ limit: 9, from: 'x' })).toEqual({ names: '', next: undefined });
  });

  it('goes backwards, and says where the page before ends', async () => {
    const steps = async (range: PageRange) => {
      const { entries, next, previous } = await fs.entries.page(at('/d'), range);
      return [entries.map(({ name }) => name).join(''), previous, next];
    };
    expect(await steps({ limit: 2 })).toEqual(['ab', undefined, 'b']);
    expect(await steps({ limit: 2, after: 'd' })).toEqual(['e', 'e', undefined]);
    expect(await steps({ limit: 2, before: 'e' })).toEqual(['cd', 'c', 'd']);
    expect(await steps({ limit: 2, before: 'c' })).toEqual(['ab', undefined, 'b']);
    expect(await steps({ limit: 2, before: 'b' })).toEqual(['a', undefined, 'a']);
    expect(await steps({ limit: 2, before: 'a' })).toEqual(['', undefined, undefined]);
  });

  it('begins at a position, whichever end is nearer', async () => {
    for (let offset = 0; offset < 6; offset++) {
      for (const limit of [1, 2, 5]) expect((await names({ limit, offset })).names, `${offset}, ${limit}`).toBe('abcde'.slice(offset, offset + limit));
    }
    expect(await names({ limit: 2, offset: 100 })).toEqual({ names: '', next: undefined });
  });

  it('gives a file as itself, and refuses what is not there', async () => {
    expect((await fs.entries.page(at('/d/a'), { limit: 2 })).entries.map(({ path }) => path)).toEqual(['/d/a']);
    await expect(fs.entries.page(at('/nowhere'), { limit: 2 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('watch', () => {
  it('pages through the files in the cache, each once however many blocks it has', () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = watch.cached({ limit: 2, ...(after === undefined ? {} : { after }) });
      seen.push(...page.files.map(({ name }) => name));
      after = page.next;
    } while (after !== undefined);
    expect(seen.sort().join('')).toBe('abcde');
    expect(() => watch.cached({ limit: 2, after: '../..' })).toThrow('no place');
  });

  it('knows what the mode shows to everybody', async () => {
    expect(watch.openToAll(at('/d/a'), 4)).toBe(true);
    await fs.changes.setAttributes(at('/d/a'), { mode: 0o640 });
    expect(watch.openToAll(at('/d/a'), 4)).toBe(false);
    expect(watch.openToAll(at('/d/b'), 4)).toBe(true);
    await fs.changes.setAttributes(at('/d'), { mode: 0o700 });
    expect(watch.openToAll(at('/d/b'), 4)).toBe(false);
    expect(watch.openToAll(at('/nowhere'), 4)).toBe(false);
  });

  it('counts what is known and shows the log', () => {
    expect(watch.known()).toEqual({ files: 5, directories: 1, bytes: 500, cachedBytes: 500 });
    const last = watch.lastSeq();
    expect(watch.log({ from: last, limit: 10 }).map(({ seq, user }) => ({ seq, user }))).toEqual([{ seq: last, user: fs.user }]);
    expect(watch.operations()).toEqual([]);
    expect(watch.toBePersisted(5)).toEqual([]);
  });
});
