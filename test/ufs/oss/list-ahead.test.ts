import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '../../../src/ufs/oss/utf8-order.ts';
import type { StorePage } from '../../../src/ufs/oss/list.ts';
import { pagesAhead } from '../../../src/ufs/oss/list-ahead.ts';
import { NotedPlaces } from '../../../src/ufs/oss/noted-places.ts';

const PAGE = 5;
/** Of all four listings together. */
const WASTE = 1.5;

/** A store of keys that answers as OSS does, in later turns and not in order. */
function storeOf(given: readonly string[]) {
  const keys = [...new Set(given)].sort(compareUtf8);
  const asked: string[] = [];
  let inFlight = 0;
  const store = {
    keys,
    asked,
    most: 0,
    async fetch(after: string): Promise<StorePage> {
      asked.push(after);
      store.most = Math.max(store.most, ++inFlight);
      for (let turns = asked.length % 4; turns >= 0; turns--) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      let from = keys.findIndex((key) => compareUtf8(key, after) > 0);
      if (from < 0) from = keys.length;
      const objects = keys.slice(from, from + PAGE).map((key) => ({ key, size: 1, modifiedMs: 0, etag: '' }));
      return { objects, nextMarker: from + PAGE < keys.length ? objects.at(-1)?.key : undefined };
    },
  };
  return store;
}

async function listed(store: ReturnType<typeof storeOf>, borders: readonly string[] = [], parallel = 8): Promise<{ keys: string[]; noted: readonly string[] }> {
  const keys: string[] = [];
  const places = new NotedPlaces('');
  let noted: readonly string[] = [];
  for await (const page of pagesAhead({ fetch: (after) => store.fetch(after), parallel, borders })) {
    places.see(page);
    keys.push(...page.objects.map(({ key }) => key));
  }
  places.tell((told) => (noted = told));
  return { keys, noted };
}

const padded = (at: number, width: number): string => String(at).padStart(width, '0');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
/** Spread without pattern, the same in each run. */
const scattered = (at: number): number => Math.imul(at + 1, 0x9e3779b1) >>> 0;

const SHAPES: Record<string, string[]> = {
  'no key': [],
  'one page': numbers(PAGE).map(String),
  'numbers of one width': numbers(2000).map((at) => `logs/part-${padded(at, 7)}.parquet`),
  'numbers of any width': numbers(1500).map((at) => `f${at}`),
  'directories of ten': numbers(1500).map((at) => `tree/d${padded(Math.floor(at / 10), 4)}/part-${padded(at, 6)}`),
  'hexadecimal names': numbers(1500).map((at) => `${scattered(at).toString(16).padStart(8, '0')}.bin`),
  'names in base 62': numbers(1500).map((at) => `x/${Buffer.from(String(scattered(at))).toString('base64url').replace(/[-_]/g, '0')}`),
  'dense and sparse by turns': numbers(1500).map((at) => `p${padded(at < 1000 ? at : at * 997, 8)}`),
  'everything at the end': [...numbers(20).map((at) => `a${padded(at, 5)}`), ...numbers(1000).map((at) => `zz${padded(at, 5)}`)],
  'names beyond ASCII': numbers(800).map((at) => `ü/${String.fromCodePoint(0x4e00 + (scattered(at) % 5000), 0x1f300 + (at % 200))}-${at}`),
  'keys that are beginnings of others': numbers(400).map((at) => 'a'.repeat(1 + (at % 40)) + (at > 200 ? `/${at}` : '')),
};

describe('a listing whose pages are fetched side by side', () => {
  for (const [shape, given] of Object.entries(SHAPES)) {
    it(`brings each key once and in order: ${shape}`, async () => {
      const store = storeOf(given);
      const { keys, noted } = await listed(store);
      expect(keys).toEqual(store.keys);
      expect((await listed(store, noted)).keys, 'with the places of the first listing').toEqual(store.keys);
      const others = store.keys.filter((_, at) => at % 7 === 3).map((key) => `${key}0`);
      expect((await listed(store, others)).keys, 'with places that lie anywhere').toEqual(store.keys);
      expect((await listed(store, [], 1)).keys, 'one page after the other').toEqual(store.keys);
      expect(store.asked.length, 'pages asked for').toBeLessThan(WASTE * 4 * (store.keys.length / PAGE) + 100);
    });
  }

  it('asks for several ranges at once, and for hardly more pages than there are', async () => {
    const store = storeOf(SHAPES['numbers of one width'] ?? []);
    const { noted } = await listed(store);
    expect(store.most).toBe(8);
    expect(store.asked.length).toBeLessThan(1.25 * (2000 / PAGE));
    const again = storeOf(store.keys);
    await listed(again, noted);
    expect(again.most).toBe(8);
    expect(again.asked.length).toBeLessThan(1.02 * (2000 / PAGE) + 9);
  });

  it('passes a failure on', async () => {
    const store = storeOf(SHAPES['numbers of one width'] ?? []);
    const broken = { ...store, fetch: async (after: string) => (store.asked.length > 100 ? Promise.reject(new Error('OSS has gone')) : store.fetch(after)) };
    await expect(listed(broken)).rejects.toThrow('OSS has gone');
  });

  it('never asks far beyond what is read', async () => {
    const store = storeOf(SHAPES['numbers of one width'] ?? []);
    const pages = pagesAhead({ fetch: (after) => store.fetch(after), parallel: 8, borders: [] });
    for (let read = 0; read < 20; read++) await pages.next();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(store.asked.length).toBeLessThan(20 + 8 * 3);
    await pages.return(undefined);
  });
});
