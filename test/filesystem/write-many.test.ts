/** Small files that are created together: as good as each for itself, and no worse for the others where one fails. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlluxioError } from '../../src/errors.ts';
import type { FileSystem, WriteType } from '../../src/filesystem/file-system.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

const inTurn = <T>(transfer: () => Promise<T>): Promise<T> => transfer();
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `/d/f${String(index)}`);

describe.each(STORAGE_KINDS)('files created together over %s', (kind) => {
  let test: TestFileSystem;
  let fs: FileSystem;

  beforeEach(async () => {
    test = await makeFileSystem(kind, { 'alluxio.underfs.oss.retry.max': '0' });
    fs = test.fs;
    await fs.changes.makeDirectory(at('/d'), { recursive: false, writeType: 'MUST_CACHE' });
  });
  afterEach(() => test.close());

  const createMany = (paths: readonly string[], writeType: WriteType, content = (path: string) => `in ${path}`) =>
    fs.content.createMany(paths.map((path) => ({ path: at(path), bytes: Buffer.from(content(path)) })), { writeType, inTurn });
  const codes = (failures: readonly unknown[]) => failures.map((failure) => (isAlluxioError(failure) ? failure.code : failure));
  const findings = async () => {
    const found: string[] = [];
    for await (const finding of (await (await fs.admin()).fsck()).check({ path: at('/'), storage: true, deep: true, signal: new AbortController().signal })) found.push(finding.text);
    return found;
  };

  it.each([
    ['MUST_CACHE', 'NOT_PERSISTED', true, false],
    ['CACHE_THROUGH', 'PERSISTED', true, true],
    ['THROUGH', 'PERSISTED', false, true],
    ['ASYNC_THROUGH', 'PERSISTED', true, true],
  ] as const)('%s leaves each file %s, cached %s, stored %s', async (writeType, persistence, cached, stored) => {
    const paths = [...names(20), '/top', '/d/empty'];
    const content = (path: string) => (path.endsWith('empty') ? '' : `in ${path}`);
    expect(await createMany(paths, writeType, content)).toEqual(paths.map(() => undefined));
    for (const path of paths) {
      expect(await fs.entries.status(at(path))).toMatchObject({ persistence, length: content(path).length, cachedBytes: cached ? content(path).length : 0 });
      expect(await textOf(fs.content.open(at(path), { readType: 'NO_CACHE' }))).toBe(content(path));
    }
    expect(await keysIn(test.ufs)).toEqual(stored ? [...paths.map((path) => path.slice(1)), 'd/'].sort() : []);
    expect((await fs.entries.status(at('/d'))).persistence).toBe(stored ? 'PERSISTED' : 'NOT_PERSISTED');
    expect(await findings()).toEqual([]);
  });

  it('those that cannot be created say why, the others are there', async () => {
    await fs.content.create(at('/d/f1'), bytes('before'), { writeType: 'CACHE_THROUGH', size: 6 });
    const failures = await createMany(['/d/f0', '/d/f1', '/missing/f', '/d/f2', '/d/f1/below', '/d/f0', '/d/long'], 'CACHE_THROUGH', (path) => path.padEnd(path === '/d/long' ? 500 : 10));
    expect(codes(failures)).toEqual([undefined, 'ALREADY_EXISTS', 'NOT_FOUND', undefined, 'NOT_A_DIRECTORY', 'ALREADY_EXISTS', undefined]);
    expect(await namesIn(fs, '/d')).toEqual(['/d/f0', '/d/f1', '/d/f2', '/d/long']);
    expect(await textOf(fs.content.open(at('/d/f1')))).toBe('before');
    expect(await findings()).toEqual([]);
  });

  it('an object that is there already stays as it is, and its file is refused', async () => {
    await test.ufs.makeDirectory('d');
    await test.ufs.write('d/f1', bytes('theirs'));
    expect(codes(await createMany(names(3), 'THROUGH'))).toEqual([undefined, 'ALREADY_EXISTS', undefined]);
    expect(await findings()).toEqual([]);
    expect(await textOf(fs.content.open(at('/d/f1')))).toBe('theirs');
  });

  it('in a cache that is full, room is made as for single files', async () => {
    const small = await test.reopen({ 'alluxio.worker.ramdisk.size': '100B' });
    const [first, second] = [names(6).slice(0, 3), names(6).slice(3)];
    for (const paths of [first, second]) {
      expect(await small.content.createMany(paths.map((path) => ({ path: at(path), bytes: Buffer.alloc(30) })), { writeType: 'CACHE_THROUGH', inTurn })).toEqual([undefined, undefined, undefined]);
    }
    expect(await namesIn(fs, '/d')).toEqual(names(6));
    expect(await findings()).toEqual([]);
  });

  if (kind === 'oss') it('with the storage down, ASYNC_THROUGH keeps them all for later and THROUGH none', async () => {
    await test.oss?.fault('internal-error', { method: 'PUT' });
    const failures = await createMany(names(5), 'ASYNC_THROUGH');
    expect(failures.map(String)).toEqual(names(5).map((path) => expect.stringContaining(`${path} is written to the cache, but not persisted`) as string));
    expect((await createMany(['/d/x', '/d/y'], 'THROUGH')).every(isAlluxioError)).toBe(true);
    await test.oss?.clearFaults();
    expect(await namesIn(fs, '/d')).toEqual(names(5));
    for (const path of names(5)) expect(await fs.entries.status(at(path))).toMatchObject({ persistence: 'TO_BE_PERSISTED' });
    expect(await findings()).toEqual([]);
  });
});
