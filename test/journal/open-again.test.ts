/** A process that writes much opens its store anew now and then, to let go of the pages of the map. Nobody notices. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'alluxio-again-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const WRITES = 40;
const EACH = 2000;
const key = (number: number): Buffer => Buffer.from(String(number).padStart(12, '0'));

/** MiB of the map that count as this process's memory. */
function mapped(): number {
  let [inside, kilobytes] = [false, 0];
  for (const line of readFileSync('/proc/self/smaps', 'latin1').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inside = line.includes(folder);
    else if (inside && line.startsWith('Rss:')) kilobytes += Number(/\d+/.exec(line)?.[0]);
  }
  return kilobytes / 1024;
}

function count(engine: LmdbEngine): number {
  let keys = 0;
  engine.read((kv) => kv.scan({ from: key(0), to: Buffer.from('9') }, () => void (keys += 1)));
  return keys;
}

it('keeps what is written, what is read meanwhile, and its memory small', { timeout: 60_000 }, async () => {
  const engine = new LmdbEngine(folder);
  const write = (at: number): Promise<void> =>
    engine.write((kv) => {
      for (let number = at * EACH; number < (at + 1) * EACH; number += 1) kv.put(key(number), Buffer.alloc(600, number));
    });
  let most = 0;
  // What was written comes into the map when it is written once more.
  for (let at = 0; at < 2 * WRITES; at += 1) {
    const writing = write(at % WRITES);
    expect(engine.read((kv) => kv.get(key(0))) === undefined).toBe(at === 0);
    await writing;
    most = Math.max(most, mapped());
  }
  expect(count(engine)).toBe(WRITES * EACH);
  expect(most).toBeLessThan(40);

  const before = engine.snapshot();
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
