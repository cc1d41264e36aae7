/** What src/ufs/ufs.ts promises, sentence by sentence, on whatever implements it. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasCode } from '../../src/errors.ts';
import { CONFORMANCE_CASES, runConformanceCase } from '../../src/ufs/conformance.ts';
import { Bench, patternBytes } from '../../src/ufs/conformance/bench.ts';
import { combinedCrc64, crc64Of } from '../support/crc64.ts';
import { abandonWrites } from '../../src/ufs/abandon.ts';
import type { Ufs, UfsEntry } from '../../src/ufs/ufs.ts';

export interface UfsUnderTest {
  readonly ufs: Ufs;
  close(): Promise<void>;
}

/** Names that some layer between here and the disk likes to spoil. */
const DIFFICULT_NAMES = [
  'with blank', ' leading and trailing ', 'new\nline', 'carriage\rreturn', 'tab\there', '中文目录', 'ÅÄÖ é e\u0301', '😀', 'per%cent', '%2F', '%', 'question?mark',
  'a+b', 'a&b=c', 'hash#tag', 'semi;colon', 'quote"\'', '<tag>&amp;', 'back\\slash', 'trailing.', 'trailing..', '...', '.hidden', '~', 'colon:here', 'a*b', '[x]', '{y}',
  '(z)!', '@at', '$dollar', 'com,ma', 'dir_$folder$x', '\u0001control', '\u007f', '\ue000private',
];

/** Opens the storage once, and gives each test a folder of its own in it. */
function benches(open: () => Promise<UfsUnderTest>): () => Bench {
  let opened: UfsUnderTest;
  let bench: Bench;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.close();
  });
  beforeEach(async () => {
    bench = new Bench(opened.ufs, randomUUID());
    await opened.ufs.makeDirectory(bench.folder);
  });
  return () => bench;
}

