/** What a command costs before it does anything: everything is measured in times of `node -e 0`. */
import { compare } from '../compare.mjs';
import { timesFloor } from '../report.mjs';
import { run } from '../run.mjs';

const ROUNDS = 25;
const NODE = ['node', '-e', '0'];

/** One more run, not timed, says what the command used: asking costs time itself. */
async function measured(lab, home, args) {
  const result = await compare({
    rounds: lab.rounds(ROUNDS),
    floor: () => run(NODE, { env: home.env }),
    subject: () => home.alluxio(args),
  });
  return { ...result, ...(await home.alluxio(args, { measured: true })), ms: result.ms };
}

export async function version(lab) {
  const home = await lab.home();
  await home.profile('version', ['version']);
  return [timesFloor('alluxio version', await measured(lab, home, ['version']), { target: 1.3, floor: 'node -e 0' })];
}

export async function listThousand(lab) {
  const count = 1000;
  const home = await lab.home();
  await lab.seed('inodes', home.journal, count, count);
  const args = ['fs', 'ls', '/d0000000'];
  const { out } = await home.alluxio(args, { output: 'keep' });
  const lines = out.split('\n').length - 1;
  if (lines !== count) throw new Error(`fs ls printed ${lines} lines instead of ${count}`);
  await home.profile('ls-1000', args);
  return [timesFloor('fs ls of 1,000 files', await measured(lab, home, args), { target: 1.6, floor: 'node -e 0' })];
}
