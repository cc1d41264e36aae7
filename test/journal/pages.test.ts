/** LMDB read by pages: sizes and shapes that the journal's own suite does not reach, and what the process's memory shows of it. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KvReader } from '../../src/journal/kv.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { seededRandom, temporaryFolder } from './support.ts';

let folder = '';
let store = '';
const engines: LmdbEngine[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  store = join(folder, 'store');
  mkdirSync(store);
});

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(mappedBytes: number): LmdbEngine {
  const engine = new LmdbEngine(store, { mappedBytes });
  engines.push(engine);
  return engine;
}

const FIRST = Buffer.of(0);
const LAST = Buffer.of(255);

function rows(kv: KvReader, range: { from?: Buffer; to?: Buffer; limit?: number; skip?: number; reverse?: boolean } = {}): string[] {
  const found: string[] = [];
  kv.scan({ from: FIRST, to: LAST, ...range }, ({ key, keyStart, keyEnd, data, dataStart, dataEnd }) => {
    found.push(`${key.toString('latin1', keyStart, keyEnd)}=${data.toString('latin1', dataStart, dataEnd)}`);
  });
  return found;
}

/** Bytes of the store's file that are mapped and in memory. */
function mappedBytes(): number {
  let inStore = false;
  let kilobytes = 0;
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inStore = line.endsWith(join(store, 'data.mdb'));
    else if (inStore && line.startsWith('Rss:')) kilobytes += Number(/\d+/.exec(line)?.[0]);
  }
  return kilobytes * 1024;
}

describe('LMDB read by pages', () => {
  it('gives what the map gives: every range, both ways, values that fill pages of their own, while the tree grows and shrinks', async () => {
    const pages = open(0);
    const map = open(Infinity);
    const random = seededRandom(7);
    const keys = Array.from({ length: 1500 }, (_, i) => Buffer.from(`${'kx'[i % 2]}${i}`.padEnd(3 + Math.floor(random() * (i % 50 === 0 ? 1900 : 40)), '.')));
    const pick = (): Buffer => keys[Math.floor(random() * keys.length)] ?? FIRST;
    for (let round = 0; round < 8; round++) {
      await map.write((kv) => {
        for (let i = 0; i < 400; i++) {
          if (round > 4 && random() < 0.8) kv.delete(pick());
          else kv.put(pick(), Buffer.alloc(Math.floor(random() ** 8 * 20_000), `${round}.${i} `));
        }
      });
      const all = pages.read((kv) => rows(kv));
      expect(all).toEqual(map.read((kv) => rows(kv)));
      for (let i = 0; i < 40; i++) {
        const [from = FIRST, to = LAST] = [pick(), pick()].sort((a, b) => a.compare(b));
        const range = { from, to, reverse: i % 2 === 0, ...(i % 3 === 0 ? { limit: i } : {}), ...(i % 5 < 2 ? { skip: 13 * i } : {}) };
        expect(pages.read((kv) => rows(kv, range))).toEqual(map.read((kv) => rows(kv, range)));
        expect(pages.read((kv) => kv.get(from)?.toString('hex'))).toBe(map.read((kv) => kv.get(from)?.toString('hex')));
      }
    }
    expect(pages.read((kv) => rows(kv).length)).toBeGreaterThan(50);
  });

  it('a snapshot stays as it was while the pages that others freed are used again', async () => {
    const engine = open(0);
    const writeAll = (round: number) => engine.write((kv) => void Array.from({ length: 300 }, (_, i) => kv.put(Buffer.from(`key${i}`), Buffer.alloc(200, `${round} `))));
    await writeAll(0);
    const snapshot = await engine.snapshot();
    const before = rows(snapshot);
    for (let round = 1; round < 30; round++) await writeAll(round);
    expect(rows(snapshot)).toEqual(before);
    expect(engine.read((kv) => rows(kv))).not.toEqual(before);
    snapshot.close();
  });

  it('leaves nothing of what was read in the memory of the process', async () => {
    await open(0).write((kv) => {
      for (let i = 0; i < 4000; i++) kv.put(Buffer.from(`key${i}`), Buffer.alloc(i % 4 === 0 ? 12_000 : 1500, 'v'));
    });
    await engines.pop()?.close();
    const engine = open(0);
    const started = mappedBytes();
    expect(engine.read((kv) => rows(kv).length)).toBe(4000);
    const snapshot = await engine.snapshot();
    expect(rows(snapshot)).toHaveLength(4000);
    snapshot.close();
    // Not measured where the system does not tell.
    expect(started).toBeGreaterThan(0);
    expect(mappedBytes() - started).toBeLessThan(2 ** 20);
  });
});
