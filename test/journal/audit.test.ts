import { afterEach, describe, expect, it } from 'vitest';
import type { TableFinding } from '../../src/journal/journal.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import { inOrder } from '../../src/journal/audit/order.ts';
import { encodeInode } from '../../src/journal/inode-codec.ts';
import { TABLE, expiryKey, inodeKey, placeKey, tableRange, toPersistKey } from '../../src/journal/keys.ts';
import { valueIn } from '../../src/journal/kv.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { initialise } from '../../src/journal/format.ts';
import { replay } from '../../src/journal/replay.ts';
import { Store } from '../../src/journal/store.ts';
import { RandomEntries } from './random-entries.ts';
import { ACTOR, FORMAT, NOW, directoryOf, inodeOf, seededRandom, stateOf } from './support.ts';

/** What random entries do not keep true: promises without intents, mounts that are only table rows, trees that nobody detached by the rules. */
const BEYOND = new Set(['space', 'mount', 'limbo']);

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function makeStore(): Promise<{ engine: MemoryEngine; store: Store }> {
  const engine = new MemoryEngine();
  const store = new Store(engine, { folder: 'memory' });
  opened.push(store);
  await initialise(store, FORMAT);
  await store.transact(ACTOR, NOW, (tx) => tx.append({ type: 'inode-changed', id: ROOT_ID, change: { mountId: 1 } }));
  return { engine, store };
}

async function findingsOf(store: Store): Promise<TableFinding[]> {
  const found: TableFinding[] = [];
  for await (const step of store.audit()) found.push(...step);
  return found;
}

async function mend(store: Store): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const repairs = inOrder((await findingsOf(store)).filter(({ kind }) => !BEYOND.has(kind))).filter(({ repair }) => repair.what !== 'space');
    if (repairs.length === 0) return;
    await store.transact(ACTOR, NOW, (tx) => {
      for (const { repair } of repairs) tx.append({ type: 'record-repaired', repair });
    });
  }
}

async function grown(seed: number, steps: number) {
  const made = await makeStore();
  const entries = new RandomEntries(seededRandom(seed));
  for (let i = 0; i < steps / 50; i++) {
    await made.store.transact(ACTOR, NOW, (tx) => {
      for (let j = 0; j < 50; j++) entries.step(tx);
    });
  }
  return made;
}

function keysOf(engine: MemoryEngine, table: number): { key: Buffer; value: Buffer }[] {
  return engine.read((kv) => {
    const rows: { key: Buffer; value: Buffer }[] = [];
    kv.scan(tableRange(table), (entry) => void rows.push({ key: Buffer.from(entry.key.subarray(entry.keyStart, entry.keyEnd)), value: Buffer.from(valueIn(entry)) }));
    return rows;
  });
}

const DERIVED = [TABLE.place, TABLE.totals, TABLE.use, TABLE.expiry, TABLE.toPersist, TABLE.lease] as const;