/** The storage lists pages of 3 entries; parts and pieces have 100 KB. */
export function ufsSuite(open: () => Promise<UfsUnderTest>): void {
  describe('names', () => namesSuite(open));

  const current = benches(open);
  let bench: Bench;
  let opened: { readonly ufs: Ufs };
  beforeEach(() => {
    bench = current();
    opened = bench;
  });

  describe('conformance', () => {
    for (const test of CONFORMANCE_CASES) {
      it(test.name, async () => {
        if (test.appliesTo?.(opened.ufs) === false) return;
        const { error } = await runConformanceCase(opened.ufs, test, bench.folder);
        if (error !== undefined) throw error;
      });
    }
  });

  describe('status', () => {
    it('is undefined for what is absent, and for the parent of nothing', async () => {
      expect(await bench.status('none')).toBeUndefined();
      expect(await bench.status('none/below')).toBeUndefined();
    });

    it('of the root is a directory', async () => {
      expect((await opened.ufs.status(''))?.kind).toBe('directory');
    });

    it('has a content hash that changes whenever the content does', async () => {
      const first = await bench.write('file', 'one');
      const second = await bench.write('file', 'two');
      expect(second.contentHash).not.toBe(first.contentHash);
      expect((await bench.status('file'))?.contentHash).toBe(second.contentHash);
    });
  });

  describe('list', () => {
    it('delivers pages of a few entries rather than the directory', async () => {
      for (let at = 0; at < 7; at++) await bench.write(`file-${String(at)}`);
      const pages: number[] = [];
      for await (const page of opened.ufs.list(bench.folder)) pages.push(page.entries.length);
      expect(pages.length).toBeGreaterThan(1);
      expect(Math.max(...pages)).toBeLessThanOrEqual(3);
    });

    it('can be left in the middle', async () => {
      for (let at = 0; at < 7; at++) await bench.write(`file-${String(at)}`);
      for await (const page of opened.ufs.list(bench.folder)) {
        expect(page.entries.length).toBeGreaterThan(0);
        break;
      }
      expect(await bench.names()).toHaveLength(7);
    });

    it('shows the same as status does', async () => {
      await bench.write('dir/file', patternBytes(17));
      await bench.write('file', patternBytes(5));
      for (const entry of await bench.list('', { recursive: true })) {
        const { name, ...listed } = entry;
        const { crc64, ...status } = (await bench.status(name)) ?? {};
        expect(listed).toMatchObject(status);
        expect(listed.crc64 === undefined || listed.crc64 === crc64).toBe(true);
      }
    });

    it('of the root is never NOT_FOUND', async () => {
      let entries: UfsEntry[] = [];
      for await (const page of opened.ufs.list('')) entries = [...entries, ...page.entries];
      expect(entries.map((entry) => entry.name)).toContain(bench.folder);
    });

    it('stops when it is told to', async () => {
      for (let at = 0; at < 7; at++) await bench.write(`file-${String(at)}`);
      const stop = new AbortController();
      const listing = (async () => {
        for await (const page of opened.ufs.list(bench.folder, { signal: stop.signal })) {
          expect(page.entries.length).toBeGreaterThan(0);
          stop.abort();
        }
      })();
      await expect(listing).rejects.toMatchObject({ code: 'CANCELLED' });
    });
  });

  describe('read', () => {
    const content = patternBytes(1_000_003);

    it.each([
      [0, undefined], [0, 0], [0, 1], [1, 1], [99_999, 2], [100_000, 100_000], [0, 1_000_003], [1_000_002, 1], [999_999, 100], [1_000_003, 1], [2_000_000, 5], [5, undefined],
    ])('delivers exactly the range from %d of %s bytes', async (offset, length) => {
      await bench.write('file', content);
      const wanted = content.subarray(offset, length === undefined ? undefined : offset + length);
      expect((await bench.read('file', { offset, ...(length === undefined ? {} : { length }) })).equals(wanted)).toBe(true);
    });

    it('may ask for more than there is', async () => {
      await bench.write('file', 'abc');
      expect((await bench.read('file', { offset: 1, length: 100 })).toString()).toBe('bc');
      expect((await bench.read('file', { offset: 0, length: 100 })).toString()).toBe('abc');
    });

    it('of an absent file or of a directory is NOT_FOUND', async () => {
      await bench.makeDirectory('dir');
      for (const name of ['none', 'none/below', 'dir']) await expect(bench.read(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(bench.read('none', { length: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('of another content than expected is FAILED_PRECONDITION', async () => {
      const { contentHash } = await bench.write('file', content);
      expect((await bench.read('file', { ifContentHash: contentHash })).equals(content)).toBe(true);
      await bench.write('file', 'changed');
      await expect(bench.read('file', { ifContentHash: contentHash })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
      await expect(bench.read('file', { ifContentHash: contentHash, length: 0 })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    });

    it('may be left in the middle, or never begun', async () => {
      await bench.write('file', content);
      const stream = await opened.ufs.read(bench.key('file'));
      for await (const chunk of stream) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await (await opened.ufs.read(bench.key('file'))).close();
      expect((await bench.read('file')).equals(content)).toBe(true);
    });

    it('stops when it is told to', async () => {
      await bench.write('file', content);
      const stop = new AbortController();
      stop.abort();
      await expect(bench.read('file', { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    });
  });

  describe('write', () => {
    it.each([0, 1, 99_999, 100 * 1024 - 1, 100 * 1024, 100 * 1024 + 1, 1_000_003])('of %d bytes in chunks of any size gives them back, with their CRC64', async (size) => {
      const content = patternBytes(size);
      for (const chunk of [7_001, 1 << 16, 1 << 20]) {
        const written = await opened.ufs.write(bench.key('file'), chunksOf(content, chunk));
        expect(written).toMatchObject({ size, crc64: crc64Of(content) });
        expect((await bench.read('file')).equals(content)).toBe(true);
      }
      expect((await opened.ufs.write(bench.key('known'), chunksOf(content, 50_000), { size })).crc64).toBe(crc64Of(content));
      expect((await bench.read('known')).equals(content)).toBe(true);
    });

    it('may be told a size that is not true', async () => {
      const content = patternBytes(300_000);
      for (const size of [0, 10, 299_999, 1_000_000]) {
        expect((await opened.ufs.write(bench.key('file'), chunksOf(content, 40_000), { size })).size).toBe(content.length);
        expect((await bench.read('file')).equals(content)).toBe(true);
      }
    });

    it('takes sources that use their memory again', async () => {
      const expected = Buffer.concat(Array.from({ length: 40 }, (_, at) => Buffer.alloc(10_000, at)));
      const source = async function* (): AsyncGenerator<Uint8Array> {
        const memory = Buffer.alloc(10_000);
        for (let at = 0; at < 40; at++) yield memory.fill(at);
        memory.fill(255);
      };
      await opened.ufs.write(bench.key('file'), source());
      expect((await bench.read('file')).equals(expected)).toBe(true);
    });

    it('replaces a file unless that is forbidden, which is ALREADY_EXISTS and changes nothing', async () => {
      for (const size of [10, 400_000]) {
        await bench.write('file', 'old');
        await expect(opened.ufs.write(bench.key('file'), chunksOf(patternBytes(size), 50_000), { overwrite: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
        expect((await bench.read('file')).toString()).toBe('old');
        await opened.ufs.write(bench.key('file'), chunksOf(patternBytes(size), 50_000), { overwrite: true });
        expect((await bench.status('file'))?.size).toBe(size);
        expect((await opened.ufs.write(bench.key(`new-${String(size)}`), chunksOf(patternBytes(size), 50_000), { overwrite: false })).size).toBe(size);
      }
      expect(await bench.names()).toEqual(['file', 'new-10', 'new-400000']);
    });

    it.each([10, 400_000])('that fails after %d bytes leaves what was there, fails with the source\'s error, and lets the source go', async (size) => {
      await bench.write('file', 'old');
      let released = false;
      const source = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* chunksOf(patternBytes(size), 50_000);
          throw new Error('source broke');
        } finally {
          released = true;
        }
      };
      await expect(opened.ufs.write(bench.key('file'), source())).rejects.toThrow('source broke');
      expect(released).toBe(true);
      expect((await bench.read('file')).toString()).toBe('old');
      expect(await bench.names()).toEqual(['file']);
    });

    it.each([10, 400_000])('that is cancelled after %d bytes leaves nothing', async (size) => {
      const stop = new AbortController();
      const source = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunksOf(patternBytes(size), 50_000);
        stop.abort();
        yield Buffer.from('more');
      };
      await expect(opened.ufs.write(bench.key('file'), source(), { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await bench.names()).toEqual([]);
    });

    it('works for many files at the same time', async () => {
      const names = Array.from({ length: 12 }, (_, at) => `file-${String(at)}`);
      await Promise.all(names.map((name, at) => opened.ufs.write(bench.key(name), chunksOf(patternBytes(250_000 + at), 30_000))));
      expect((await bench.list()).map((entry) => entry.size).sort()).toEqual(names.map((_, at) => 250_000 + at));
      await Promise.all(names.map(async (name, at) => expect((await bench.read(name)).equals(patternBytes(250_000 + at))).toBe(true)));
    });
  });

  describe('deleteFiles', () => {
    it('deletes many, and calls absent ones success', async () => {
      const names = Array.from({ length: 25 }, (_, at) => `file-${String(at)}`);
      await Promise.all(names.map((name) => bench.write(name)));
      expect(await opened.ufs.deleteFiles([...names, 'none', 'none/below'].map((name) => bench.key(name)))).toEqual([]);
      expect(await bench.names()).toEqual([]);
    });

    it('leaves directories alone', async () => {
      await bench.makeDirectory('empty');
      await bench.write('full/file');
      expect(await opened.ufs.deleteFiles([bench.key('empty'), bench.key('full')])).toEqual([]);
      expect(await bench.names('', { recursive: true })).toEqual(['empty', 'full', 'full/file']);
    });
  });

  describe('directories', () => {
    it('keep existing when the last thing in them goes, where they were made', async () => {
      await bench.makeDirectory('a/b');
      await bench.write('a/b/file');
      await opened.ufs.deleteFiles([bench.key('a/b/file')]);
      expect(await bench.kind('a/b')).toBe('directory');
      expect(await opened.ufs.removeDirectory(bench.key('a/b'))).toBe(true);
      expect(await bench.kind('a')).toBe('directory');
    });

    it('are not removed when absent, when files, when full, and never the root', async () => {
      await bench.write('file');
      await bench.makeDirectory('outer/inner');
      expect(await opened.ufs.removeDirectory(bench.key('none'))).toBe(false);
      expect(await opened.ufs.removeDirectory(bench.key('file'))).toBe(false);
      expect(await opened.ufs.removeDirectory(bench.key('outer'))).toBe(false);
      expect(await opened.ufs.removeDirectory('')).toBe(false);
      expect(await bench.names('', { recursive: true })).toEqual(['file', 'outer', 'outer/inner']);
    });

    it('cannot be made where a file is', async () => {
      await bench.write('file', 'content');
      for (const name of ['file', 'file/below']) {
        const failure = await bench.makeDirectory(name).catch((error: unknown) => error);
        expect(hasCode(failure, 'ALREADY_EXISTS')).toBe(true);
      }
      expect((await bench.read('file')).toString()).toBe('content');
    });
  });

  describe('copyFile', () => {
    it.each([0, 10, 700_000])('copies %d bytes over whatever was there', async (size) => {
      const content = patternBytes(size);
      await bench.write('from', content);
      await bench.write('to', 'old');
      const copied = await opened.ufs.copyFile(bench.key('from'), bench.key('to'));
      expect(copied).toMatchObject({ size, crc64: crc64Of(content) });
      expect((await bench.read('to')).equals(content)).toBe(true);
      expect((await bench.read('from')).equals(content)).toBe(true);
      expect((await bench.status('to'))?.contentHash).toBe(copied.contentHash);
    });

    it('of a source that is not the one that is meant is FAILED_PRECONDITION', async () => {
      await bench.write('from', 'old content');
      const ifContentHash = (await bench.status('from'))?.contentHash ?? '';
      await bench.write('from', 'new');
      await expect(opened.ufs.copyFile(bench.key('from'), bench.key('to'), { ifContentHash })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
      expect(await bench.status('to')).toBeUndefined();
    });

    it('of nothing is NOT_FOUND', async () => {
      await bench.makeDirectory('dir');
      for (const name of ['none', 'dir']) {
        await expect(opened.ufs.copyFile(bench.key(name), bench.key('to'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
    });
  });

  describe('rename', () => {
    it('moves in one step where it can, and is UNSUPPORTED elsewhere', async () => {
      await bench.write('from/file', 'content');
      const renaming = opened.ufs.rename(bench.key('from'), bench.key('to'));
      if (!opened.ufs.capabilities.atomicRename) {
        await expect(renaming).rejects.toMatchObject({ code: 'UNSUPPORTED' });
        return;
      }
      await renaming;
      expect(await bench.names('', { recursive: true })).toEqual(['to', 'to/file']);
      await bench.write('other', 'content');
      await expect(opened.ufs.rename(bench.key('none'), bench.key('new'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(opened.ufs.rename(bench.key('other'), bench.key('to'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
      await expect(opened.ufs.rename(bench.key('other'), bench.key('to/file'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    });
  });

  describe('setOwnership', () => {
    it('sets what the store keeps, and does nothing elsewhere', async () => {
      await bench.write('file');
      const before = await bench.status('file');
      await opened.ufs.setOwnership(bench.key('file'), { mode: 0o640, owner: before?.owner ?? '', group: before?.group ?? '' });
      expect((await bench.status('file'))?.mode).toBe(opened.ufs.capabilities.ownership ? 0o640 : 0o777);
    });
  });

  describe('abandonWrites', () => {
    it('never touches the file itself, and may find nothing', async () => {
      await bench.write('file', 'content');
      await abandonWrites(opened.ufs, bench.key('file'), Date.now());
      await abandonWrites(opened.ufs, bench.key('none/such'), Date.now());
      expect((await bench.read('file')).toString()).toBe('content');
    });
  });

  it('files, directories, the root and what is absent are no links', async () => {
    await bench.write('dir/file', 'content');
    for (const key of [bench.key('dir'), bench.key('dir/file'), bench.key('none'), '']) expect(await opened.ufs.isLink(key)).toBe(false);
  });

  it('space is bytes in all and used, or unknown', async () => {
    const space = await opened.ufs.space();
    if (opened.ufs.capabilities.objectStore) expect(space).toBeUndefined();
    else expect(space?.used).toBeLessThan(space?.capacity ?? 0);
  });

  it('CRC64 of parts put together is that of the whole', () => {
    const content = patternBytes(100_000);
    expect(combinedCrc64([content.subarray(0, 1), content.subarray(1, 40_000), content.subarray(40_000)])).toBe(crc64Of(content));
  });
}

async function* chunksOf(content: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
}

/** Names alone: what the two kinds of signatures, and mounts of a whole bucket or a part of it, might spoil. */
export function namesSuite(open: () => Promise<UfsUnderTest>): void {
  const current = benches(open);
  let bench: Bench;
  beforeEach(() => {
    bench = current();
  });

  it.each(DIFFICULT_NAMES)('%j is a file, a directory, and comes back unchanged', async (name) => {
    await bench.write(name, 'content');
    await bench.write(`in/${name}/below`, 'deep');
    expect((await bench.read(name)).toString()).toBe('content');
    expect(await bench.names()).toEqual(['in', name].sort());
    expect(await bench.names('in')).toEqual([name]);
    expect(await bench.names('in', { recursive: true })).toEqual([name, `${name}/below`]);
    expect(await bench.kind(`in/${name}`)).toBe('directory');
    await bench.ufs.copyFile(bench.key(name), bench.key(`copy of ${name}`));
    expect((await bench.read(`copy of ${name}`)).toString()).toBe('content');
    expect(await bench.ufs.deleteFiles([bench.key(name), bench.key(`copy of ${name}`), bench.key(`in/${name}/below`)])).toEqual([]);
    expect((await bench.list('', { recursive: true })).filter((entry) => entry.kind === 'file')).toEqual([]);
  });

  it('paths of nearly 1,000 bytes work', async () => {
    const deep = Array.from({ length: 4 }, (_, at) => `${String(at)}${'长'.repeat(75)}`).join('/');
    await bench.write(deep, 'content');
    expect((await bench.read(deep)).toString()).toBe('content');
    expect(await bench.names('', { recursive: true })).toContain(deep);
    expect(await bench.ufs.deleteFiles([bench.key(deep)])).toEqual([]);
    expect(await bench.kind(deep)).toBe('absent');
  });

  it.each(['..', '.', '../x', 'a/../../x', 'a//b', '/a', 'a/', 'a/./b'])('%j is no key, and leads nowhere', async (key) => {
    await expect(bench.ufs.status(key)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(bench.ufs.read(key)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(bench.ufs.write(key, Readable.from([]))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
}
