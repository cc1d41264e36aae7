/** Times to live without a server: who comes first does the work, once, and nobody sees what is expired. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem, TtlAction, WriteType } from '../../src/filesystem/file-system.ts';
import { UfsUri } from '../../src/uri.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(4);

describe.each(STORAGE_KINDS)('time to live over %s', (kind) => {
  let test: TestFileSystem;
  let fs: FileSystem;

  beforeEach(async () => {
    // The place of what expired is held until the storage has let it go.
    test = await makeFileSystem(kind, { 'alluxio.user.lease.wait.timeout': '20s' });
    fs = test.fs;
  });
  afterEach(() => test.close());

  const create = (path: string, writeType: WriteType = 'CACHE_THROUGH') => fs.content.create(at(path), bytes(TEXT), { writeType });
  const expire = (path: string, action: TtlAction, ms = 0) => fs.changes.setAttributes(at(path), { ttl: { ms, action }, recursive: true });
  /** As another command: what it began has ended when it is closed. */
  async function another<T>(work: (fs: FileSystem) => Promise<T>): Promise<T> {
    const other = await test.reopen();
    const result = await work(other);
    await other.close();
    return result;
  }
  const used = async () => (await fs.storage.capacity())[0]?.directories[0]?.used;

  it('DELETE: gone for whoever looks, and then from storage and cache', async () => {
    await create('/stored');
    await create('/cached', 'MUST_CACHE');
    await create('/kept');
    for (const path of ['/stored', '/cached']) await expire(path, 'DELETE');
    expect(await another((other) => namesIn(other, '/'))).toEqual(['/kept']);
    expect(await keysIn(test.ufs)).toEqual(['kept']);
    expect(await used()).toBe(TEXT.length);
    await expect(fs.entries.status(at('/stored'))).rejects.toThrow('Path "/stored" does not exist.');
    expect(test.warnings).toEqual([]);
  });

  it('a time that is not over changes nothing', async () => {
    await create('/f');
    await expire('/f', 'DELETE', 3_600_000);
    expect(await another((other) => other.entries.status(at('/f')))).toMatchObject({ ttlMs: 3_600_000, ttlAction: 'DELETE' });
    await expire('/f', 'DELETE', -1);
    expect(await namesIn(fs, '/')).toEqual(['/f']);
  });

  it.each(['list', 'status', 'exists', 'glob', 'totals', 'open', 'delete', 'rename', 'free'] as const)('%s meets an expired path as one that is not there', async (how) => {
    await fs.changes.makeDirectory(at('/d'), { recursive: true });
    await create('/d/f');
    await expire('/d/f', 'DELETE');
    const ways: Record<typeof how, () => Promise<unknown>> = {
      list: () => namesIn(fs, '/d'),
      status: () => fs.entries.status(at('/d/f')).catch(() => []),
      exists: async () => ((await fs.entries.exists(at('/d/f'))) ? ['/d/f'] : []),
      glob: () => fs.entries.glob(at('/d/*')),
      totals: async () => Array.from({ length: (await fs.entries.totals(at('/d'))).files }),
      open: () => fs.content.open(at('/d/f')).catch(() => []),
      delete: () => fs.changes.delete(at('/d/f'), { recursive: false }).catch(() => []),
      rename: () => fs.changes.rename(at('/d/f'), at('/g')).catch(() => []),
      free: () => fs.storage.free(at('/d/f'), { forced: true }).catch(() => []),
    };
    expect(await ways[how]()).toEqual([]);
    expect(await namesIn(fs, '/', true)).toEqual(['/d']);
  });

  it('a directory goes with everything below it; the one above stays', async () => {
    await fs.changes.makeDirectory(at('/a/b/c'), { recursive: true });
    await create('/a/b/c/f');
    await create('/a/b/m', 'MUST_CACHE');
    await expire('/a/b', 'DELETE');
    expect(await another((other) => namesIn(other, '/', true))).toEqual(['/a']);
    expect(await keysIn(test.ufs)).toEqual(['a/']);
    expect(await used()).toBe(0);
  });

  it('the place of what expired is free at once', async () => {
    await create('/f');
    await expire('/f', 'DELETE');
    await fs.content.create(at('/f'), bytes('new'), { writeType: 'CACHE_THROUGH' });
    expect(await textOf(fs.content.open(at('/f')))).toBe('new');
    await fs.close();
    expect(await textOf(test.ufs.read('f'))).toBe('new');
  });

  it('FREE: the cached copy goes, the file stays, pins and TTL are over', async () => {
    await fs.changes.makeDirectory(at('/d'), { recursive: true });
    await create('/d/f');
    await create('/d/pinned');
    await fs.changes.setAttributes(at('/d/pinned'), { pinned: true });
    await expire('/d', 'FREE');
    const freed = { cachedBytes: 0, pinned: false, ttlMs: -1, ttlAction: 'DELETE', persistence: 'PERSISTED' };
    expect(await fs.entries.status(at('/d/f'))).toMatchObject(freed);
    expect(await fs.entries.status(at('/d/pinned'))).toMatchObject(freed);
    expect(await fs.entries.status(at('/d'))).toMatchObject({ ttlMs: -1 });
    expect(await textOf(fs.content.open(at('/d/f')))).toBe(TEXT);
  });

  it('the root is never deleted; that is said once, and tried again later', async () => {
    await fs.changes.setAttributes(at('/'), { ttl: { ms: 0, action: 'DELETE' } });
    await create('/kept');
    expect(await another((other) => namesIn(other, '/'))).toEqual(['/kept']);
    expect(test.warnings).toEqual(['The time to live of / is over, but the root directory cannot be deleted.']);
  });

  it('FREE of what is only in the cache keeps it', async () => {
    await create('/only', 'MUST_CACHE');
    await expire('/only', 'FREE');
    expect(await textOf(fs.content.open(at('/only')))).toBe(TEXT);
    expect(test.warnings).toEqual(['The time to live of /only is over, but it cannot be freed: it is not persisted.']);
    expect((await fs.entries.status(at('/only'))).ttlMs).toBeGreaterThan(1000);
  });

  it('FREE: a block that the disk does not let go is forgotten by all, and unlinked later by who comes', async () => {
    await create('/f');
    const folder = join((await fs.storage.capacity())[0]?.directories[0]?.path ?? '', 'alluxioworker');
    const [name] = (await readdir(folder)).filter((entry) => /^\d+-\d+$/.test(entry));
    await rename(folder, `${folder}.away`);
    await writeFile(folder, 'in the way');
    await expire('/f', 'FREE');
    expect(await fs.entries.status(at('/f'))).toMatchObject({ cachedBytes: 0, ttlMs: -1 });
    expect(test.warnings).toEqual([expect.stringMatching(/^Cached blocks whose time is over are removed from the disk later: /)]);
    await rm(folder);
    await rename(`${folder}.away`, folder);
    expect(await readdir(folder)).toContain(name);
    await fs.changes.makeDirectory(at('/next'), { recursive: false });
    expect(await readdir(folder)).not.toContain(name);
  });

  it('a directory with objects that nobody knows of is not removed with them', async () => {
    await fs.changes.makeDirectory(at('/d'), { recursive: true });
    await create('/d/f');
    await test.ufs.write('d/theirs', bytes('theirs'), { size: 6 });
    await fs.changes.setAttributes(at('/d'), { ttl: { ms: 0, action: 'DELETE' } });
    await another((other) => namesIn(other, '/'));
    expect(await namesIn(fs, '/', true)).toEqual(['/d', '/d/f']);
    expect(await keysIn(test.ufs)).toEqual(['d/', 'd/f', 'd/theirs']);
    expect(test.warnings).toEqual(['The time to live of /d is over, but it cannot be deleted now: UFS dir not in sync. Sync UFS, or delete with unchecked flag.']);
  });

  it('nothing is deleted below a read-only mount, nor a mount with its directory', async () => {
    const uris = await Promise.all(['one', 'two'].map(async (name) => {
      await mkdir(join(test.dir, name));
      await writeFile(join(test.dir, name, 'f'), name);
      return UfsUri.parse(join(test.dir, name));
    }));
    const [one, two] = uris;
    if (one === undefined || two === undefined) return;
    await fs.mounts.mount(at('/ro'), one, { readOnly: true, shared: false, properties: {} });
    await fs.changes.makeDirectory(at('/d'), { recursive: true });
    await fs.mounts.mount(at('/d/mounted'), two, { readOnly: false, shared: false, properties: {} });
    await expire('/ro/f', 'DELETE');
    await fs.changes.setAttributes(at('/d'), { ttl: { ms: 0, action: 'DELETE' } });
    expect(await another((other) => namesIn(other, '/', true))).toEqual(['/d', '/d/mounted', '/d/mounted/f', '/ro', '/ro/f']);
    expect(test.warnings).toEqual([
      'The time to live of /ro/f is over, but it cannot be deleted: A write operation on /ro/f under a readonly mount point /ro is not allowed',
      'The time to live of /d is over, but it cannot be deleted: Cannot delete path /d which is or contains a mount point without --deleteMountPoint/-m option specified',
    ]);
  });

  it('many commands at once: each path expires once', async () => {
    const paths = Array.from({ length: 40 }, (_, i) => `/f${i}`);
    await Promise.all(paths.map((path) => create(path)));
    for (const path of paths) await expire(path, 'DELETE');
    const others = await Promise.all([1, 2, 3].map(() => test.reopen()));
    const seen = await Promise.all(others.map((other) => namesIn(other, '/')));
    expect(seen).toEqual([[], [], []]);
    await Promise.all([fs, ...others].map((each) => each.close()));
    expect(await keysIn(test.ufs)).toEqual([]);
    expect(await another(async (other) => (await other.storage.capacity())[0]?.directories[0]?.used)).toBe(0);
    expect(test.warnings).toEqual([]);
  });
});