describe('audit of the tables', () => {
  it.each([1, 2, 3])('finds nothing in what the journal itself made (seed %i)', async (seed) => {
    const { store } = await grown(seed, 500);
    expect((await findingsOf(store)).filter(({ kind }) => !BEYOND.has(kind))).toEqual([]);
  });

  it.each([11, 12, 13, 14])('finds what is taken from, or put into, the tables that follow from others, and mends it to the same bytes (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const { engine, store } = await grown(seed, 500);
    const before = stateOf(engine);
    for (let times = 0; times < 8; times++) {
      const table = DERIVED[Math.floor(random() * DERIVED.length)] ?? TABLE.place;
      const rows = keysOf(engine, table);
      const row = rows[Math.floor(random() * rows.length)];
      if (row === undefined) continue;
      const other = rows[Math.floor(random() * rows.length)] ?? row;
      const strange = Buffer.from(row.key);
      strange.writeUInt8(strange.readUInt8(strange.length - 1) ^ 0x11, strange.length - 1);
      await engine.write((kv) => {
        const how = random();
        if (how < 0.4) kv.delete(row.key);
        else if (how < 0.7) kv.put(strange, row.value);
        else kv.put(row.key, other.value);
      });
      const damaged = stateOf(engine).some((line, at) => line !== before[at]) || stateOf(engine).length !== before.length;
      expect((await findingsOf(store)).filter(({ kind }) => !BEYOND.has(kind)).length > 0).toBe(damaged);
      await mend(store);
      expect(stateOf(engine)).toEqual(before);
    }
  });

  it('has repairs in the log that replay to the same bytes, although the damage is in no log', async () => {
    const { engine, store } = await grown(5, 600);
    const [totals] = keysOf(engine, TABLE.totals);
    const [place] = keysOf(engine, TABLE.place).slice(-1);
    await engine.write((kv) => {
      kv.delete(totals?.key ?? Buffer.of(1));
      kv.delete(place?.key ?? Buffer.of(1));
    });
    await mend(store);
    expect(store.rawLog().filter(({ entry }) => entry.type === 'record-repaired').length).toBeGreaterThan(1);
    const again = new MemoryEngine();
    await replay(store.rawLog(), again);
    expect(stateOf(again)).toEqual(stateOf(engine));
  });

  it('tells a directory whose totals are wrong from those above it, which only show its numbers', async () => {
    const { engine, store } = await makeStore();
    await store.transact(ACTOR, NOW, (tx) => {
      tx.append({ type: 'inode-created', parentId: ROOT_ID, name: 'a', inode: directoryOf(20) });
      tx.append({ type: 'inode-created', parentId: 20, name: 'b', inode: directoryOf(21) });
      tx.append({ type: 'inode-created', parentId: 21, name: 'f', inode: inodeOf(22, { length: 10 }) });
    });
    const b = keysOf(engine, TABLE.totals).find(({ key }) => key.readUIntBE(1, 6) === 21);
    const a = keysOf(engine, TABLE.totals).find(({ key }) => key.readUIntBE(1, 6) === 20);
    await engine.write((kv) => kv.put(b?.key ?? Buffer.of(1), a?.value ?? Buffer.of(0)));
    const found = await findingsOf(store);
    expect(found.filter(({ kind }) => kind !== 'sequence').map(({ kind, id }) => [kind, id])).toEqual([['totals', 21]]);
  });

  it('drops a mount whose directory is gone, and no other', async () => {
    const { store } = await makeStore();
    const mount = { id: 40, inodeId: 41, ufsUri: '/data', readOnly: false, shared: false, properties: {} };
    const before = store.read((view) => view.mounts());
    await store.transact(ACTOR, NOW, (tx) => tx.append({ type: 'mount-added', mount }));
    const found = (await findingsOf(store)).filter(({ kind }) => kind === 'mount');
    expect(found.map(({ id, repairs }) => [id, repairs])).toEqual([[41, [{ what: 'unmount', id: 41, mountId: 40 }]]]);
    await store.transact(ACTOR, NOW, (tx) => found.forEach(({ repairs }) => repairs.forEach((repair) => tx.append({ type: 'record-repaired', repair }))));
    expect(store.read((view) => view.mounts())).toEqual(before);
    expect((await findingsOf(store)).filter(({ kind }) => kind === 'mount')).toEqual([]);
  });

  it('finds names that no path can have, records of nobody, and attributes that cannot be read', async () => {
    const { engine, store } = await makeStore();
    await store.transact(ACTOR, NOW, (tx) => tx.append({ type: 'inode-created', parentId: ROOT_ID, name: 'f', inode: inodeOf(30) }));
    const before = stateOf(engine);
    await engine.write((kv) => {
      kv.put(inodeKey(ROOT_ID, '..'), encodeInode(inodeOf(31)));
      kv.put(inodeKey(ROOT_ID, 'second'), encodeInode(inodeOf(30)));
      kv.put(inodeKey(ROOT_ID, 'torn'), Buffer.of(1, 2));
      kv.put(expiryKey(5, 77), Buffer.alloc(0));
      kv.put(toPersistKey(78), Buffer.alloc(0));
      kv.put(placeKey(79), Buffer.of(9, 1, 65));
    });
    const kinds = (await findingsOf(store)).map(({ kind, id }) => `${kind} ${id}`);
    expect(kinds.filter((kind) => !kind.startsWith('totals')).sort()).toEqual(['expiry 77', 'inode-name 31', 'inode-place 30', 'inode-place 31', 'place 79', 'sequence 0', 'to-persist 78', 'unreadable 0'].sort());
    await engine.write((kv) => kv.delete(inodeKey(ROOT_ID, '..')));
    await mend(store);
    expect(stateOf(engine).filter((line) => !line.startsWith('Q'))).toEqual(before.filter((line) => !line.startsWith('Q')));
  });

  it('finds a directory that lies in itself', async () => {
    const { engine, store } = await makeStore();
    await store.transact(ACTOR, NOW, (tx) => {
      tx.append({ type: 'inode-created', parentId: ROOT_ID, name: 'a', inode: directoryOf(20) });
      tx.append({ type: 'inode-created', parentId: 20, name: 'b', inode: directoryOf(21) });
    });
    const rows = keysOf(engine, TABLE.place);
    await engine.write((kv) => {
      const a = kv.get(inodeKey(ROOT_ID, 'a'));
      kv.put(inodeKey(21, 'a'), Buffer.from(a ?? []));
      kv.delete(inodeKey(ROOT_ID, 'a'));
      kv.put(placeKey(20), Buffer.of(21, 1, 97));
    });
    expect(rows.length).toBeGreaterThan(2);
    const found = await findingsOf(store);
    expect(found.some(({ kind, text }) => kind === 'inode-parent' && text === 'it lies in itself')).toBe(true);
  });
});
