/**
 * Random commands against a server whose requests go wrong at random. FAULTS_COMMANDS and FAULTS_SEED change the length and the run; `npm run test:faults` is the long one.
 * What each command says of each fault is tested in test/e2e/faults.test.ts.
 */
import { expect, it } from 'vitest';
import { makeLab } from '../crash/lab.ts';
import { seededRandom } from '../journal/support.ts';
import type { StorageKind } from '../support/file-system.ts';
import type { FaultName } from '../../src/oss-server/faults.ts';
import { FAULT_NAMES } from './plan.ts';
import type { Tally } from './rounds.ts';
import { Rounds } from './rounds.ts';

const COMMANDS = Number(process.env.FAULTS_COMMANDS ?? 120);
/** The same each time where a change is judged; the long run looks for what is not known yet. */
const SEED = Number(process.env.FAULTS_SEED ?? (process.env.FAULTS_COMMANDS === undefined ? 17 : 1 + Math.floor(Math.random() * 1_000_000)));
const HOMES: readonly StorageKind[] = ['oss', 'local'];
const SHAPE = {
  'alluxio.user.shell.error.stream': 'stdout',
  'alluxio.underfs.eventual.consistency.retry.base.sleep': '2ms',
  'alluxio.underfs.object.store.multi.range.chunk.size': '100KB',
  'alluxio.underfs.oss.socket.timeout': '2s',
  'alluxio.user.lease.wait.timeout': '5s',
};

async function play(root: StorageKind, seed: number, { commands, wanted }: { commands: number; wanted: readonly FaultName[] }): Promise<Tally> {
  const lab = await makeLab(root, SHAPE);
  try {
    return await new Rounds(lab, seededRandom(seed), wanted).run(commands);
  } finally {
    await lab.close();
  }
}

it(`${COMMANDS} commands, seed ${SEED}`, async () => {
  const begun = performance.now();
  const tallies = await Promise.all(HOMES.map((root, at) => play(root, SEED + at, { commands: Math.ceil(COMMANDS / HOMES.length), wanted: FAULT_NAMES.filter((_, n) => n % HOMES.length === at) })));
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const [commands, acknowledged, overcome, refused] = [sum((each) => each.commands), sum((each) => each.acknowledged), sum((each) => each.overcome), sum((each) => each.refused)];
  const met = new Map<string, number>();
  for (const tally of tallies) for (const [name, times] of tally.met) met.set(name, (met.get(name) ?? 0) + times);
  const list = [...met].map(([name, times]) => `${name} ${times}`).join(', ');
  console.info(`random faults, FAULTS_SEED=${SEED}: ${commands} commands, ${acknowledged} succeeded (${overcome} in spite of faults), ${refused} refused; commands that met ${list}; ${Math.round((performance.now() - begun) / 1000)} s`);
  expect(tallies.flatMap(({ failures }) => failures).join('\n'), `FAULTS_SEED=${SEED}`).toBe('');
  expect(commands).toBeGreaterThanOrEqual(COMMANDS);
  expect([overcome, refused].map((count) => count > COMMANDS / 60), 'commands that overcame a fault, and that were defeated').toEqual([true, true]);
  // A run of a few commands is for looking at one of them.
  if (COMMANDS >= 100) expect(FAULT_NAMES.filter((name) => !met.has(name)), 'faults that no command met').toEqual([]);
}, 7_200_000);
