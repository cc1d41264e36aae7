/** Listings: of a bucket that was never looked at, and of a million entries that are known. */
import { compare, repeat } from '../compare.mjs';
import { fileURLToPath } from 'node:url';
import { onBucket } from '../lab.mjs';
import { milliseconds, perSecond } from '../report.mjs';
import { run, untilFirstOutput } from '../run.mjs';

const OBJECTS = 100_000;
const KNOWN = 1_000_000;
const PER_FOLDER = 1000;
const TARGETS = { firstListing: 20_000, known: 200_000, firstLineMs: 300 };

const script = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

export async function firstListing(lab) {
  const count = lab.size(OBJECTS);
  const folder = lab.folder('oss');
  await lab.seed('objects', folder, 'bench', count, PER_FOLDER);
  const server = await lab.server(folder);
  const rows = [];
  // Each listing is the first of its home.
  const listed = async (args, expected, name) => {
    const home = await lab.home(onBucket(server, name === undefined ? 'flat' : 'tree'));
    await home.profile(`first-listing-${args[1]}${args.length}`, args);
    if (lab.profile !== undefined) await home.alluxio(['format']);
    const used = await home.alluxio(args, { measured: true });
    const { out } = await home.alluxio(['fs', 'count', '/'], { output: 'keep' });
    const files = Number(out.split('\n')[1]?.trim().split(/\s+/)[0]);
    if (files !== expected) throw new Error(`${files} files are known instead of ${expected}`);
    lab.remove(home.dir);
    return used;
  };
  const shapes = [
    { what: 'in one directory', prefix: 'flat/', args: ['fs', 'ls', '/'], name: undefined },
    { what: `in directories of ${PER_FOLDER.toLocaleString('en-US')}`, prefix: 'tree/', args: ['fs', 'ls', '-R', '/'], name: 'tree' },
  ];
  for (const { what, prefix, args, name } of shapes) {
    const result = await compare({
      rounds: lab.rounds(3),
      floor: () => run([process.execPath, script('floor-list.mjs'), server.endpoint, 'bench', prefix, String(count)]),
      subject: () => listed(args, count, name),
    });
    rows.push(perSecond(`first listing of ${count.toLocaleString('en-US')} objects ${what}`, result, { target: TARGETS.firstListing, floor: 'bare GETs of the pages', count, unit: 'entries' }));
  }
  return rows;
}

export async function recursiveListing(lab) {
  const count = lab.size(KNOWN);
  const home = await lab.home();
  const entries = Number(await lab.seed('inodes', home.journal, count, PER_FOLDER));
  const args = ['fs', 'ls', '-R', '/'];
  await requireLines(home, args, entries);
  await home.profile('ls-million', args);
  const whole = await compare({
    rounds: lab.rounds(3),
    floor: () => run([process.execPath, script('floor-scan.mjs'), home.journal, String(count)]),
    subject: () => home.alluxio(args, { measured: true }),
  });
  const piped = await repeat({ rounds: lab.rounds(3), subject: () => home.alluxio(args, { output: 'pipe' }) });
  const first = await compare({
    rounds: lab.rounds(9),
    floor: () => run(['node', '-e', '0'], { env: home.env }),
    subject: () => untilFirstOutput(home.line(args), { env: home.env }),
  });
  const what = `ls -R of ${entries.toLocaleString('en-US')} known entries`;
  return [
    perSecond(what, whole, { target: TARGETS.known, floor: 'a raw scan', count: entries, unit: 'entries' }),
    perSecond(`${what} to a pipe`, piped, { target: TARGETS.known, count: entries, unit: 'entries' }),
    milliseconds(`${what}: first line`, first, { target: TARGETS.firstLineMs, floor: 'node -e 0' }),
  ];
}

async function requireLines(home, args, count) {
  const [program, ...words] = home.line(args);
  const { out } = await run(['/bin/sh', '-c', '"$0" "$@" | wc -l', program, ...words], { env: home.env, output: 'keep' });
  if (Number(out) !== count) throw new Error(`${args.join(' ')} printed ${out.trim()} lines instead of ${count}`);
}
