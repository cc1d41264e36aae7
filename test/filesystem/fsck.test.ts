/** `fsck` over a whole file system: each kind of damage is planted, found, and mended. */
import { readdir, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Finding, FsckOptions } from '../../src/filesystem/fsck/fsck.ts';
import type { FileSystem } from '../../src/filesystem/file-system.ts';
import type { IntentRecord } from '../../src/journal/records.ts';
import { LIMBO_ID, ROOT_ID } from '../../src/journal/journal.ts';
import { inodeKey, leaseKey, placeKey, spaceKey, totalsKey } from '../../src/journal/keys.ts';
import type { KvWriter } from '../../src/journal/kv.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { Store } from '../../src/journal/store.ts';
import { currentStore } from '../../src/journal/store-files.ts';
import { uploadsOf } from '../../src/ufs/oss/uploads.ts';
import { at, bytes, makeFileSystem } from '../support/file-system.ts';
import type { StorageKind, TestFileSystem } from '../support/file-system.ts';

let made: TestFileSystem | undefined;
afterEach(async () => {
  await made?.close();
  made = undefined;
});

async function filled(kind: StorageKind): Promise<TestFileSystem> {
  const test = await makeFileSystem(kind);
  made = test;
  await test.fs.changes.makeDirectory(at('/d/e'), { recursive: true });
  await test.fs.content.create(at('/d/through'), bytes('t'.repeat(100)), { writeType: 'CACHE_THROUGH' });
  await test.fs.content.create(at('/d/e/cached'), bytes('c'.repeat(150)), { writeType: 'MUST_CACHE' });
  return test;
}

const ALL: Omit<FsckOptions, 'signal'> = { path: at('/'), storage: true, deep: true };

async function check(fs: FileSystem, options: Partial<FsckOptions> = {}): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of (await (await fs.admin()).fsck()).check({ ...ALL, signal: new AbortController().signal, ...options })) found.push(finding);
  return found;
}

async function repair(fs: FileSystem, findings: readonly Finding[]) {
  return (await (await fs.admin()).fsck()).repair(findings, new AbortController().signal);
}

const kinds = (found: readonly Finding[]) => [...new Set(found.map(({ kind }) => kind))].sort();

/** Writes past the journal's rules. */
async function plant(dir: string, fn: (kv: KvWriter) => void): Promise<void> {
  const engine = new LmdbEngine(currentStore(join(dir, 'journal')));
  await engine.write(fn);
}

async function inJournal<T>(dir: string, fn: (store: Store) => Promise<T>): Promise<T> {
  return fn(new Store(new LmdbEngine(currentStore(join(dir, 'journal'))), { folder: dir }));
}

const idOf = async (fs: FileSystem, path: string) => (await fs.entries.status(at(path))).id;

async function blockFiles(dir: string): Promise<string[]> {
  const all = await readdir(dir, { recursive: true });
  return all.filter((name) => /alluxioworker\/\d+-\d+$/.test(name)).map((name) => join(dir, name));
}

/** In `/d`, below `/`: two uploads of one file, or one temporary file of a dead process. And some that are not ours to remove. */
async function plantWrites({ oss, dir }: TestFileSystem) {
  if (oss === undefined) {
    const folder = join(dir, 'ufs', 'd');
    const name = (pid: number) => `.alluxio.tmp.${pid}.${Date.now()}.0123456789ab.0123456789abcdef`;
    const [dead, living] = [name(4_194_305), name(process.pid)];
    await writeFile(join(folder, living), 'living');
    await writeFile(join(folder, dead), 'half');
    return { place: join(folder, dead), planted: 1, others: [living], remaining: async () => (await readdir(folder)).filter((each) => each.startsWith('.')) };
  }
  const raw = await oss.raw();
  const begin = (object: string) => raw.send({ method: 'POST', object, subresource: { uploads: '' } });
  for (const object of ['root/d/left', 'root/d/left', 'elsewhere']) await begin(object);
  const remaining = async () => (await Promise.all(['root/d/left', 'elsewhere'].map(async (object) => (await uploadsOf(raw, object)).uploads.map(() => object)))).flat();
  return { place: `oss://${oss.bucket}/root/d/left`, planted: 2, others: ['elsewhere'], remaining };
}

