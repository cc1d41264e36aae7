/** Backups as files in OSS or on the local disk: taken, shipped, found, restored, refused. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatJournal, restoreJournal } from '../../../src/compose.ts';
import type { Config } from '../../../src/config/config.ts';
import type { FileSystem } from '../../../src/filesystem/file-system.ts';
import { UfsUri, normalisePath } from '../../../src/uri.ts';
import { configOf } from '../../support/config.ts';
import type { StorageKind, TestFileSystem } from '../../support/file-system.ts';
import { STORAGE_KINDS, makeFileSystem } from '../../support/file-system.ts';
import { OSS_KEYS } from '../../support/oss.ts';

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

let test: TestFileSystem;
let kind: StorageKind;

/** The configuration of another machine: the same storage, another disk. */
function other(name: string): Config {
  const { dir, rootUri, oss } = test;
  const properties = {
    'alluxio.work.dir': join(dir, name),
    'alluxio.master.mount.table.root.ufs': rootUri,
    'alluxio.master.backup.directory': kind === 'oss' ? '/backups' : join(dir, 'backups'),
    'alluxio.worker.tieredstore.level0.dirs.path': join(dir, name, 'cache'),
  };
  return oss === undefined ? configOf(properties) : oss.config(properties);
}

async function openOther(name: string): Promise<FileSystem> {
  const { openFileSystem } = await import('../../../src/compose.ts');
  return openFileSystem({ config: other(name), signal: new AbortController().signal, commandLine: 'test', warn: () => undefined });
}

const path = normalisePath;
const local = (name: string) => join(test.dir, name);

describe.each(STORAGE_KINDS)('%s', (storage) => {
  beforeEach(async () => {
    kind = storage;
    test = await makeFileSystem(storage);
    await mkdir(local('backups'), { recursive: true });
  });
  afterEach(() => test.close());

  const backups = () => (kind === 'oss' ? `oss://${test.oss?.bucket ?? ''}/backups` : local('backups'));

  it('a backup restored on another machine is the namespace; what was only in the cache is lost, and says so', async () => {
    const { fs } = test;
    await fs.changes.makeDirectory(path('/d'), { recursive: false });
    await fs.content.create(path('/d/kept'), bytes('kept'), { writeType: 'CACHE_THROUGH' });
    await fs.content.create(path('/d/only-cached'), bytes('lost'), { writeType: 'MUST_CACHE' });
    await (await fs.admin()).setPathDefaults(path('/d'), { 'alluxio.user.file.writetype.default': 'THROUGH' });
    const done = await (await fs.admin()).backup({ directory: backups() });
    expect(done.uri.toString()).toMatch(new RegExp(`^${backups()}/alluxio-backup-\\d{4}-\\d\\d-\\d\\d-\\d{13}\\.gz$`));
    expect(done.unsaved).toBe(1);
    const report = await restoreJournal({ config: other('b'), from: backups(), backupOnly: false });
    expect(report).toMatchObject({ uri: done.uri.toString(), entries: done.entries, replayed: 0 });
    const again = await openOther('b');
    try {
      expect(await again.entries.status(path('/d/kept'))).toMatchObject({ length: 4, persistence: 'PERSISTED', cachedBytes: 0 });
      expect(await again.entries.status(path('/d/only-cached'))).toMatchObject({ persistence: 'LOST' });
      const stream = await again.content.open(path('/d/kept'));
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe('kept');
    } finally {
      await again.close();
    }
  });

  it('what the master shipped is restored with it, up to the last call; a chain goes on, and begins anew where it must', async () => {
    const shipping = await test.reopen({ 'alluxio.master.backup.directory': kind === 'oss' ? '/backups' : local('backups') });
    const admin = await shipping.admin();
    await test.fs.content.create(path('/one'), bytes('1'), { writeType: 'THROUGH' });
    expect(await admin.shipJournal()).toEqual({ records: 0, backup: true });
    expect(await admin.shipJournal()).toEqual({ records: 0, backup: false });
    await test.fs.content.create(path('/two'), bytes('2'), { writeType: 'THROUGH' });
    await test.fs.changes.rename(path('/one'), path('/uno'));
    const shipped = await admin.shipJournal();
    expect(shipped.backup).toBe(false);
    expect(shipped.records).toBeGreaterThan(3);
    await test.fs.changes.makeDirectory(path('/not-shipped'), { recursive: false, writeType: 'MUST_CACHE' });
    const report = await restoreJournal({ config: other('c'), from: backups(), backupOnly: false });
    expect(report.replayed).toBeGreaterThan(3);
    const restored = await openOther('c');
    const names: string[] = [];
    for await (const page of restored.entries.list(path('/'), { loadType: 'NEVER' })) names.push(...page.map(({ name }) => name));
    expect(names).toEqual(['two', 'uno']);
    // Its own chain begins with a backup: the numbers go on, but it is another store.
    expect(await (await restored.admin()).shipJournal()).toEqual({ records: 0, backup: true });
    await restored.close();
    await restoreJournal({ config: other('d'), from: report.uri, backupOnly: true });
    const only = await openOther('d');
    expect(await only.entries.exists(path('/two'), { loadType: 'NEVER' })).toBe(false);
    await only.close();
    // A log that was pruned too far cannot go on.
    await (await test.fs.admin()).checkpoint();
    await test.fs.changes.makeDirectory(path('/later'), { recursive: false, writeType: 'MUST_CACHE' });
    await (await test.fs.admin()).checkpoint();
    expect(await admin.shipJournal()).toEqual({ records: 0, backup: true });
  });
});

