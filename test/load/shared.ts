/**
 * Places where all shells work at once, with laws that hold in whatever order they come:
 * slots: a fixed number of files, only moved from name to name, are always as many and hold what they held;
 * a counter is read and replaced by whoever could make the directory that is its lock: it counts every round;
 * drop: everybody puts files of names of their own, and takes only those away.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer } from './shells.ts';

export const TICKETS = 8;
const SLOTS = 16;
const LOCKS = 4;
const STORED = '-Dalluxio.user.file.writetype.default=CACHE_THROUGH';
const LOST_THE_RACE = /does not exist|already exists|The path is held by/;

export const ticketBytes = (ticket: number): string => `ticket ${ticket} `.repeat(4000 + 100 * ticket);
const slot = (at: number): string => `/shared/slots/slot${at}`;
export const counterPath = (lock: number): string => `/shared/counter${lock}`;
export const DROPS = ['/shared/drop', '/shared/more'] as const;

export interface SharedWork {
  say(kind: string, words: readonly string[]): Promise<Answer>;
  random(): number;
  fail(problem: string): void;
  local(source: string): string;
}

/** Commands that make the places. */
export async function sharedPlaces(folder: string): Promise<string[][]> {
  const commands = [...DROPS, '/shared/slots'].map((path) => ['mkdir', path]);
  for (let ticket = 0; ticket < TICKETS; ticket++) {
    await writeFile(join(folder, `ticket${ticket}`), ticketBytes(ticket));
    commands.push([STORED, 'copyFromLocal', join(folder, `ticket${ticket}`), slot(ticket)]);
  }
  await writeFile(join(folder, 'zero'), '0');
  for (let lock = 0; lock < LOCKS; lock++) commands.push([STORED, 'copyFromLocal', join(folder, 'zero'), counterPath(lock)]);
  return commands;
}

export class SharedPlaces {
  /** Paths in the drops, with the source that is in them. */
  readonly dropped = new Map<string, string>();
  readonly increments: number[] = Array.from({ length: LOCKS }, () => 0);

  constructor(
    private readonly folder: string,
    private readonly sources: readonly string[],
  ) {}

  async work(shell: number, { random, ...work }: SharedWork): Promise<void> {
    const with_ = { random, ...work };
    const kind = random();
    if (kind < 0.45) await this.#slots(with_);
    else if (kind < 0.6) await this.#count(shell, with_);
    else if (kind < 0.85) await this.#drop(shell, with_);
    else await this.#look(with_);
  }

  async #slots({ say, random, fail }: SharedWork): Promise<void> {
    const any = () => slot(Math.floor(random() * SLOTS));
    const kinds: readonly (() => string[])[] = [
      () => ['mv', any(), any()], () => ['mv', any(), any()], () => ['mv', any(), any()], () => ['cat', any()], () => ['cat', any()], () => ['chmod', random() < 0.5 ? '644' : '600', any()],
      () => [random() < 0.3 ? 'pin' : 'unpin', any()], () => ['persist', any()], () => ['load', any()], () => ['free', '-f', any()], () => ['setTtl', any(), '1d'], () => ['unsetTtl', any()],
    ];
    const words = kinds[Math.floor(random() * kinds.length)]?.() ?? [];
    const [name = ''] = words;
    const answer = await say(`slots ${name}`, words);
    if (!answer.ok) {
      const reasons = name === 'cat' || name === 'load' ? /was changed or removed in the under storage|was moved or removed by another command|Failed to free|does not fit/ : /$^/;
      for (const error of answer.errors) if (!LOST_THE_RACE.test(error) && !reasons.test(error)) fail(`${words.join(' ')}: ${error}`);
    } else if (name === 'cat' && !isTicket(answer.text)) fail(`${words.join(' ')}: ${answer.text.length} bytes that were never written: ${answer.text.slice(0, 60)}`);
  }

  async #count(shell: number, { say, random, fail }: SharedWork): Promise<void> {
    const lock = Math.floor(random() * LOCKS);
    const [held, path, next] = [`/shared/lock${lock}`, counterPath(lock), `/shared/next${lock}`];
    const taken = await say('lock', [...(random() < 0.5 ? [STORED] : []), 'mkdir', held]);
    if (!taken.ok) {
      for (const error of taken.errors) if (!LOST_THE_RACE.test(error)) fail(`mkdir ${held}: ${error}`);
      return;
    }
    const read = await say('locked cat', ['cat', path]);
    const one = join(this.folder, `one-more-${shell}`);
    await writeFile(one, String(Number(read.text) + 1));
    // Nobody else touches these while the lock is held.
    const steps = [['copyFromLocal', one, next], ['rm', path], ['mv', next, path], ['rm', '-R', held]];
    if (!read.ok) fail(`cat ${path}: ${read.errors.join(' ')}`);
    for (const words of steps) {
      const done = await say(`locked ${words[0] ?? ''}`, [STORED, ...words]);
      if (!done.ok) fail(`${words.join(' ')} by the one who holds the lock: ${done.errors.join(' ')}`);
    }
    this.increments[lock] = (this.increments[lock] ?? 0) + 1;
  }

  async #drop(shell: number, { say, random, fail, local }: SharedWork): Promise<void> {
    const mine = [...this.dropped.keys()].filter((path) => path.includes(`/s${shell}-`));
    const pick = mine[Math.floor(random() * mine.length)];
    const drop = DROPS[Math.floor(random() * DROPS.length)] ?? '';
    if (pick === undefined || random() < (mine.length < 6 ? 0.7 : 0.2)) {
      const source = this.sources[Math.floor(random() * this.sources.length)] ?? '';
      const path = `${drop}/s${shell}-${Math.floor(random() * 1e9)}`;
      const type = ['CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH', 'ASYNC_THROUGH'][Math.floor(random() * 4)] ?? '';
      const done = await say('drop create', [`-Dalluxio.user.file.writetype.default=${type}`, 'copyFromLocal', local(source), path]);
      if (done.ok) this.dropped.set(path, source);
      else if (!done.errors.every((error) => error.includes('Failed to free'))) fail(`copyFromLocal ${path}: ${done.errors.join(' ')}`);
      return;
    }
    const to = `${drop}/s${shell}-${Math.floor(random() * 1e9)}`;
    const words = random() < 0.5 ? ['mv', pick, to] : ['rm', pick];
    const done = await say(`drop ${words[0] ?? ''}`, words);
    if (!done.ok) return fail(`${words.join(' ')}: ${done.errors.join(' ')}`);
    if (words[0] === 'mv') this.dropped.set(to, this.dropped.get(pick) ?? '');
    this.dropped.delete(pick);
  }

  /** Must succeed whatever others do; and the slots are as full as ever. */
  async #look({ say, random, fail }: SharedWork): Promise<void> {
    const kinds = [['ls', '-R', '/shared'], ['ls', '-R', '/'], ['count', '/'], ['du', '-s', '/shared'], ['--json', 'count', '/shared/slots'], ['--json', 'count', '/shared/slots']];
    const words = kinds[Math.floor(random() * kinds.length)] ?? [];
    const answer = await say(words.filter((word) => !word.startsWith('-')).join(' '), words);
    if (!answer.ok) return fail(`${words.join(' ')}: ${answer.errors.join(' ')}`);
    if (words[0] === '--json') {
      const { files } = JSON.parse(answer.text) as { files: number };
      if (files !== TICKETS) fail(`${words.join(' ')}: ${files} files, not ${TICKETS}`);
    }
  }
}

export function isTicket(text: string): boolean {
  return Array.from({ length: TICKETS }, (_, ticket) => ticketBytes(ticket)).includes(text);
}
