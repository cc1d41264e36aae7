/**
 * Many shells at once on one home with a master and a worker, over a server and a cache that is too small: every command ends within a bound, nobody is left out, no
 * acknowledged effect is lost or done twice, the cache keeps its quota all the time, and nothing is left over. LOAD_SHELLS, LOAD_SECONDS and LOAD_SEED change the run;
 * `npm run test:load` is 64 shells for ten minutes.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededRandom } from '../journal/support.ts';
import { split } from '../model/node.ts';
import type { BytesOf, Found } from '../support/remains.ts';
import { OwnPlace, entryLine } from './own.ts';
import { SharedPlaces, TICKETS, counterPath, sharedPlaces, ticketBytes } from './shared.ts';
import type { UserShell } from './shells.ts';
import { processShell, scriptShell } from './shells.ts';
import { Tally } from './tally.ts';
import type { Town } from './town.ts';
import { endOf, makeTown } from './town.ts';
import { watchCache } from './watch.ts';

const SHELLS = Number(process.env.LOAD_SHELLS ?? 12);
const SECONDS = Number(process.env.LOAD_SECONDS ?? 7);
/** On a machine that is busy with something else the run takes longer, until so much has been done. */
const COMMANDS_EACH = 20;
/** The same each time where a change is judged. What meets what depends on the machine all the same. */
const SEED = Number(process.env.LOAD_SEED ?? (process.env.LOAD_SECONDS === undefined ? 5 : 1 + Math.floor(Math.random() * 1_000_000)));
/** A command that has not ended after it will not end. Sixty-four processes that start on two processors take a while. */
const PATIENCE_MS = 60_000 + 2_000 * SHELLS;
/** Less than what they write, more than what may not go. */
const QUOTA = SHELLS * (SECONDS < 60 ? 64 : 192) * 1024;
/** Nothing, one byte, less than a block, one more than a block, two parts of an upload. No two are equally long. */
const SOURCES: ReadonlyMap<string, string> = new Map([0, 1, 20_000, 65_537, 150_000].map((size, at) => [`s${at}`, 'abcdefghij'.repeat(15_000).slice(0, size)]));

interface User {
  readonly at: number;
  readonly shell: UserShell;
  readonly own: OwnPlace;
  readonly random: () => number;
}

