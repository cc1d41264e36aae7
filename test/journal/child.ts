/**
 * Runs in a process of its own (see processes.test.ts). `count <folder> <n>`: n transactions that each add one to a fact. `again <folder> <n>`: the same, and opens and closes the journal each time. `create <folder>`: creates files for ever and
 * writes each name to stdout once it is acknowledged. `fill <folder> <n>`: writes values of n bytes until the disk is full, and tells how that ended. `hold <folder>`: takes the write lock, says so and keeps it. `open <folder>`: opens and says the outcome.
 * `turn <folder> <n>`: transactions for ever that each give n facts one value that is new.
 */
import { writeSync } from 'node:fs';
import { isAlluxioError } from '../../src/errors.ts';
import { openStore } from '../../src/journal/format.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import { ACTOR, NOW, inodeOf } from './inode-samples.ts';

const [mode = '', folder = '', argument = ''] = process.argv.slice(2);

/** Straight to the descriptor: what a killed process has said must not sit in a buffer. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function count(times: number): Promise<void> {
  const journal = await openStore({ folder });
  for (let i = 0; i < times; i++) {
    await journal.transact(ACTOR, NOW, (tx) => {
      tx.append({ type: 'fact-set', name: 'count', value: String(Number(tx.fact('count') ?? 0) + 1) });
    });
  }
  await journal.close();
}

async function countAndClose(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await count(1);
}

async function create(): Promise<void> {
  const journal = await openStore({ folder, keepLogEntries: 50 });
  const worker = async () => {
    for (;;) {
      const name = await journal.transact(ACTOR, NOW, (tx) => {
        const id = tx.allocate();
        tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `f${id}`, inode: inodeOf(id, { length: 3 }) });
        return `f${id}`;
      });
      say(name);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

async function fill(bytes: number): Promise<void> {
  // Without a listener the system ends a process that reaches its file size limit.
  process.on('SIGXFSZ', () => undefined);
  const journal = await openStore({ folder });
  const put = (i: number) => journal.transact(ACTOR, NOW, (tx) => tx.append({ type: 'fact-set', name: `n${i}`, value: 'x'.repeat(bytes) }));
  let written = 0;
  for (let failures = 0; failures < 9; ) {
    try {
      await put(written);
      written++;
    } catch (error) {
      if (!isAlluxioError(error)) throw error;
      failures++;
      if (failures === 9) say(`${error.code} ${error.message}`);
    }
  }
  say(journal.read((view) => (view.fact(`n${written - 1}`) !== undefined && view.fact(`n${written}`) === undefined ? 'all that was acknowledged' : 'a mix')));
  await journal.close();
}

async function hold(): Promise<void> {
  const journal = await openStore({ folder });
  await journal.transact(ACTOR, NOW, (tx) => {
    tx.append({ type: 'fact-set', name: 'held', value: 'yes' });
    say('holding');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  });
}

async function turn(facts: number): Promise<void> {
  const journal = await openStore({ folder, keepLogEntries: 50 });
  for (let value = 1; ; value++) {
    await journal.transact(ACTOR, NOW, (tx) => {
      for (let i = 0; i < facts; i++) tx.append({ type: 'fact-set', name: `turn${i}`, value: String(value) });
    });
    if (value === 1) say('turning');
  }
}

async function open(): Promise<void> {
  try {
    const journal = await openStore({ folder });
    say(`opened ${journal.read((view) => view.children(ROOT_ID).length)}`);
    await journal.close();
  } catch (error) {
    if (!isAlluxioError(error)) throw error;
    say(`${error.code} ${error.message}`);
  }
}

const modes: Readonly<Record<string, () => Promise<void>>> = { count: () => count(Number(argument)), again: () => countAndClose(Number(argument)), create, fill: () => fill(Number(argument)), hold, open, turn: () => turn(Number(argument)) };
await modes[mode]?.();
