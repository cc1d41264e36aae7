/** A backup is the state that survives a machine; restored and taken again it is the same bytes, and nothing that was damaged is restored. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatStore, openStore, restoreStore } from '../../src/journal/format.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { restoreInto } from '../../src/journal/restore.ts';
import { Store } from '../../src/journal/store.ts';
import { RandomEntries, recount } from './random-entries.ts';
import { ACTOR, ENGINE_KINDS, FORMAT, NOW, directoryOf, inodeOf, makeJournal, seededRandom, stateOf, temporaryFolder } from './support.ts';

const SETTINGS = { root: '/ufs', actor: ACTOR, nowMs: NOW };

async function backupOf(journal: Journal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await journal.backup()).bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** In pieces that respect no border. */
async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function restored(backup: Buffer, segments: readonly Buffer[] = []): Promise<Store> {
  return new Store(await restoredEngine(backup, segments), { folder: 'restored' });
}

async function restoredEngine(backup: Buffer, segments: readonly Buffer[] = []): Promise<MemoryEngine> {
  const engine = new MemoryEngine();
  await restoreInto(engine, { ...SETTINGS, backup: { name: 'b', bytes: inPieces(backup) }, segments: segments.map((bytes, at) => ({ name: `s${at}`, bytes: inPieces(bytes) })) });
  return engine;
}

async function live(journal: Journal, random: () => number, steps: number, entries = new RandomEntries(random)): Promise<RandomEntries> {
  for (let i = 0; i < steps; i++) await journal.transact(ACTOR, NOW + i, (tx) => entries.step(tx));
  return entries;
}