const DEAD: IntentRecord['owner'] = { host: '', pid: 1, startedAt: 1, bootId: '', command: 'fs touch' };

describe.each(['local', 'oss'] as const)('fsck over %s', (kind) => {
  it('finds nothing in what commands left, and nothing in what they are at', async () => {
    const { fs } = await filled(kind);
    let seen: Finding[] = [];
    async function* source() {
      yield* bytes('x'.repeat(100));
      seen = await check(fs);
      yield* bytes('y');
    }
    await fs.content.create(at('/d/under-way'), source(), { writeType: 'CACHE_THROUGH' });
    expect([seen, await check(fs)]).toEqual([[], []]);
  });

  it('finds and mends tables that do not agree', async () => {
    const test = await filled(kind);
    const { fs, dir } = test;
    const [d, e] = [await idOf(fs, '/d'), await idOf(fs, '/d/e')];
    await plant(dir, (kv) => {
      kv.delete(totalsKey(d));
      kv.delete(placeKey(e));
      kv.delete(spaceKey(0));
      kv.put(leaseKey(ROOT_ID, 'd'), Buffer.of(1, 99, 1));
    });
    const found = await check(fs, { storage: false });
    expect(kinds(found)).toEqual(expect.arrayContaining(['inode-place', 'lease', 'space', 'totals']));
    expect(await repair(fs, found)).toEqual([]);
    expect(await check(fs)).toEqual([]);
    expect(await fs.entries.totals(at('/d'))).toMatchObject({ files: 2, directories: 1, bytes: 250, cachedBytes: 250 });
  });

  it('ends what a dead process left, with its promise of space', async () => {
    const { fs, dir } = await filled(kind);
    await inJournal(dir, (store) =>
      store.transact({ user: 'root', command: 'test' }, 1, (tx) => {
        const intent: IntentRecord = { id: tx.allocate(), owner: DEAD, user: 'root', startedMs: 1, leases: [{ parentId: ROOT_ID, name: 'z', scope: 'entry' }], reserved: [{ directory: 0, bytes: 9 }], work: { kind: 'cache', fileId: 900 } };
        tx.append({ type: 'space-reserved', directory: 0, bytes: 9 });
        tx.append({ type: 'intent-opened', intent });
      }),
    );
    const found = await check(fs);
    expect(found.map((finding) => [finding.kind, finding.text])).toEqual([['intent', '"fs touch" (pid 1) died and left a cache unfinished']]);
    expect(await repair(fs, found)).toEqual([]);
    expect(await check(fs)).toEqual([]);
  });

  it('removes a tree in limbo that no work removes, and says so of an intent that was lost', async () => {
    const { fs, dir } = await filled(kind);
    const e = await idOf(fs, '/d/e');
    await inJournal(dir, (store) => store.transact({ user: 'root', command: 'test' }, 1, (tx) => tx.append({ type: 'inode-moved', id: e, toParentId: LIMBO_ID, toName: `${e}` })));
    const found = await check(fs);
    expect(kinds(found)).toEqual(['limbo']);
    expect(await repair(fs, found)).toEqual([]);
    expect([await check(fs), await fs.entries.exists(at('/d/e'))]).toEqual([[], false]);
    expect((await blockFiles(dir)).length).toBe(2);
  });

  it('finds block files that are gone, cut short, damaged or unknown; reads again what the storage has', async () => {
    const { fs, dir } = await filled(kind);
    const [through, cached] = [await idOf(fs, '/d/through'), await idOf(fs, '/d/e/cached')];
    const file = async (name: string) => (await blockFiles(dir)).find((path) => path.endsWith(`/${name}`)) ?? '';
    await unlink(await file(`${through}-0`));
    await writeFile(await file(`${through}-1`), 'T'.repeat(36));
    await truncate(await file(`${cached}-1`), 3);
    const folder = join((await file(`${cached}-0`)), '..');
    await writeFile(join(folder, '4711-0'), 'stray');
    await writeFile(join(folder, '.tmp_blocks', '1-1-4711-0-1'), 'half').catch(() => undefined);
    expect(kinds(await check(fs, { deep: false }))).toEqual(['block-file', 'cache-file']);
    const found = await check(fs);
    expect(found.filter(({ kind: each }) => each === 'block-file').map(({ path, remedy }) => `${path} ${remedy !== undefined}`).sort()).toEqual(['/d/e/cached false', '/d/through true', '/d/through true']);
    expect(await repair(fs, found)).toEqual([]);
    expect((await check(fs)).map(({ path, remedy }) => [path, remedy])).toEqual([['/d/e/cached', undefined]]);
    expect((await readdir(folder)).includes('4711-0')).toBe(false);
    expect((await fs.entries.status(at('/d/through'))).cachedBytes).toBe(100);
  });

  it('finds writes to the storage that nobody finishes, and removes them; not those that are young, at work or elsewhere', async () => {
    const test = await filled(kind);
    const left = await plantWrites(test);
    expect(await check(test.fs)).toEqual([]);
    const aged = await test.reopen({ 'alluxio.underfs.oss.intermediate.upload.clean.age': '0' });
    async function* source() {
      expect(await check(aged)).toEqual([]);
      yield* bytes('x');
    }
    await test.fs.content.create(at('/d/under-way'), source(), { writeType: 'THROUGH' });
    const found = await check(aged);
    expect(found.map(({ kind: each, file }) => [each, file?.split(' ')[0]])).toEqual([['upload', left.place], ['upload', left.place]].slice(0, left.planted));
    expect(await check(aged, { path: at('/d/e') })).toEqual([]);
    expect(await check(aged, { path: at('/d'), storage: false })).toEqual([]);
    expect(await repair(aged, found)).toEqual([]);
    expect([await check(aged), await left.remaining()]).toEqual([[], left.others]);
  });

  it('finds an object that went or changed behind it, and reads again what is there', async () => {
    const { fs, ufs } = await filled(kind);
    await fs.content.create(at('/d/other'), bytes('one'), { writeType: 'THROUGH' });
    await ufs.deleteFiles(['d/through']);
    await ufs.write('d/other', bytes('three'));
    const found = await check(fs);
    expect(found.map(({ kind: each, path }) => [each, path])).toEqual([['object', '/d/other'], ['object', '/d/through']]);
    expect(await check(fs, { storage: false })).toEqual([]);
    expect(await repair(fs, found)).toEqual([]);
    expect([await check(fs), (await fs.entries.status(at('/d/other'))).length, await fs.entries.exists(at('/d/through'))]).toEqual([[], 5, false]);
  });

  it('hangs what has lost its directory into /lost+found', async () => {
    const { fs, dir } = await filled(kind);
    const d = await idOf(fs, '/d');
    await plant(dir, (kv) => kv.delete(inodeKey(d, 'e')));
    for (let round = 0; round < 4; round++) await repair(fs, await check(fs, { storage: false }));
    const cached = (await fs.entries.page(at('/lost+found'), { limit: 10 }, { loadType: 'NEVER', syncIntervalMs: -1 })).entries;
    expect([await check(fs), cached.map(({ length, cachedBytes }) => [length, cachedBytes])]).toEqual([[], [[150, 150]]]);
  });
});

it('is the superuser’s', async () => {
  const { reopen } = await filled('local');
  const other = await reopen({ 'alluxio.security.login.username': 'nobody-else' });
  await expect(check(other)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});