describe('backups', () => {
  beforeEach(async () => {
    kind = 'local';
    test = await makeFileSystem('local');
  });
  afterEach(() => test.close());

  it('a file that was cut, altered or added to is refused, and the journal stays', async () => {
    await test.fs.changes.makeDirectory(path('/d'), { recursive: false });
    const { uri } = await (await test.fs.admin()).backup({ directory: local('backups'), local: true });
    const good = readFileSync(uri.path);
    const config = other('x');
    await formatJournal(config);
    const before = readdirSync(join(test.dir, 'x/journal'));
    const bad = local('bad.gz');
    const refused = async (content: Buffer, why: string) => {
      writeFileSync(bad, content);
      await expect(restoreJournal({ config, from: bad, backupOnly: false }), why).rejects.toMatchObject({ code: 'CORRUPT' });
    };
    for (let at = 0; at < good.length; at += 40) await refused(good.subarray(0, at), `cut at ${at}`);
    await refused(good.subarray(0, good.length - 1), 'last byte');
    for (let at = 0; at < good.length; at += at < 10 || at > good.length - 10 ? 1 : 17) {
      const flipped = Buffer.from(good);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await refused(flipped, `byte ${at}`);
    }
    await refused(Buffer.concat([good, Buffer.from('x')]), 'more at the end');
    await refused(Buffer.concat([good, good]), 'twice');
    expect(readdirSync(join(test.dir, 'x/journal'))).toEqual(before);
    await expect(restoreJournal({ config, from: local('nothing'), backupOnly: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await restoreJournal({ config, from: uri.path, backupOnly: false })).toMatchObject({ replayed: 0 });
    rmSync(bad);
  });

  it('the same state is the same file', async () => {
    const admin = await test.fs.admin();
    const [a, b] = [await admin.backup({ directory: local('b1'), local: true }), await admin.backup({ directory: local('b2'), local: true })];
    expect(readFileSync(a.uri.path).equals(readFileSync(b.uri.path))).toBe(true);
    await restoreJournal({ config: other('y'), from: a.uri.path, backupOnly: false });
    const restored = await openOther('y');
    const c = await (await restored.admin()).backup({ directory: local('b3'), local: true });
    await restored.close();
    expect(readFileSync(c.uri.path).equals(readFileSync(a.uri.path))).toBe(true);
  });

  it('only the newest stay', async () => {
    const fs = await test.reopen({ 'alluxio.master.backup.directory': local('old') });
    await mkdir(local('old'));
    for (const ms of [1, 2, 3]) writeFileSync(local(`old/alluxio-backup-2020-01-01-${ms}.gz`), '');
    writeFileSync(local('old/mine.gz'), '');
    expect(await (await fs.admin()).pruneBackups(2)).toBe(1);
    expect(readdirSync(local('old'))).toEqual(['alluxio-backup-2020-01-01-2.gz', 'alluxio-backup-2020-01-01-3.gz', 'mine.gz']);
  });
});

describe('secrets of mounts', () => {
  it('are in no backup; a mount that lacks one says how to give it', async () => {
    kind = 'oss';
    test = await makeFileSystem('oss');
    try {
      const properties = { 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret, 'fs.oss.endpoint': test.oss?.endpoint ?? '' };
      await test.ufs.makeDirectory('other');
      const uri = `oss://${test.oss?.bucket ?? ''}/second`;
      await test.fs.content.create(path('/x'), bytes('x'), { writeType: 'THROUGH' });
      await (await test.oss?.raw())?.send({ method: 'PUT', object: 'second/y', body: Buffer.from('y') });
      await test.fs.mounts.mount(path('/m'), UfsUri.parse(uri), { readOnly: false, shared: false, properties });
      const { uri: backup } = await (await test.fs.admin()).backup({ directory: local('b'), local: true });
      const content = gunzipSync(readFileSync(backup.path)).toString('latin1');
      for (const secret of Object.values(OSS_KEYS)) expect(content).not.toContain(secret);
      await restoreJournal({ config: other('m'), from: backup.path, backupOnly: false });
      const restored = await openOther('m');
      const failure: unknown = await restored.content.open(path('/m/y')).then(() => undefined, (error: unknown) => error);
      expect(failure).toMatchObject({ code: 'INVALID_CONFIGURATION', message: expect.stringContaining('/m'), hint: expect.stringContaining('alluxio fs updateMount --option fs.oss.accessKeyId=…') });
      expect((await restored.mounts.list()).find((mount) => mount.path === '/m')?.properties['fs.oss.accessKeySecret']).toBe('missing:');
      await restored.mounts.update(path('/m'), { readOnly: false, shared: false, properties });
      expect(await restored.entries.status(path('/m/y'))).toMatchObject({ length: 1 });
      await restored.close();
    } finally {
      await test.close();
    }
  });
});
