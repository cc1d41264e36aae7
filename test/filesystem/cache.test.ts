/** Quota, eviction, pin, damage: the cache as users feel it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestFileSystem } from '../support/file-system.ts';
import { at, bytes, makeFileSystem, textOf } from '../support/file-system.ts';

const KIB = 'x'.repeat(1024);

describe('cache', () => {
  let test: TestFileSystem;
  beforeEach(async () => {
    test = await makeFileSystem('local', { 'alluxio.worker.ramdisk.size': '4KB', 'alluxio.user.block.size.bytes.default': '1KB' });
  });
  afterEach(() => test.close());

  const create = (path: string, text: string, writeType: 'MUST_CACHE' | 'CACHE_THROUGH' | 'THROUGH') => test.fs.content.create(at(path), bytes(text, 300), { writeType, size: text.length });
  const cached = async (path: string) => (await test.fs.entries.status(at(path))).cachedBytes;
  const used = async () => (await test.fs.storage.capacity())[0]?.directories[0]?.used;

  it('evicts the least recently used copy, and counts reads as use', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await create(`/${name}`, KIB, 'CACHE_THROUGH');
    expect(await used()).toBe(4096);
    await textOf(test.fs.content.open(at('/a')));
    await create('/e', KIB, 'CACHE_THROUGH');
    expect([await cached('/a'), await cached('/b'), await cached('/e')]).toEqual([1024, 0, 1024]);
    expect(await used()).toBe(4096);
    expect(await textOf(test.fs.content.open(at('/b')))).toBe(KIB);
  });

  it('never evicts what is pinned or only here, and says so when that fills the cache', async () => {
    await create('/pinned', KIB.repeat(2), 'CACHE_THROUGH');
    await test.fs.changes.setAttributes(at('/pinned'), { pinned: true });
    await create('/only', KIB.repeat(2), 'MUST_CACHE');
    await expect(create('/more', KIB, 'MUST_CACHE')).rejects.toThrow(/Failed to cache: Failed to free 1024 bytes space at location/);
    expect(await textOf(test.fs.content.open(at('/only')))).toBe(KIB.repeat(2));
    expect(await cached('/pinned')).toBe(2048);
    await create('/through', KIB, 'CACHE_THROUGH');
    expect(await cached('/through')).toBe(0);
    expect(await textOf(test.fs.content.open(at('/through')))).toBe(KIB);
    expect(await used()).toBe(4096);
  });

  it('a file larger than the cache fails whole with MUST_CACHE and reads through otherwise', async () => {
    await expect(create('/big', KIB.repeat(6), 'MUST_CACHE')).rejects.toThrow('Failed to cache');
    expect(await used()).toBe(0);
    await create('/big', KIB.repeat(6), 'THROUGH');
    expect(await textOf(test.fs.content.open(at('/big')))).toBe(KIB.repeat(6));
  });

  it('a flipped bit is noticed before a byte is delivered, and the block comes from the storage again', async () => {
    const text = 'abcdefgh'.repeat(256);
    await create('/f', text, 'CACHE_THROUGH');
    await create('/m', text, 'MUST_CACHE');
    await flipEveryBlock(join(test.dir));
    expect(await textOf(test.fs.content.open(at('/f')))).toBe(text);
    expect(await textOf(test.fs.content.open(at('/f')))).toBe(text);
    await expect(textOf(test.fs.content.open(at('/m')))).rejects.toMatchObject({
      message: 'A cached block of /m is damaged or gone, and the file is not in the under storage.',
      hint: expect.stringContaining('alluxio fs rm /m') as string,
    });
  });
});

/** Every block file below the folder gets one bit flipped. */
async function flipEveryBlock(dir: string): Promise<void> {
  let flipped = 0;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !path.includes('alluxioworker')) continue;
    const content = await readFile(path);
    content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
    await writeFile(path, content);
    flipped++;
  }
  expect(flipped).toBeGreaterThan(0);
}
