/**
 * Killed at every write boundary in turn: what was acknowledged is there, what was not is whole or not at all, and nothing is left over.
 * CRASH_KILLS and CRASH_SEED change the length and the run; `npm run test:crash` is the long one.
 */
import { expect, it } from 'vitest';
import { BOUNDARIES } from '../../src/fault-points.ts';
import { seededRandom } from '../journal/support.ts';
import type { StorageKind } from '../support/file-system.ts';
import type { Lab } from './lab.ts';
import { makeLab } from './lab.ts';
import type { Tally } from './rounds.ts';
import { Rounds } from './rounds.ts';

const KILLS = Number(process.env.CRASH_KILLS ?? 200);
/** The same each time where a change is judged; the long run looks for what is not known yet. */
const SEED = Number(process.env.CRASH_SEED ?? (process.env.CRASH_KILLS === undefined ? 687_446 : 1 + Math.floor(Math.random() * 1_000_000)));
const HOMES: readonly { readonly root: StorageKind; readonly quota?: number }[] = [{ root: 'oss' }, { root: 'local' }, { root: 'oss', quota: 900_000 }, { root: 'local' }];

/** Kills that a long run adds at a time, and at most, while chance has left a boundary out. */
const MORE = 100;
const MOST_MORE = KILLS;

interface CrashHome {
  readonly lab: Lab;
  readonly rounds: Rounds;
}

async function makeHome({ root, quota }: (typeof HOMES)[number], seed: number): Promise<CrashHome> {
  const lab = await makeLab(root, quota === undefined ? {} : { 'alluxio.worker.tieredstore.level0.dirs.quota': String(quota) });
  return { lab, rounds: new Rounds(lab, seededRandom(seed), { longestStride: KILLS >= 1000 ? 1 : 4, evicts: quota !== undefined }) };
}

/** What every long run is to meet, and has not met yet: sides of boundaries. */
function missedBy(tallies: readonly Tally[]): string[] {
  const usual = Object.keys(BOUNDARIES).filter((name) => !['journal.publish', 'journal.sync'].includes(name));
  return usual.flatMap((name) => ['before', 'after'].map((side) => `${name}.${side}`)).filter((place) => !tallies.some(({ places }) => places.has(place)));
}

async function crash(homes: readonly CrashHome[]): Promise<Tally[]> {
  const each = Math.ceil(KILLS / homes.length);
  for (let more = 0; ; more += MORE) {
    // What follows goes on where each kind of command was: its later boundaries have their turn.
    const tallies = await Promise.all(homes.map(({ rounds }) => rounds.run(each + more / homes.length)));
    const failed = tallies.some(({ failures }) => failures.length > 0);
    if (KILLS < 1000 || failed || more >= MOST_MORE || missedBy(tallies).length === 0) return tallies;
  }
}

it(`${KILLS} kills, seed ${SEED}`, async () => {
  const begun = performance.now();
  const homes = await Promise.all(HOMES.map((home, at) => makeHome(home, SEED + at)));
  let tallies: Tally[];
  try {
    tallies = await crash(homes);
  } finally {
    await Promise.all(homes.map(({ lab }) => lab.close()));
  }
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const [kills, acknowledged, recoverers, pairs] = [sum((each) => each.kills), sum((each) => each.acknowledged), sum((each) => each.recoverersKilled), sum((each) => each.pairs)];
  const places = new Set(tallies.flatMap((tally) => [...tally.places.keys()]));
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.info(`crash test, CRASH_SEED=${SEED}: ${kills} kills (${recoverers} of recoverers) at ${places.size} places, ${acknowledged} commands acknowledged, ${pairs} pairs, ${seconds} s`);
  expect(tallies.flatMap(({ failures }) => failures).join('\n'), `CRASH_SEED=${SEED}`).toBe('');
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  expect(acknowledged, 'commands that were acknowledged').toBeGreaterThan(KILLS / 20);
  expect(recoverers, 'recoverers that were killed').toBeGreaterThan(KILLS / 40);
  if (KILLS >= 1000) expect(missedBy(tallies), 'boundaries where nothing was killed').toEqual([]);
  else expect(places.size, 'different places').toBeGreaterThan(8);
}, 7_200_000);