async function useIt(user: User, town: Town, { shared, tally, over }: { shared: SharedPlaces; tally: Tally; over: AbortSignal }): Promise<void> {
  const { at, shell, own, random } = user;
  const local = (source: string) => join(town.home.dir, source);
  const say = async (kind: string, words: readonly string[]) => {
    const answer = await shell.say(words);
    tally.note(at, kind, answer);
    told.push(`${words.join(' ').replaceAll(town.home.dir, '')} => ${answer.ok ? 'done' : answer.errors.join(' ')} (${Math.round(answer.ms)} ms)`);
    return answer;
  };
  const told: string[] = [];
  const fail = (problem: string) => tally.fail(`shell ${at} (${shell.kind}): ${problem}\n    after ${told.slice(-12).join('\n          ')}`);
  try {
    while (!over.aborted && tally.problems.length < 10) {
      if (random() < 0.45) {
        await shared.work(at, { say, random, fail, local });
        continue;
      }
      const words = own.next();
      const answer = await say(`own ${split(words).words[0] ?? ''}`, own.typed(words, local));
      const wrong = own.judge(words, answer);
      if (wrong !== undefined) fail(`${own.typed(words, (source) => source).join(' ')}: ${wrong}`);
    }
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Each place against what its shell was told; the slots, the drops and the counters against their laws. */
function placeProblems(found: readonly Found[], users: readonly User[], shared: SharedPlaces): string[] {
  const below = (top: string) => found.filter(({ path }) => path.startsWith(`${top}/`));
  const own = users.flatMap(({ own: place }) => {
    const is = below(place.top).map(({ path, inode }) => entryLine(path, inode.directory, inode.length, inode.mode)).sort();
    return differences(place.top, place.listing(), is);
  });
  const drops = found.filter(({ path, inode }) => /^\/shared\/(drop|more)\//.test(path) && !inode.directory).map(({ path, inode }) => `${path} ${inode.length}`).sort();
  const dropped = [...shared.dropped].map(([path, source]) => `${path} ${SOURCES.get(source)?.length ?? -1}`).sort();
  const tickets = below('/shared/slots').map(({ inode }) => inode.length).sort((a, b) => a - b);
  const wanted = Array.from({ length: TICKETS }, (_, ticket) => ticketBytes(ticket).length).sort((a, b) => a - b);
  const rest = found.filter(({ path }) => /^\/shared\/[^/]+$/.test(path)).map(({ path }) => path).sort();
  const places = ['/shared/drop', '/shared/more', '/shared/slots', ...shared.increments.map((_, lock) => counterPath(lock))].sort();
  return [...own, ...differences('drops', dropped, drops), ...differences('slots', wanted.map(String), tickets.map(String)), ...differences('/shared', places, rest)];
}

function differences(label: string, should: readonly string[], is: readonly string[]): string[] {
  const lost = should.filter((line) => !is.includes(line));
  const extra = is.filter((line) => !should.includes(line));
  return lost.length + extra.length === 0 && should.length === is.length ? [] : [`${label}: lost ${lost.join(', ') || 'nothing'}; there, though nobody did it: ${extra.join(', ') || 'nothing'}`];
}

function bytesBy(users: readonly User[], shared: SharedPlaces): BytesOf {
  return ({ path, inode }) => {
    const counter = shared.increments.findIndex((_, lock) => counterPath(lock) === path);
    if (counter >= 0) return String(shared.increments[counter]);
    const ticket = Array.from({ length: TICKETS }, (_, at) => ticketBytes(at)).find((bytes) => bytes.length === inode.length);
    if (path.startsWith('/shared/slots/')) return ticket;
    const place = users.find(({ own }) => path.startsWith(`${own.top}/`))?.own;
    return place === undefined ? SOURCES.get(shared.dropped.get(path) ?? '') : place.tree.nodes.get(path.slice(place.top.length))?.content;
  };
}

it(`${SHELLS} shells for ${SECONDS} s, seed ${SEED}`, async () => {
  const town = await makeTown(SOURCES, QUOTA);
  try {
    // Half of them start a process for each command.
    const users = Array.from({ length: SHELLS }, (_, at): User => {
      const random = seededRandom(SEED * 1000 + at);
      return { at, random, own: new OwnPlace(`/own/s${at}`, SOURCES, random), shell: at % 2 === 0 ? processShell(town.home, PATIENCE_MS) : scriptShell(town.home, PATIENCE_MS) };
    });
    const shared = new SharedPlaces(town.home.dir, [...SOURCES.keys()]);
    const tally = new Tally();
    const setter = scriptShell(town.home, PATIENCE_MS);
    for (const words of [...(await sharedPlaces(town.home.dir)), ...users.map(({ own }) => ['mkdir', own.top])]) expect((await setter.say(words)).errors, words.join(' ')).toEqual([]);
    await setter.end();

    const ending = new AbortController();
    const enough = (): boolean => tally.commands >= SHELLS * COMMANDS_EACH && tally.fewest(users.map(({ at }) => at)) > 0 && shared.increments.some((count) => count > 0);
    const clock = setInterval(() => {
      const elapsed = (performance.now() - begun) / 1000;
      if (elapsed > SECONDS && (enough() || elapsed > SECONDS + PATIENCE_MS / 1000)) ending.abort();
    }, 100);
    const over = ending.signal;
    const done = new AbortController();
    const watching = watchCache(town.home, QUOTA, done.signal);
    const begun = performance.now();
    await Promise.all(users.map((user) => useIt(user, town, { shared, tally, over })));
    clearInterval(clock);
    const seconds = (performance.now() - begun) / 1000;
    for (const { shell } of users) await shell.end();
    const end = await endOf(town, bytesBy(users, shared));
    done.abort();
    const watched = await watching;

    const increments = shared.increments.reduce((sum, each) => sum + each, 0);
    console.info(
      `load test, LOAD_SEED=${SEED}: ${SHELLS} shells for ${Math.round(seconds)} s, ${tally.commands} commands (${(tally.commands / seconds).toFixed(1)}/s), ${tally.acknowledged} acknowledged, ${tally.held} held too long, ` +
        `${tally.noSpace} without room, ${increments} increments, ${end.persistedByMaster} files persisted by the master, ${end.evictions} evictions and ${end.evictionsAhead} ahead of need; ` +
        `fewest of a shell: ${tally.fewest(users.map(({ at }) => at))}; cache at most ${watched.mostOnDisk} on disk, ${watched.mostCounted} counted, of ${QUOTA}, in ${watched.looks} looks\n${tally.table()}`,
    );
    expect([...tally.problems, ...watched.problems, ...end.problems, ...placeProblems(end.found, users, shared)].join('\n'), `LOAD_SEED=${SEED}`).toBe('');
    expect(tally.acknowledged, 'commands that were acknowledged').toBeGreaterThan(tally.commands * 0.4);
    expect(tally.noSpace, 'commands that found no room').toBeLessThan(tally.commands * 0.1);
    expect(tally.fewest(users.map(({ at }) => at)), 'commands of the shell that was served least').toBeGreaterThan(0);
    expect(tally.longestMs, 'the longest wait').toBeLessThan(PATIENCE_MS);
    expect([end.evictions + end.evictionsAhead, end.persistedByMaster, increments].map((count) => count > 0), 'evictions, files persisted by the master, increments').toEqual([true, true, true]);
  } finally {
    await town.close();
  }
}, (SECONDS + 600) * 1000);
