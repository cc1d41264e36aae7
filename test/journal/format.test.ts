/** Formatting and opening. */
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatStore, openStore } from '../../src/journal/format.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { Store } from '../../src/journal/store.ts';
import { ACTOR, FORMAT, NOW, directoryOf, temporaryFolder } from './support.ts';

describe('format and open', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(temporaryFolder(), 'a', 'journal');
  });
  afterEach(() => rmSync(join(folder, '../..'), { recursive: true, force: true }));

  const format = () => formatStore({ folder, ...FORMAT });
  const open = async (readOnly = false) => openStore({ folder, readOnly });
  const stores = () => readdirSync(folder).filter((name) => name.startsWith('store-'));

  it('an unformatted folder is told from a damaged one, and the command is named', async () => {
    const unformatted = { code: 'UNFORMATTED', message: `Journal ${folder} has not been formatted!`, hint: 'Run: alluxio format' };
    await expect(open()).rejects.toMatchObject(unformatted);
    mkdirSync(folder, { recursive: true });
    await expect(open()).rejects.toMatchObject(unformatted);
    // A format that was killed before its last step.
    mkdirSync(join(folder, 'store-0123'));
    writeFileSync(join(folder, 'journal.json.new'), '{"form');
    await expect(open()).rejects.toMatchObject(unformatted);
    await format();
    expect(stores().length).toBe(1);
    writeFileSync(join(folder, 'journal.json'), '{"form');
    await expect(open()).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('makes an empty namespace with the root mount, readable by its owner only', async () => {
    await format();
    const journal = await open();
    journal.read((view) => {
      expect(view.child(0, '')).toMatchObject({ id: ROOT_ID, directory: true, owner: 'root', group: 'wheel', mode: 0o755, mountId: 1, childrenLoaded: false });
      expect(view.mounts()).toEqual([FORMAT.mount]);
      expect(view.fact('superuser')).toBe('root');
      expect(view.fact('clusterId')).toMatch(/^[0-9a-f-]{36}$/);
      expect(view.sequence()).toBeGreaterThan(2);
    });
    await journal.transact(ACTOR, NOW, (tx) => tx.allocate());
    await journal.close();
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
    expect(paths.length).toBe(4);
    for (const path of [folder, ...paths]) expect(statSync(path).mode & 0o077, path).toBe(0);
  });

  it('again replaces everything of its own and nothing else', async () => {
    await format();
    writeFileSync(join(folder, 'mine.txt'), 'kept');
    const old = await open();
    await old.transact(ACTOR, NOW, (tx) => tx.append({ type: 'inode-created', parentId: ROOT_ID, name: 'd', inode: directoryOf(tx.allocate()) }));
    const before = stores();
    await format();
    expect(stores().length).toBe(1);
    expect(stores()).not.toEqual(before);
    const fresh = await open();
    expect(fresh.read((view) => view.children(ROOT_ID))).toEqual([]);
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('kept');
    // Whoever still has the old one open must not write what nobody will read.
    await expect(old.transact(ACTOR, NOW, (tx) => tx.allocate())).rejects.toMatchObject({ code: 'UNFORMATTED' });
    expect(() => old.read((view) => view.sequence())).toThrow(/was formatted again/);
    await old.close();
    await fresh.close();
  });

  it('replaces a damaged journal too', async () => {
    await format();
    writeFileSync(join(folder, stores()[0] ?? '', 'data.mdb'), 'rubbish');
    await expect(open()).rejects.toMatchObject({ code: 'CORRUPT', hint: expect.stringContaining('backup') });
    await format();
    await (await open()).close();
  });

  it('refuses other format versions with what to do', async () => {
    await format();
    const pointer = readFileSync(join(folder, 'journal.json'), 'utf8');
    writeFileSync(join(folder, 'journal.json'), pointer.replace('"formatVersion":1', '"formatVersion":2'));
    await expect(open()).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('newer version (format 2') });
    writeFileSync(join(folder, 'journal.json'), pointer.replace('"formatVersion":1', '"formatVersion":0'));
    await expect(open()).rejects.toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringContaining('alluxio format') });
    writeFileSync(join(folder, 'journal.json'), pointer.replace(/store-[0-9a-f]+/, '../../etc'));
    await expect(open()).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('opened for reading only, refuses to write', async () => {
    await format();
    const journal = await open(true);
    expect(journal.read((view) => view.fact('superuser'))).toBe('root');
    await expect(journal.transact(ACTOR, NOW, (tx) => tx.allocate())).rejects.toMatchObject({ code: 'READ_ONLY' });
    await journal.close();
  });

  it('keeps as many log records as it is told, in small steps', async () => {
    await format();
    const journal = await openStore({ folder, keepLogEntries: 100 });
    for (let i = 0; i < 60; i++) {
      await journal.transact(ACTOR, NOW, (tx) => {
        for (let k = 0; k < 50; k++) tx.append({ type: 'fact-set', name: 'n', value: `${i}.${k}` });
      });
      const log = journal.log();
      const last = journal.read((view) => view.lastSeq());
      expect(last).toBe(4 + (i + 1) * 50);
      expect(log[log.length - 1]?.seq).toBe(last);
      expect(log.length).toBeGreaterThanOrEqual(Math.min(100, last));
      expect(log.length).toBeLessThanOrEqual(160);
    }
    await journal.close();
  });

  it('a process that has read much reads on by pages, and notices nothing', async () => {
    await format();
    const journal = await open();
    await journal.transact(ACTOR, NOW, (tx) => {
      for (let i = 0; i < 500; i++) tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `d${i}`, inode: directoryOf(1000 + i) });
    });
    const reader = new Store(new LmdbEngine(join(folder, stores()[0] ?? ''), { mappedBytes: 100 }), { folder });
    for (let round = 0; round < 20; round++) {
      const found = reader.read((view) => view.children(ROOT_ID, { limit: 100 }).map(({ inode }) => reader.read((inner) => inner.locate(inode.id)?.name)));
      expect(found).toEqual(reader.read((view) => view.children(ROOT_ID, { limit: 100 }).map(({ name }) => name)));
    }
    await journal.close();
    expect(reader.read((view) => view.children(ROOT_ID).length)).toBe(500);
    await reader.transact(ACTOR, NOW, (tx) => tx.append({ type: 'inode-removed', id: 1000 }));
    expect(reader.read((view) => view.children(ROOT_ID).length)).toBe(499);
    await reader.close();
  });

  it('sees what another opening of the same journal has written, at once', async () => {
    await format();
    const [one, two] = [await open(), await open()];
    for (let i = 0; i < 20; i++) {
      const writer = i % 2 === 0 ? one : two;
      const reader = i % 2 === 0 ? two : one;
      await writer.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: 'i', value: String(i) }));
      expect(reader.read((view) => view.fact('i'))).toBe(String(i));
    }
    await one.close();
    await two.close();
  });
});
