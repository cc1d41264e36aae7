/** count and du: directory totals are kept in the journal, so that both cost what a look at one path costs. */
import { compare } from '../compare.mjs';
import { timesFloor, whole } from '../report.mjs';

const ROUNDS = 9;
const TARGET = 2;
const ONE = ['fs', 'ls', '/d0000000/part-0000000.parquet'];

async function measure(lab, add, { args, name, read }) {
  for (const files of lab.inodes(1000, 1_000_000, 10_000_000)) {
    const home = await lab.known(files);
    const { out } = await home.alluxio(args, { output: 'keep' });
    if (!read(out, files)) throw new Error(`${args.join(' ')} printed ${out}`);
    await home.profile(`${name}-${files}`, args);
    const result = await compare({ rounds: lab.rounds(ROUNDS), floor: () => home.alluxio(ONE), subject: () => home.alluxio(args) });
    const { peakBytes, ownBytes, cpuMs } = await home.alluxio(args, { measured: true });
    add(timesFloor(`${args.join(' ')} of ${whole(files)} files`, { ...result, peakBytes, ownBytes, cpuMs }, { target: TARGET, floor: 'fs ls of one', growth: { line: `${args.join(' ')}: files`, at: files } }));
  }
}

const counted = (out, files) => Number(out.split('\n')[1]?.trim().split(/\s+/)[0]) === files;
/** Sizes of the seeder: 1000 + the number of the file in its directory. */
const summed = (out, files) => Number(out.split('\n')[1]?.trim().split(/\s+/)[0]) === sumOf(files);

function sumOf(files) {
  const folders = Math.ceil(files / 1000);
  const below = (count) => 1000 * count + (count * (count - 1)) / 2;
  return (folders - 1) * below(1000) + below(files - (folders - 1) * 1000);
}

export const cases = [
  { id: 'count', group: 'Count and du', about: 'fs count /', run: (lab, add) => measure(lab, add, { name: 'count', args: ['fs', 'count', '/'], read: counted }) },
  { id: 'du', group: 'Count and du', about: 'fs du -s /', run: (lab, add) => measure(lab, add, { name: 'du', args: ['fs', 'du', '-s', '/'], read: summed }) },
];
