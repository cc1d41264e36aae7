/** LMDB's number of the newest commit, set back as an opener at the wrong moment sets it back (decisions/0010): no transaction begins from an old state. */
import { openSync, readSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatStore, openStore } from '../../src/journal/format.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { ACTOR, FORMAT, NOW, temporaryFolder } from './support.ts';

describe('the newest commit', () => {
  let folder: string;
  let journal: Journal;
  let lockFile: number;

  beforeEach(async () => {
    folder = temporaryFolder();
    await formatStore({ folder, ...FORMAT });
    journal = await openStore({ folder });
    // Stays open: a process that closes a descriptor of this file gives up LMDB's lock on it.
    lockFile = openSync(join(folder, readdirSync(folder).find((name) => name.startsWith('store-')) ?? '', 'lock.mdb'), 'r+');
  });
  afterEach(async () => {
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (name: string) => journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name, value: String(tx.allocate()) }));

  function setBack(commits: bigint): void {
    const bytes = Buffer.alloc(8);
    readSync(lockFile, bytes, 0, 8, 8);
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE() - commits);
    writeSync(lockFile, bytes, 0, 8, 8);
  }

  it.each([1n, 2n, 3n])('set back by %d, costs no transaction', async (commits) => {
    for (const name of ['a', 'b', 'c']) await put(name);
    setBack(commits);
    await Promise.all([put('d'), put('e')]);
    setBack(commits);
    await put('f');
    const ids = journal.read((view) => ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => Number(view.fact(name))));
    expect(new Set(ids).size, `each transaction has allocated another number: ${ids.join()}`).toBe(6);
    const log = journal.log();
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
  });
});
