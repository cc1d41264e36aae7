/**
 * Commands of many steps, each killed at its boundaries in turn: with chance alone the late ones are seldom met. Here at some of them, in the long run (CRASH_KILLS of 1,000
 * and more) at every one.
 */
import { expect, it } from 'vitest';
import { makeLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { DIRECTORY, alter, move, once, put, remove } from './model.ts';
import { Rounds } from './rounds.ts';
import { seededRandom } from '../journal/support.ts';
import type { Command } from './workload.ts';
import { as, cachedBy, written } from './workload.ts';

const EVERY = Number(process.env.CRASH_KILLS ?? 0) >= 1000;

interface Scenario {
  readonly name: string;
  /** Boundaries from one kill to the next, in `npm test`: odd, so that both sides have their turn. */
  readonly stride: number;
  readonly root: 'oss' | 'local';
  make(lab: Lab, at: string): { readonly before: readonly Command[]; readonly command: Command };
}

const command = (args: readonly string[], steps: Command['steps']): Command => ({ kind: 'sweep', args: ['fs', ...args], steps });

/** A local tree copied in. */
function copyIn({ sources }: Lab, path: string, type: string): Command {
  const inside = sources.tree.entries.map(([name, length]) => (length === undefined ? once(put(`${path}/${name}`, DIRECTORY)) : written(`${path}/${name}`, length, type)));
  return command([...as(type), 'copyFromLocal', sources.tree.path, path], [once(put(path, DIRECTORY)), ...inside]);
}

const filesIn = ({ sources }: Lab, path: string): string[] => sources.tree.entries.flatMap(([name, length]) => (length === undefined ? [] : [`${path}/${name}`]));

const SCENARIOS: readonly Scenario[] = [
  { name: 'mv of a stored directory', stride: 7, root: 'oss', make: (lab, at) => ({ before: [copyIn(lab, at, 'THROUGH')], command: command(['mv', at, `${at}-moved`], [once(move(at, `${at}-moved`))]) }) },
  { name: 'rm -R of a stored directory', stride: 3, root: 'oss', make: (lab, at) => ({ before: [copyIn(lab, at, 'CACHE_THROUGH')], command: command(['rm', '-R', at], [once(remove(at))]) }) },
  { name: 'copyFromLocal of a directory', stride: 7, root: 'oss', make: (lab, at) => ({ before: [], command: copyIn(lab, at, 'CACHE_THROUGH') }) },
  {
    name: 'persist of a directory',
    stride: 7,
    root: 'oss',
    make: (lab, at) => ({ before: [copyIn(lab, at, 'MUST_CACHE')], command: command(['persist', at], filesIn(lab, at).map((path) => once(alter(path, () => ({ stored: true }))))) }),
  },
  { name: 'load of a directory', stride: 5, root: 'oss', make: (lab, at) => ({ before: [copyIn(lab, at, 'THROUGH')], command: command(['load', at], filesIn(lab, at).map(cachedBy)) }) },
  { name: 'mv of a stored directory, local', stride: 3, root: 'local', make: (lab, at) => ({ before: [copyIn(lab, at, 'THROUGH')], command: command(['mv', at, `${at}-moved`], [once(move(at, `${at}-moved`))]) }) },
  { name: 'rm -R of a stored directory, local', stride: 5, root: 'local', make: (lab, at) => ({ before: [copyIn(lab, at, 'CACHE_THROUGH')], command: command(['rm', '-R', at], [once(remove(at))]) }) },
];

it.concurrent.each(SCENARIOS)('$name', async ({ make, stride, root }) => {
  const lab = await makeLab(root);
  try {
    const rounds = new Rounds(lab, seededRandom(1), { longestStride: 1, evicts: false });
    await rounds.sweep(EVERY ? 1 : stride, (at) => ({ ...make(lab, at), after: [at, `${at}-moved`].map((path) => command(['rm', '-R', path], [once(remove(path))])) }));
    expect(rounds.tally.failures.join('\n')).toBe('');
    expect(rounds.tally.kills).toBeGreaterThan(2);
    console.info(`${rounds.tally.kills} kills at ${[...rounds.tally.places.keys()].sort().join(', ')}`);
  } finally {
    await lab.close();
  }
}, 1_800_000);
