/** Journals for tests: in memory, and in LMDB in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentStore } from '../../src/journal/store-files.ts';
import { formatStore, initialise } from '../../src/journal/format.ts';
import type { FormatSettings } from '../../src/journal/format.ts';
import type { KvEngine } from '../../src/journal/kv.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { dump } from '../../src/journal/replay.ts';
import { Store } from '../../src/journal/store.ts';
import { NOW } from './inode-samples.ts';

export { ACTOR, NOW, directoryOf, inodeOf } from './inode-samples.ts';

export const FORMAT: Omit<FormatSettings, 'folder'> = {
  superuser: 'root',
  group: 'wheel',
  nowMs: NOW,
  mount: { id: 1, inodeId: 1, ufsUri: '/ufs', readOnly: false, shared: false, properties: {} },
};

export interface TestJournal {
  readonly journal: Store;
  /** '' in memory. */
  readonly folder: string;
  /** The state, byte for byte. */
  state(): string[];
  dispose(): Promise<void>;
}

/** `pages`: LMDB read page by page from the first read on. */
export type EngineKind = 'memory' | 'lmdb' | 'pages';
export const ENGINE_KINDS: readonly EngineKind[] = ['memory', 'lmdb'];
export const WAYS_TO_READ: readonly EngineKind[] = [...ENGINE_KINDS, 'pages'];

export async function makeJournal(kind: EngineKind, keepLogEntries?: number): Promise<TestJournal> {
  const keep = keepLogEntries === undefined ? {} : { keepLogEntries };
  if (kind === 'memory') {
    const engine = new MemoryEngine();
    const journal = new Store(engine, { folder: 'memory', ...keep });
    await initialise(journal, FORMAT);
    return { journal, folder: '', state: () => stateOf(engine), dispose: () => journal.close() };
  }
  const folder = temporaryFolder();
  await formatStore({ folder, ...FORMAT });
  const engine = new LmdbEngine(currentStore(folder), kind === 'pages' ? { mappedBytes: 0 } : {});
  const journal = new Store(engine, { folder, ...keep });
  return {
    journal,
    folder,
    state: () => stateOf(engine),
    dispose: async () => {
      await journal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'alluxio-journal-'));
}

export function stateOf(engine: KvEngine): string[] {
  return engine.read((kv) => {
    const lines: string[] = [];
    dump(kv, (key, value) => void lines.push(`${key.toString('latin1')} = ${value.toString('hex')}`));
    return lines;
  });
}

/** Numbers that look random and are the same in every run: from 0 to below 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
