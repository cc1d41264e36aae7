/** A process that writes much opens its store anew now and then, to let go of the pages of the map. Nobody notices. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alluxio-again-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const WRITES = 40;
const EACH = 2000;
const MIB = 2 ** 20;
const key = (number: number): Buffer => Buffer.from(String(number).padStart(12, '0'));
const open = (): LmdbEngine => new LmdbEngine(folder, { muchBytes: MIB, growthBytes: MIB });

function write(engine: LmdbEngine, at: number): Promise<void> {
  return engine.write((kv) => {
    for (let number = at * EACH; number < (at + 1) * EACH; number += 1) kv.put(key(number), Buffer.alloc(600, number));
  });
}

/** MiB of the map that count as this process's memory. */
function mapped(): number {
  let [inside, kilobytes] = [false, 0];
  for (const line of readFileSync('/proc/self/smaps', 'latin1').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inside = line.includes(folder);
    else if (inside && line.startsWith('Rss:')) kilobytes += Number(/\d+/.exec(line)?.[0]);
  }
  return kilobytes / 1024;
}

/** Command lines of the processes that keep the store open for another one. */
function keepers(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return /^\d+$/.test(pid) && Number(pid) !== process.pid && line.includes(folder) ? [line] : [];
    } catch {
      // It has ended since.
      return [];
    }
  });
}

function count(engine: LmdbEngine): number {
  let keys = 0;
  engine.read((kv) => kv.scan({ from: key(0), to: Buffer.from('9') }, () => void (keys += 1)));
  return keys;
}

/** Writes until the map has been let go of; the first writes go by before there is a keeper. */
async function untilLetGo(engine: LmdbEngine): Promise<void> {
  let before = 0;
  // What was written comes into the map when it is written once more.
  for (let at = 0; mapped() >= before; at += 1) {
    before = mapped();
    const writing = write(engine, at % WRITES);
    expect(engine.read((kv) => kv.get(key(0))) === undefined).toBe(at === 0);
    await writing;
  }
}

it('keeps what is written, what is read meanwhile, and its memory small', async () => {
  const engine = open();
  await untilLetGo(engine);
  let most = 0;
  for (let at = 0; at < 2 * WRITES; at += 1) {
    await write(engine, at % WRITES);
    most = Math.max(most, mapped());
  }
  expect(count(engine)).toBe(WRITES * EACH);
  expect(most).toBeLessThan(24);
  await engine.close();
});

it('stays open for who holds a snapshot', async () => {
  const engine = open();
  await untilLetGo(engine);
  for (let at = 0; at < WRITES; at += 1) await write(engine, at);
  const before = await engine.snapshot();
  for (let at = 0; at < 10; at += 1) {
    await engine.write((kv) => {
      for (let number = 0; number < EACH; number += 1) kv.delete(key(at * EACH + number));
    });
  }
  let seen = 0;
  before.scan({ from: key(0), to: Buffer.from('9') }, () => void (seen += 1));
  expect(seen).toBe(WRITES * EACH);
  before.close();
  expect(count(engine)).toBe((WRITES - 10) * EACH);
  await engine.close();
});

it('makes no other store where its own was removed', async () => {
  const engine = open();
  await untilLetGo(engine);
  rmSync(folder, { recursive: true });
  for (let at = 0; at < WRITES; at += 1) await write(engine, at);
  expect(existsSync(folder)).toBe(false);
  await engine.close();
});

it('has a keeper only when it writes much, and for as long as it is open', async () => {
  const engine = open();
  await write(engine, 0);
  expect(keepers()).toEqual([]);
  for (let at = 1; keepers().length === 0; at += 1) await write(engine, at % WRITES);
  expect(keepers()).toHaveLength(1);
  await engine.close();
  await expect.poll(keepers, { timeout: 30_000 }).toEqual([]);
});
