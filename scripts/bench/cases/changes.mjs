/** Creates, renames and deletes of what is only in the journal: what a change of the namespace costs without a storage. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, repeat } from '../compare.mjs';
import { milliseconds, perSecond, timesFloor, whole } from '../report.mjs';
import { run } from '../run.mjs';

const TARGETS = { creates: 20_000, rename: 2 };
/** Nothing of a tree that was made so is in a storage. */
const HERE = { 'alluxio.user.file.writetype.default': 'MUST_CACHE' };
const NODE = ['node', '-e', '0'];

async function createOne(lab, add) {
  const home = await lab.home(HERE);
  for (const word of ['mkdir', 'touch']) {
    const result = await compare({ rounds: lab.rounds(9), floor: () => run(NODE, { env: home.env }), subject: (round) => home.alluxio(['fs', word, `/${word}-${round}`]) });
    add(milliseconds(`fs ${word}, one command`, result, { floor: 'node -e 0' }));
  }
}

/** Many creates in one process, as a user gives them. The floor: as many in transactions of thousands, by the journal's own interface. */
async function createScript(lab, add) {
  for (const { what, word, argsFor } of WAYS) {
    const sizes = lab.sizes(1000, 20_000);
    for (const count of sizes) {
      const home = await lab.home(HERE);
      let round = 0;
      const prepare = () => {
        round++;
        return argsFor(home, Array.from({ length: count }, (_, at) => `/r${round}/n${String(at).padStart(6, '0')}`));
      };
      const subject = async () => {
        const args = prepare();
        await home.alluxio(['fs', 'mkdir', `/r${round}`]);
        const used = await home.alluxio(args, { measured: true });
        await requireCount(home, `/r${round}`, { files: word === 'touch' ? count : 0, directories: word === 'mkdir' ? count : 0 });
        return used;
      };
      if (lab.profile !== undefined) {
        const args = prepare();
        await home.alluxio(['fs', 'mkdir', `/r${round}`]);
        await home.profile(`create-${what.replaceAll(' ', '-')}-${count}`, args);
      }
      const floor = async (turn) => ({ ms: JSON.parse(await lab.seed('local', home.journal, count, count, `bulk${turn}`)).ms });
      const result = await compare({ rounds: lab.rounds(3), floor, subject });
      add(perSecond(`${whole(count)} × ${what}`, result, { floor: 'the journal in bulk', target: count === sizes[0] ? undefined : TARGETS.creates, count, unit: 'creates', growth: { line: `${what}: creates`, at: count } }));
    }
  }
}

function scriptOf(home, word, paths) {
  const file = join(home.dir, 'script');
  writeFileSync(file, paths.map((path) => `${word} ${path}\n`).join(''));
  return ['fs', '--file', file];
}

const WAYS = [
  ...['mkdir', 'touch'].map((word) => ({ what: `${word} in a script`, word, argsFor: (home, paths) => scriptOf(home, word, paths) })),
  { what: 'mkdir with as many arguments', word: 'mkdir', argsFor: (_home, paths) => ['fs', 'mkdir', ...paths] },
];

async function requireCount(home, path, wanted) {
  const { out } = await home.alluxio(['fs', 'count', path], { output: 'keep' });
  const [files, directories] = out.split('\n')[1]?.trim().split(/\s+/).map(Number) ?? [];
  if (files !== wanted.files || directories !== wanted.directories) throw new Error(`${path} has ${files} files and ${directories} directories`);
}

async function rename(lab, add) {
  for (const files of lab.sizes(1000, 100_000, 1_000_000)) {
    const home = await lab.home(HERE);
    await lab.seed('local', home.journal, files, 1000, 'big');
    await lab.seed('local', home.journal, 1, 1, 'one');
    const [there, back] = [['/big', '/big2'], ['/big2', '/big']];
    const file = [['/one/d0000000/part-0000000.parquet', '/one/x'], ['/one/x', '/one/d0000000/part-0000000.parquet']];
    const move = (round, pairs, measured) => home.alluxio(['fs', 'mv', ...pairs[round % 2]], { measured });
    const result = await compare({ rounds: lab.rounds(8) | 1, floor: (round) => move(round, file, false), subject: (round) => move(round, [there, back], false) });
    const { peakBytes, ownBytes, cpuMs } = await move(0, [there, back], true);
    add(timesFloor(`mv of a directory of ${whole(files)} files`, { ...result, peakBytes, ownBytes, cpuMs }, { target: TARGETS.rename, floor: 'mv of one file', growth: { line: 'mv of a directory: files', at: files } }));
  }
}

async function remove(lab, add) {
  for (const files of lab.sizes(1000, 100_000, 1_000_000)) {
    const home = await lab.home(HERE);
    const subject = async (round) => {
      await lab.seed('local', home.journal, files, 1000, `big${round}`);
      const args = ['fs', 'rm', '-R', `/big${round}`];
      if (round === 0) await home.profile(`rm-${files}`, args);
      if (round === 0 && lab.profile !== undefined) return { ms: 0 };
      const used = await home.alluxio(args, { measured: true });
      await requireCount(home, '/', { files: 0, directories: 0 });
      return used;
    };
    const result = await repeat({ rounds: lab.rounds(files > 100_000 ? 1 : 3), subject });
    add(perSecond(`rm -R of ${whole(files)} files`, result, { count: files, unit: 'files', growth: { line: 'rm -R: files', at: files } }));
  }
}

export const cases = [
  { id: 'create-one', group: 'Create', about: 'mkdir and touch as commands of their own', run: createOne },
  { id: 'create-script', group: 'Create', about: 'mkdir and touch as lines of a script, mkdir with many arguments', run: createScript },
  { id: 'rename', group: 'Rename', about: 'mv of a directory that is only here', run: rename },
  { id: 'delete', group: 'Delete', about: 'rm -R of a tree that is only here', run: remove },
];