describe('backup', () => {
  it.each(ENGINE_KINDS.flatMap((kind) => [1, 2, 3].map((seed) => [kind, seed] as const)))('%s, seed %i: restored and taken again, it is the same bytes, and counted right', async (kind, seed) => {
    const test = await makeJournal(kind);
    try {
      await live(test.journal, seededRandom(seed), 400);
      const first = await backupOf(test.journal);
      const copy = await restored(first);
      expect((await backupOf(copy)).equals(first)).toBe(true);
      copy.read((view) => {
        expect(view.totals(ROOT_ID)).toEqual(recount(view, ROOT_ID));
        expect(view.leases()).toEqual([]);
        expect(view.usage(0)).toEqual({ used: 0, reserved: 0 });
      });
      expect(copy.read((view) => view.lastSeq())).toBe(test.journal.read((view) => view.lastSeq()));
      // It is a journal like any other.
      await live(copy, seededRandom(seed + 100), 1);
    } finally {
      await test.dispose();
    }
  });

  it.each([1, 2, 3, 4])('seed %i: a backup with the segments that follow gives what a later backup holds', async (seed) => {
    const test = await makeJournal('memory');
    const random = seededRandom(seed);
    const entries = await live(test.journal, random, 200);
    const base = await backupOf(test.journal);
    let next = test.journal.read((view) => view.lastSeq()) + 1;
    const segments: Buffer[] = [];
    for (let round = 0; round < 5; round++) {
      await live(test.journal, random, 60, entries);
      for (let segment = await test.journal.segment(next, 37); segment !== undefined; segment = await test.journal.segment(next, 37)) {
        if (segment === 'pruned') throw new Error('nothing was pruned');
        segments.push(segment.bytes);
        next = segment.last + 1;
      }
    }
    expect(segments.length).toBeGreaterThan(5);
    const later = await backupOf(test.journal);
    expect((await backupOf(await restored(base, segments))).equals(later)).toBe(true);
    // The state too, and not only what a backup makes of it.
    expect(stateOf(await restoredEngine(base, segments))).toEqual(stateOf(await restoredEngine(later)));
    // One that comes twice does no harm; one that is missing, or out of its order, is refused.
    expect((await backupOf(await restored(base, segments.flatMap((each) => [each, each])))).equals(later)).toBe(true);
    await expect(restored(base, segments.slice(1))).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('gap') });
    await expect(restored(base, [segments[0] as Buffer, ...segments.slice(2)])).rejects.toMatchObject({ code: 'CORRUPT' });
    await test.dispose();
  });

  it('says when the log no longer goes back far enough', async () => {
    const test = await makeJournal('memory');
    await live(test.journal, seededRandom(1), 50);
    await test.journal.pruneLog(20);
    expect(await test.journal.segment(5, 10)).toBe('pruned');
    expect(await test.journal.segment(test.journal.read((view) => view.lastSeq()) + 1, 10)).toBeUndefined();
    await test.dispose();
  });

  it.each(ENGINE_KINDS)('%s: is one state, although commands write while it is read', async (kind) => {
    const test = await makeJournal(kind);
    try {
      const random = seededRandom(5);
      await test.journal.transact(ACTOR, NOW, (tx) => {
        for (let i = 0; i < 20_000; i++) tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `f${i}`, inode: inodeOf(tx.allocate()) });
      });
      const entries = await live(test.journal, random, 100);
      const before = await backupOf(test.journal);
      const chunks: Buffer[] = [];
      for await (const chunk of (await test.journal.backup()).bytes) {
        chunks.push(chunk);
        await live(test.journal, random, 20, entries);
      }
      expect(chunks.length, 'writers had their turns').toBeGreaterThan(5);
      expect(Buffer.concat(chunks).equals(before)).toBe(true);
      expect((await backupOf(test.journal)).equals(before)).toBe(false);
    } finally {
      await test.dispose();
    }
  });

  it('is refused when it was cut or altered anywhere, and the journal that was there stays', async () => {
    const folder = temporaryFolder();
    await formatStore({ folder, ...FORMAT });
    const journal = await openStore({ folder });
    await live(journal, seededRandom(7), 60);
    const good = await backupOf(journal);
    const state = () => backupOf(journal);
    const segment = await journal.segment(10, 40);
    if (segment === undefined || segment === 'pruned') throw new Error('there is no segment');
    const restore = (bytes: Buffer) => restoreStore(folder, { ...SETTINGS, backup: { name: 'b', bytes: inPieces(bytes, 333) }, segments: [] });
    const step = Math.max(1, Math.floor(good.length / 60));
    for (let at = 0; at < good.length; at += step) {
      await expect(restore(good.subarray(0, at)), `cut at ${at}`).rejects.toMatchObject({ code: 'CORRUPT' });
    }
    const memory = (bytes: Buffer, extra: readonly Buffer[] = []) => restored(bytes, extra);
    for (let at = 0; at < good.length; at += 7) {
      const flipped = Buffer.from(good);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << at % 8);
      await expect(memory(flipped), `bit of byte ${at}`).rejects.toMatchObject({ code: 'CORRUPT' });
    }
    for (let at = 0; at < segment.bytes.length; at += 3) {
      const flipped = Buffer.from(segment.bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << at % 8);
      await expect(memory(good, [flipped]), `bit of byte ${at} of a segment`).rejects.toMatchObject({ code: 'CORRUPT' });
    }
    await expect(restore(Buffer.concat([good, Buffer.of(0)]))).rejects.toMatchObject({ code: 'CORRUPT' });
    await expect(restore(Buffer.concat([good, good]))).rejects.toMatchObject({ code: 'CORRUPT' });
    await expect(restore(segment.bytes)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(restoreStore(folder, { ...SETTINGS, root: 'oss://other/', backup: { name: 'b', bytes: inPieces(good) }, segments: [] })).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
    expect((await state()).equals(good), 'still open, still the same').toBe(true);
    expect(await restore(good)).toMatchObject({ replayed: 0 });
    await expect(state()).rejects.toMatchObject({ code: 'UNFORMATTED' });
    await journal.close();
    const again = await openStore({ folder });
    expect((await backupOf(again)).equals(good)).toBe(true);
    await again.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds no secret, says what is lost, and leaves old work alone', async () => {
    const test = await makeJournal('memory');
    const owner = { host: 'h', pid: 1, startedAt: 1, bootId: 'b', command: 'c' };
    const properties = { 'fs.oss.accessKeyId': 'marked-id', 'fs.oss.accessKeySecret': 'marked-secret', 'fs.oss.securityToken': 'env:TOKEN', 'fs.oss.endpoint': 'e' };
    const setUp = (tx: Parameters<Parameters<Journal['transact']>[2]>[0]) => {
      for (const [id, inode] of [[20, inodeOf(20, { length: 5, persistence: 'TO_BE_PERSISTED' })], [21, inodeOf(21, { length: 0, persistence: 'TO_BE_PERSISTED' })], [22, directoryOf(22)]] as const) {
        tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `n${id}`, inode });
      }
      tx.append({ type: 'mount-added', mount: { id: 5, inodeId: 22, ufsUri: 'oss://b/', readOnly: false, shared: false, properties } });
      const base = { owner, user: 'u', startedMs: 1, leases: [{ parentId: 1, name: 'n20', scope: 'entry' }], reserved: [] } as const;
      tx.append({ type: 'intent-opened', intent: { ...base, id: 30, work: { kind: 'persist', fileId: 20, mountId: 1, key: 'n20' } } });
      tx.append({ type: 'intent-opened', intent: { ...base, id: 31, leases: [], work: { kind: 'delete', inodeId: 22, parentId: 1, name: 'x', mountId: 1, key: 'x', directory: true, unchecked: true } } });
    };
    const base = await backupOf(test.journal);
    const from = test.journal.read((view) => view.lastSeq()) + 1;
    await test.journal.transact(ACTOR, NOW, setUp);
    const segment = await test.journal.segment(from, 100);
    if (segment === undefined || segment === 'pruned') throw new Error('there is no segment');
    const backup = await test.journal.backup();
    const chunks: Buffer[] = [];
    for await (const chunk of backup.bytes) chunks.push(chunk);
    expect(backup.counts.lost).toBe(1);
    for (const bytes of [Buffer.concat(chunks), segment.bytes]) expect(bytes.toString('latin1')).not.toMatch(/marked-/);
    for (const copy of [await restored(Buffer.concat(chunks)), await restored(base, [segment.bytes])]) {
      copy.read((view) => {
        expect(view.locate(20)?.inode.persistence).toBe('LOST');
        expect(view.toBePersisted()).toEqual([21]);
        expect(view.mounts().find(({ id }) => id === 5)?.properties).toEqual({ ...properties, 'fs.oss.accessKeyId': 'missing:', 'fs.oss.accessKeySecret': 'missing:' });
        expect(view.intents()).toMatchObject([{ id: 31, leases: [], work: { kind: 'purge', inodeId: 22 } }]);
      });
    }
    await test.dispose();
  });
});