describe('time to live, when OSS does not let go', () => {
  it('the path comes back with its bytes, is told of, and stays until its next time', async () => {
    const test = await makeFileSystem('oss', { 'alluxio.underfs.oss.retry.max': '0' });
    await test.fs.content.create(at('/f'), bytes(TEXT), { writeType: 'CACHE_THROUGH' });
    await test.fs.changes.setAttributes(at('/f'), { ttl: { ms: 0, action: 'DELETE' } });
    await test.oss?.fault('token-expired', { method: 'DELETE' });
    await test.oss?.fault('token-expired', { method: 'POST' });
    const other = await test.reopen();
    await namesIn(other, '/');
    await other.close();
    expect(test.warnings).toEqual([expect.stringMatching(/^The time to live of \/f is over, but it cannot be deleted now: /)]);
    await test.oss?.clearFaults();
    expect(await textOf(test.fs.content.open(at('/f')))).toBe(TEXT);
    expect((await test.fs.entries.status(at('/f'))).ttlMs).toBeGreaterThan(1000);
    expect(await keysIn(test.ufs)).toEqual(['f']);
    await test.close();
  });

  /** A look at `/` by a process that lives on, as a master's would. */
  async function lookAndLiveOn(test: TestFileSystem): Promise<void> {
    const other = await test.reopen();
    await namesIn(other, '/');
    await other.close();
  }

  it.each([
    ['reset-after', 'DELETE'],
    ['reset-before', 'DELETE'],
    ['reset-after', 'POST'],
  ] as const)('after a lost answer (%s of %s) the next command brings it to its end, however long this process lives', async (fault, method) => {
    const test = await makeFileSystem('oss', { 'alluxio.underfs.oss.retry.max': '0' });
    const paths = method === 'POST' ? ['/d/a', '/d/b'] : ['/d'];
    if (method === 'POST') await test.fs.changes.makeDirectory(at('/d'), { recursive: false });
    for (const path of paths) await test.fs.content.create(at(path), bytes(TEXT), { writeType: 'CACHE_THROUGH' });
    await test.fs.changes.setAttributes(at('/d'), { ttl: { ms: 0, action: 'DELETE' } });
    await test.oss?.fault(fault, { method });
    await lookAndLiveOn(test);
    expect(await namesIn(test.fs, '/')).toEqual([]);
    expect(test.warnings).toEqual([expect.stringMatching(/^The time to live of \/d is over; it is removed later: OSS .* did not answer/)]);
    await test.oss?.clearFaults();
    await test.fs.changes.makeDirectory(at('/next'), { recursive: false, writeType: 'MUST_CACHE' });
    expect(await keysIn(test.ufs)).toEqual([]);
    // Nobody holds its place any more.
    await test.fs.content.create(at('/d'), bytes('new'), { writeType: 'THROUGH' });
    expect(await keysIn(test.ufs)).toEqual(['d']);
    await test.close();
  });

  it('what belongs to it and cannot be done now is done later too', async () => {
    const test = await makeFileSystem('oss', { 'alluxio.underfs.oss.retry.max': '0' });
    await test.ufs.write('d/f', bytes('content'), {});
    await namesIn(test.fs, '/', true);
    await test.fs.changes.setAttributes(at('/d/f'), { ttl: { ms: 0, action: 'DELETE' } });
    await test.oss?.fault('internal-error', { method: 'PUT' });
    await lookAndLiveOn(test);
    await test.oss?.clearFaults();
    await test.fs.changes.makeDirectory(at('/next'), { recursive: false, writeType: 'MUST_CACHE' });
    expect(await keysIn(test.ufs)).toEqual(['d/']);
    await test.close();
  });
});
