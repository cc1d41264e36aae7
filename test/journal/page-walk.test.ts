/** A journal's file with damaged pages: seen without LMDB, which would die of them. */
import { closeSync, copyFileSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatStore, openStore } from '../../src/journal/format.ts';
import { pageDamage } from '../../src/journal/page-walk.ts';
import { currentStore } from '../../src/journal/store-files.ts';
import { RandomEntries } from './random-entries.ts';
import { ACTOR, FORMAT, NOW, seededRandom, temporaryFolder } from './support.ts';

const PAGE = 4096;

describe('pages of a journal', () => {
  const folder = temporaryFolder();
  const good = join(folder, 'good.mdb');
  const bad = join(folder, 'bad.mdb');
  let live: number[] = [];

  beforeAll(async () => {
    await formatStore({ folder, ...FORMAT });
    const journal = await openStore({ folder });
    const entries = new RandomEntries(seededRandom(3));
    await journal.transact(ACTOR, NOW, (tx) => {
      for (let i = 0; i < 600; i++) entries.step(tx);
    });
    await journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: 'large', value: 'x'.repeat(20_000) }));
    await journal.close();
    copyFileSync(join(currentStore(folder), 'data.mdb'), good);
    live = reachable(good);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function damaged(at: number, change: (byte: number) => number, length = 1): string | undefined {
    copyFileSync(good, bad);
    const file = openSync(bad, 'r+');
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, at);
    writeSync(file, bytes.map(change), 0, length, at);
    closeSync(file);
    return pageDamage(bad);
  }

  /** Some of the pages whose loss is seen. */
  function reachable(path: string): number[] {
    const pages = readFileSync(path).length / PAGE;
    return Array.from({ length: pages - 2 }, (_, i) => i + 2).filter((page) => page % 3 === 0 && damaged(page * PAGE, () => 0, PAGE) !== undefined).slice(0, 15);
  }

  it('are all right as they were written', () => {
    expect(pageDamage(good)).toBeUndefined();
    expect(live.length).toBeGreaterThan(8);
  });

  it('that are zeroed, or have another page’s number, state or bounds, are seen', () => {
    for (const page of live) {
      for (const offset of [0, 3, 15, 18, 20, 22]) {
        // The first pages of large values have a count where others have bounds; their bytes are not looked at, nor those of the pages behind.
        const seen = damaged(page * PAGE + offset, (byte) => byte ^ 0x40);
        if (seen === undefined) expect(readFileSync(good).readUInt16LE(page * PAGE + 18) & 3).toBe(0);
        else expect(seen).toMatch(/^page \d+ |^it holds |^a large record/);
      }
    }
  });

  it('with a changed meta page are seen, in whichever of the two', () => {
    for (const meta of [0, 1]) {
      for (const offset of [24 + 0, 24 + 24, 24 + 72 + 6, 24 + 72 + 40 + 7, 24 + 128 + 2]) expect({ meta, offset, seen: damaged(meta * PAGE + offset, (byte) => byte ^ 0x80) }).toMatchObject({ seen: expect.any(String) as string });
    }
  });

  it('with a flipped bit anywhere never make the look itself fail', () => {
    const random = seededRandom(9);
    for (let i = 0; i < 60; i++) {
      const page = live[Math.floor(random() * live.length)] ?? 2;
      const seen = damaged(page * PAGE + Math.floor(random() * PAGE), (byte) => byte ^ (1 << Math.floor(random() * 8)));
      expect(typeof seen === 'string' || seen === undefined).toBe(true);
    }
  });
});
