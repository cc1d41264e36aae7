/** Listings of entries that are known. */
import { fileURLToPath } from 'node:url';
import { compare, repeat } from '../compare.mjs';
import { milliseconds, perSecond, whole } from '../report.mjs';
import { run, untilFirstOutput } from '../run.mjs';

const TARGETS = { recursive: 300_000, firstLineMs: 300 };
const ALL = ['fs', 'ls', '-R', '/'];
const floorScan = fileURLToPath(new URL('../floor-scan.mjs', import.meta.url));

async function recursive(lab, add) {
  const sizes = lab.inodes(100_000, 1_000_000, 10_000_000);
  for (const files of sizes) {
    const target = files === sizes[0] ? undefined : TARGETS.recursive;
    const home = await lab.known(files);
    const { entries } = home.made;
    await requireLines(home, entries);
    await home.profile(`ls-recursive-${files}`, ALL);
    const rounds = lab.rounds(files > 1_000_000 ? 1 : 3);
    const measured = await compare({ rounds, floor: () => run([process.execPath, floorScan, home.journal, String(entries)]), subject: () => home.alluxio(ALL, { measured: true }) });
    const what = `ls -R of ${whole(entries)} entries`;
    add(perSecond(what, measured, { target, floor: 'a raw scan', count: entries, unit: 'entries', growth: { line: 'ls -R: entries', at: entries } }));
    const piped = await repeat({ rounds, subject: () => home.alluxio(ALL, { output: 'pipe' }) });
    add(perSecond(`${what} to a pipe`, piped, { target, count: entries, unit: 'entries' }));
    const first = await compare({ rounds: lab.rounds(9), floor: () => run(['node', '-e', '0'], { env: home.env }), subject: () => untilFirstOutput(home.line(ALL), { env: home.env }) });
    add(milliseconds(`${what}: first line`, first, { target: TARGETS.firstLineMs, floor: 'node -e 0' }));
  }
}

async function requireLines(home, count) {
  const [program, ...words] = home.line(ALL);
  const { out } = await run(['/bin/sh', '-c', '"$0" "$@" | wc -l', program, ...words], { env: home.env, output: 'keep' });
  if (Number(out) !== count) throw new Error(`${ALL.join(' ')} printed ${out.trim()} lines instead of ${count}`);
}

async function oneDirectory(lab, add) {
  for (const files of lab.sizes(1000, 10_000, 100_000)) {
    const home = await lab.home();
    await lab.seed('inodes', home.journal, files, files);
    const args = ['fs', 'ls', '/d0000000'];
    const result = await compare({ rounds: lab.rounds(5), floor: () => run(['node', '-e', '0'], { env: home.env }), subject: () => home.alluxio(args) });
    add(milliseconds(`fs ls of a directory of ${whole(files)}`, result, { floor: 'node -e 0', growth: { line: 'fs ls of one directory: files', at: files } }));
  }
}

export const cases = [
  { id: 'list-directory', group: 'Listing', about: 'fs ls of one directory', run: oneDirectory },
  { id: 'list-recursive', group: 'Listing', about: 'fs ls -R', run: recursive },
];
