/** What the journal's stores promise beyond what the journal's own suite sees. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../src/journal/group-commit.ts';
import type { KvEngine, KvReader, KvWriter } from '../../src/journal/kv.ts';
import { StaleState } from '../../src/journal/kv.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { ACTOR, NOW, WAYS_TO_READ, temporaryFolder } from './support.ts';
import type { EngineKind } from './support.ts';
import { logKey } from '../../src/journal/keys.ts';

async function withEngine(kind: EngineKind, use: (engine: KvEngine) => Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'store'));
  const engine = kind === 'memory' ? new MemoryEngine() : new LmdbEngine(join(folder, 'store'), kind === 'pages' ? { mappedBytes: 0 } : {});
  try {
    await use(engine);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const key = (text: string): Buffer => Buffer.from(text);

describe.each(WAYS_TO_READ)('a store in %s', (kind) => {
  it('takes a new key once; the second time nothing of the transaction is kept', () =>
    withEngine(kind, async (engine) => {
      await engine.write((kv) => kv.putNew(key('a'), key('1')));
      const again = engine.write((kv) => {
        kv.put(key('b'), key('2'));
        kv.putNew(key('a'), key('3'));
      });
      await expect(again).rejects.toBeInstanceOf(StaleState);
      engine.read((kv) => {
        expect(kv.get(key('a'))?.toString('latin1', 0, 1)).toBe('1');
        expect(kv.get(key('b'))).toBeUndefined();
      });
    }));

  it('gives exactly the bytes that were put, in a transaction and outside', () =>
    withEngine(kind, async (engine) => {
      const values = ['a longer one than those that follow', '', 'xy', 'z'.repeat(9000)].map(key);
      await engine.write((kv) => {
        for (const [at, value] of values.entries()) kv.put(key(`k${at}`), value);
      });
      const given = (kv: KvReader): (string | undefined)[] => values.map((_, at) => kv.get(key(`k${at}`))?.toString('hex'));
      const put = values.map((value) => value.toString('hex'));
      expect(engine.read(given)).toEqual(put);
      expect(await engine.write(given)).toEqual(put);
      expect(await engine.write((kv) => values.map((_, at) => kv.get(key(`k${at}`))?.byteLength))).toEqual(values.map((value) => value.byteLength));
    }));

  it('inserts where nothing is, says so where something is, and goes on', () =>
    withEngine(kind, async (engine) => {
      const done = await engine.write((kv) => [kv.insert(key('a'), key('1')), kv.insert(key('a'), key('2')), kv.insert(key('b'), key('3'))]);
      expect(done).toEqual([true, false, true]);
      engine.read((kv) => {
        expect(kv.get(key('a'))?.toString('latin1', 0, 1)).toBe('1');
        expect(kv.get(key('b'))?.toString('latin1', 0, 1)).toBe('3');
      });
      expect(await engine.write((kv) => kv.insert(key('b'), key('4')))).toBe(false);
    }));

  it('a callback that worked on an old state is run again, and no other writer loses anything', () =>
    withEngine(kind, async (engine) => {
      let blind = 1;
      // Stands for a reader that shows a state from before the last commit, as often as `blind` says.
      const stale = (kv: KvWriter): KvWriter => ({ ...kv, scan: (range, visit) => (blind-- > 0 ? undefined : kv.scan(range, visit)) });
      const seeing: KvEngine = { read: (fn) => engine.read(fn), write: (fn) => engine.write((kv) => fn(stale(kv))), snapshot: () => engine.snapshot(), close: () => engine.close() };
      const first = new GroupCommit(engine, () => undefined);
      const append = (commits: GroupCommit, name: string) => commits.add(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name, value: 'x' }));
      await append(first, 'one');
      await append(new GroupCommit(seeing, () => undefined), 'two');
      expect(blind).toBeLessThan(0);
      engine.read((kv) => expect([1, 2, 3].map((seq) => kv.get(logKey(seq)) !== undefined)).toEqual([true, true, false]));
    }));
});
