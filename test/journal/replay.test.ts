/** The log is the whole truth: replayed, it gives the same bytes; and what apply() keeps counted is what a recount finds. */
import { describe, expect, it } from 'vitest';
import type { Journal, View } from '../../src/journal/journal.ts';
import { LIMBO_ID, ROOT_ID } from '../../src/journal/journal.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { replay } from '../../src/journal/replay.ts';
import { RandomEntries, recount } from './random-entries.ts';
import { ACTOR, ENGINE_KINDS, NOW, makeJournal, seededRandom, stateOf } from './support.ts';

/** Transactions of one to forty entries; every seventh fails after its entries, and must leave no trace. */
async function live(journal: Journal, seed: number, transactions: number): Promise<void> {
  const random = seededRandom(seed);
  const entries = new RandomEntries(random);
  for (let i = 0; i < transactions; i++) {
    if (i % 7 === 6) {
      const failing = new RandomEntries(random);
      const failed = journal.transact(ACTOR, NOW, (tx): void => {
        for (let k = 0; k < 10; k++) failing.step(tx);
        throw new Error('wanted');
      });
      await expect(failed).rejects.toThrow('wanted');
    }
    const steps = 1 + Math.floor(random() * 40);
    await journal.transact(ACTOR, NOW + i, (tx) => {
      for (let k = 0; k < steps; k++) entries.step(tx);
    });
  }
}

function checkCounts(view: View): void {
  const directories = [ROOT_ID, ...view.children(LIMBO_ID).flatMap(({ inode }) => (inode.directory ? [inode.id] : []))];
  for (let id = directories.pop(); id !== undefined; id = directories.pop()) {
    expect(view.totals(id), `totals of ${id}`).toEqual(recount(view, id));
    directories.push(...view.children(id).flatMap(({ inode }) => (inode.directory ? [inode.id] : [])));
  }
  expect(view.totals(LIMBO_ID)).toMatchObject({ files: 0, bytes: 0 });
  for (const directory of [0, 1, 2]) {
    const blocks = view.blocksByUse(directory, { limit: 1_000_000 });
    expect(view.usage(directory).used).toBe(blocks.reduce((sum, block) => sum + block.length, 0));
    expect(blocks.map((block) => block.usedMs)).toEqual(blocks.map((block) => block.usedMs).sort((a, b) => a - b));
  }
}

describe('replay', () => {
  it.each(ENGINE_KINDS.flatMap((kind) => [1, 2, 3].map((seed) => [kind, seed] as const)))('%s, seed %i: the log gives the same state, byte for byte', async (kind, seed) => {
    const test = await makeJournal(kind);
    try {
      await live(test.journal, seed, 60);
      test.journal.read(checkCounts);
      const log = test.journal.rawLog();
      expect(log.length, 'the log holds more than the format').toBeGreaterThan(500);
      const copy = new MemoryEngine();
      await replay(log, copy);
      expect(stateOf(copy)).toEqual(test.state());
      // The grouping into transactions must not matter either.
      const oneByOne = new MemoryEngine();
      for (const record of log) await replay([record], oneByOne);
      expect(stateOf(oneByOne)).toEqual(test.state());
    } finally {
      await test.dispose();
    }
  });

  it('both engines make the same of the same entries', async () => {
    const [memory, lmdb] = await Promise.all([makeJournal('memory'), makeJournal('lmdb')]);
    try {
      await live(memory.journal, 9, 40);
      await live(lmdb.journal, 9, 40);
      const cluster = (line: string) => !line.startsWith('FclusterId');
      expect(lmdb.state().filter(cluster)).toEqual(memory.state().filter(cluster));
    } finally {
      await memory.dispose();
      await lmdb.dispose();
    }
  });
});
