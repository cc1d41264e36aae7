/** Many processes on one journal, and processes that are killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatStore, openStore } from '../../src/journal/format.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { KvEngine } from '../../src/journal/kv.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { missingPages } from '../../src/journal/lmdb-file.ts';
import { PageEngine } from '../../src/journal/page-engine.ts';
import { currentStore, dataFile } from '../../src/journal/store-files.ts';
import { StoreKeeper } from '../../src/journal/store-keeper.ts';
import { Store } from '../../src/journal/store.ts';
import { ACTOR, FORMAT, NOW, inodeOf, temporaryFolder } from './support.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** An id that allocate() has not reached. */
const FIRST = 1_000_000;
const ROOT_USER = process.geteuid?.() === 0;

describe('journal, many processes', () => {
  let build: string;
  let folder: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    build = temporaryFolder();
    symlinkSync(join(REPOSITORY, 'node_modules'), join(build, 'node_modules'));
    const bundle = await rolldown({ input: join(import.meta.dirname, 'child.ts'), external: [/^lmdb$/, /^node:/], platform: 'node', logLevel: 'silent' });
    await bundle.write({ dir: join(build, 'out'), format: 'esm', entryFileNames: 'child.mjs' });
    chmodSync(build, 0o755);
  });
  afterAll(() => rmSync(build, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = temporaryFolder();
    await formatStore({ folder, ...FORMAT });
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function start(args: string[], options: { uid?: number } = {}): { child: ChildProcess; out: () => string; ended: Promise<string> } {
    return watch(spawn(process.execPath, [join(build, 'out/child.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
  }

  /** What it prints on stderr counts too: nothing is expected there. */
  function watch(child: ChildProcess): { child: ChildProcess; out: () => string; ended: Promise<string> } {
    children.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
    const ended = new Promise<string>((done, fail) => {
      child.on('error', fail);
      child.on('close', (code, signal) => (code === 0 || signal === 'SIGKILL' ? done(text) : fail(new Error(`child ended with ${code ?? signal}: ${text}`))));
    });
    return { child, out: () => text, ended };
  }

  async function until(what: () => boolean): Promise<void> {
    while (!what()) await new Promise((again) => setTimeout(again, 5));
  }

  it('four processes add to one number and lose nothing', async () => {
    await Promise.all([1, 2, 3, 4].map(() => start(['count', folder, '150']).ended));
    const journal = await openStore({ folder });
    expect(journal.read((view) => view.fact('count'))).toBe('600');
    expect(journal.log().length).toBe(604);
    await journal.close();
  });

  it('processes that open and close a store at the same moments do each other no harm while it has a keeper', async () => {
    const keeper = new StoreKeeper(currentStore(folder));
    await until(() => keeper.holds);
    await Promise.all([1, 2, 3].map(() => start(['again', folder, '300']).ended));
    keeper.end();
    const journal = await openStore({ folder });
    expect(journal.read((view) => view.fact('count'))).toBe('900');
    await journal.close();
  });

  it('what a killed process had acknowledged is there, whole, and nothing is half there', async () => {
    for (let round = 0; round < 4; round++) {
      const { child, out, ended } = start(['create', folder]);
      await until(() => out().split('\n').length > 20 + round * 40);
      child.kill('SIGKILL');
      const acknowledged = (await ended).split('\n').slice(0, -1);
      expect(child.signalCode, 'the child was killed, it did not end').toBe('SIGKILL');
      expect(acknowledged.length, 'something was acknowledged').toBeGreaterThan(0);
      const journal = await openStore({ folder });
      journal.read((view) => {
        for (const name of acknowledged) expect(view.child(ROOT_ID, name), name).toBeDefined();
        const found = view.children(ROOT_ID);
        for (const { name, inode } of found) expect(view.locate(inode.id)).toMatchObject({ parentId: ROOT_ID, name });
        expect(view.totals(ROOT_ID)).toMatchObject({ children: found.length, files: found.length, bytes: 3 * found.length });
      });
      await journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: 'round', value: String(round) }));
      await journal.close();
    }
  });

  it('reads do not wait for a writer, and a writer that is killed frees the lock and leaves nothing', async () => {
    const { child, out, ended } = start(['hold', folder]);
    await until(() => out().includes('holding'));
    const journal = await openStore({ folder });
    expect(journal.read((view) => [view.fact('held'), view.fact('superuser')])).toEqual([undefined, 'root']);
    const waiting = journal.transact(ACTOR, NOW, (tx) => tx.fact('held'));
    expect(journal.read((view) => view.fact('held'))).toBeUndefined();
    child.kill('SIGKILL');
    await ended;
    expect(await waiting).toBeUndefined();
    await journal.close();
  });

  it.each([2_000, 20_000])('a full disk is one error that says so; the store stays usable and whole (values of %i bytes)', async (bytes) => {
    const child = spawn('sh', ['-c', `ulimit -f 1000; exec "${process.execPath}" "${join(build, 'out/child.mjs')}" fill "${folder}" ${bytes}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    // All of what it prints: lmdb's own words about a write that failed would be in there.
    expect(await watch(child).ended).toMatch(/^NO_SPACE .*\nall that was acknowledged\n$/);
    const journal = await openStore({ folder });
    await journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: 'after', value: 'yes' }));
    expect(journal.read((view) => [view.fact('n0')?.length, view.fact('after')])).toEqual([bytes, 'yes']);
    await journal.close();
  });

  it('a truncated file is an error that says what to do, not a crash', async () => {
    const journal = await openStore({ folder });
    await journal.transact(ACTOR, NOW, (tx) => {
      for (let i = 0; i < 2000; i++) tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `f${i}`, inode: inodeOf(tx.allocate()) });
      tx.append({ type: 'fact-set', name: 'large', value: 'x'.repeat(100_000) });
    });
    await journal.close();
    const store = readdirSync(folder).find((name) => name.startsWith('store-')) ?? '';
    const data = join(folder, store, 'data.mdb');
    // Behind the last page lies room for the next transaction, as zeros.
    const size = Math.ceil((readFileSync(data).findLastIndex((byte) => byte !== 0) + 1) / 4096) * 4096;
    expect(size).toBeGreaterThan(500_000);
    expect(await start(['open', folder]).ended).toBe('opened 2000\n');
    for (const left of [size - 4096, size >> 1, 12_288]) {
      truncateSync(data, left);
      expect(await start(['open', folder]).ended).toBe(`CORRUPT The journal in ${folder} is damaged: data.mdb: it ends after ${left} bytes.\n`);
    }
    truncateSync(data, 100);
    expect(await start(['open', folder]).ended).toMatch(/^CORRUPT .* it is not a journal, or only its beginning is there\.\n$/);
  });

  it('a file that lacks only free pages at its end is whole', async () => {
    const journal = await openStore({ folder, keepLogEntries: 1 });
    await journal.transact(ACTOR, NOW, (tx) => {
      for (let i = 0; i < 3000; i++) tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `f${i}`, inode: inodeOf(FIRST + i) });
    });
    for (const ids of [1500, 1400, 95]) {
      await journal.transact(ACTOR, NOW, (tx) => {
        for (const { inode } of tx.children(ROOT_ID, { limit: ids })) tx.append({ type: 'inode-removed', id: inode.id });
      });
    }
    await journal.close();
    const store = readdirSync(folder).find((name) => name.startsWith('store-')) ?? '';
    const data = join(folder, store, 'data.mdb');
    const { size } = statSync(data);
    const copy = join(build, 'copy.mdb');
    copyFileSync(data, copy);
    let whole = size;
    for (let left = size - 4096; left > 0 && missingPages(copy) === undefined; left -= 4096) {
      whole = left + 4096;
      truncateSync(copy, left);
    }
    expect(whole, 'some pages at the end were free').toBeLessThan(size);
    truncateSync(data, whole);
    expect(await start(['open', folder]).ended).toBe('opened 5\n');
    truncateSync(data, whole - 4096);
    expect(await start(['open', folder]).ended).toMatch(/^CORRUPT /);
  });

  it('a journal of another user is refused by name', async () => {
    if (!ROOT_USER) {
      // Without the right to give files away, a folder of the machine's superuser serves.
      expect(await start(['open', '/root/..']).ended).toMatch(/^PERMISSION_DENIED Journal \/root\/\.\. belongs to root\.\n$/);
      return;
    }
    chmodSync(folder, 0o755);
    expect(await start(['open', folder], { uid: 65_534 }).ended).toBe(`PERMISSION_DENIED Journal ${folder} belongs to root.\n`);
    chmodSync(folder, 0o700);
    expect(await start(['open', folder], { uid: 65_534 }).ended).toBe(`PERMISSION_DENIED Journal ${folder} belongs to root.\n`);
    chownSync(folder, 65_534, 65_534);
    mkdirSync(join(folder, 'more'));
    expect(await start(['open', folder]).ended).toBe('opened 0\n');
  });

  it('a reader without LMDB sees one state at a time, while another process commits all the time', async () => {
    const FACTS = 200;
    const writer = start(['turn', folder, String(FACTS)]);
    await until(() => writer.out() === 'turning\n');
    const journal = openLooking();
    // In the order of their keys, so that the second half lies in pages that the first one has not read.
    const names = Array.from({ length: FACTS }, (_, i) => `turn${i}`).sort();
    const states = new Set<string>();
    let calls = 0;
    let reads = 0;
    for (; reads < 400 || states.size < 20; reads++) {
      let call = 0;
      const values = journal.read((view) => {
        calls++;
        const first = names.slice(0, FACTS / 2).map((name) => view.fact(name));
        // Time for a commit, and then none for a second one.
        if (call++ === 0 && reads % 10 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        return new Set([...first, ...names.slice(FACTS / 2).map((name) => view.fact(name))]);
      });
      expect([...values]).toHaveLength(1);
      for (const value of values) states.add(value ?? '');
    }
    // Not by luck: commits fell into reads, which were begun again.
    expect(states.size).toBeGreaterThan(10);
    expect(calls).toBeGreaterThan(reads);
    // What it writes itself goes through LMDB, and so does what it reads from then on.
    await journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: 'mine', value: 'x' }));
    expect(journal.read((view) => view.fact('mine'))).toBe('x');
    await journal.close();
  });

  it('a reader without LMDB leaves its callback as it found it when a state has moved, and passes on what the callback throws', async () => {
    const journal = openLooking();
    expect(() => journal.read(() => { throw new RangeError('mine'); })).toThrow(RangeError);
    expect(journal.read((view) => journal.read((inner) => [view.lastSeq(), inner.lastSeq()]))).toEqual([4, 4]);
    await journal.close();
  });

  it('a reader without LMDB goes on where LMDB cannot be opened, and says so when it is needed', async () => {
    const refused = new Error('not yours');
    const writer = start(['turn', folder, '50']);
    await until(() => writer.out() === 'turning\n');
    const journal = openLooking(() => Promise.reject(refused));
    let calls = 0;
    for (let reads = 0; calls === reads; reads++) {
      journal.read((view) => {
        calls++;
        // A commit falls in between, and what comes next lies in a page that was not read yet.
        view.fact('turn0');
        if (calls === reads + 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        return view.children(ROOT_ID).length;
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: 'mine', value: 'x' }))).rejects.toBe(refused);
    await journal.close();
  });

  /** As a command opens a journal that nobody has written for a while. */
  function openLooking(open?: () => Promise<KvEngine>): Journal {
    const store = currentStore(folder);
    const engine = PageEngine.over(dataFile(store), { name: folder, open: open ?? (() => Promise.resolve(new LmdbEngine(store))) });
    if (engine === undefined) throw new Error('no journal that pages can be read of');
    return new Store(engine, { folder });
  }

});
