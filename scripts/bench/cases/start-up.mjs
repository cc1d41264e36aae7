/** What a command costs before it does anything: everything is measured in times of `node -e 0`. */
import { compare } from '../compare.mjs';
import { timesFloor, whole } from '../report.mjs';
import { run } from '../run.mjs';

const ROUNDS = 25;
const NODE = ['node', '-e', '0'];

/**
 * With certificates of its own to read (NODE_EXTRA_CA_CERTS), every node starts much later, and everything else looks small beside it: then both are measured.
 * One more run, not timed, says what the command used: asking costs time itself.
 */
async function rowsFor(lab, { home, what, args, target, growth }) {
  const { NODE_EXTRA_CA_CERTS: certificates, ...bare } = home.env;
  const environments = [{ env: home.env, note: '', growth }, ...(certificates === undefined ? [] : [{ env: bare, note: ', without NODE_EXTRA_CA_CERTS' }])];
  const rows = [];
  for (const { env, note, growth: line } of environments) {
    const result = await compare({ rounds: lab.rounds(ROUNDS), floor: () => run(NODE, { env }), subject: () => home.alluxio(args, { env }) });
    const { peakBytes, ownBytes, cpuMs } = await home.alluxio(args, { env, measured: true });
    rows.push(timesFloor(`${what}${note}`, { ...result, peakBytes, ownBytes, cpuMs }, { target, floor: 'node -e 0', growth: line }));
  }
  return rows;
}

async function version(lab) {
  const home = await lab.home();
  await home.profile('version', ['version']);
  return rowsFor(lab, { home, what: 'alluxio version', args: ['version'], target: 1.3 });
}

async function listThousand(lab, add) {
  for (const files of lab.inodes(1000, 1_000_000, 10_000_000)) {
    const home = await lab.known(files);
    const args = ['fs', 'ls', '/d0000000'];
    const { out } = await home.alluxio(args, { output: 'keep' });
    const lines = out.split('\n').length - 1;
    if (lines !== Math.min(files, 1000)) throw new Error(`fs ls printed ${lines} lines`);
    await home.profile(`ls-1000-of-${files}`, args);
    const rows = await rowsFor(lab, { home, what: `fs ls of 1,000 files, ${whole(files)} known`, args, target: 1.4, growth: { line: 'fs ls of 1,000: inodes known', at: files } });
    rows.forEach(add);
  }
}

export const cases = [
  { id: 'startup-version', group: 'Start-up', about: 'alluxio version', run: version },
  { id: 'startup-ls', group: 'Start-up', about: 'fs ls of 1,000 files among more and more inodes', run: listThousand },
];
