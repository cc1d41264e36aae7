/** What comes from a bucket for the first time: its names, and content into the cache. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from '../compare.mjs';
import { onBucket, PER_FOLDER } from '../lab.mjs';
import { perSecond, whole } from '../report.mjs';
import { run } from '../run.mjs';

const TARGETS = { firstListing: 50_000 };
const floorList = fileURLToPath(new URL('../floor-list.mjs', import.meta.url));

async function firstListing(lab, add) {
  const sizes = lab.sizes(100_000, 1_000_000);
  for (const count of sizes) {
    const folder = lab.folder('oss');
    await lab.seed('objects', folder, 'bench', count, PER_FOLDER);
    const server = await lab.server(folder);
    const peer = await lab.peer(server);
    const shapes = [
      { what: 'in one directory', prefix: 'flat/', args: ['fs', 'ls', '/'] },
      { what: `in directories of ${whole(PER_FOLDER)}`, prefix: 'tree/', args: ['fs', 'ls', '-R', '/'] },
    ];
    for (const { what, prefix, args } of shapes) {
      const result = await compare({
        rounds: lab.rounds(count > 100_000 ? 1 : 3),
        floor: () => run([process.execPath, floorList, server.endpoint, 'bench', prefix, String(count)]),
        subject: () => listed(lab, { server, prefix, args, count }),
        peer: peer && (() => peer.list(prefix, count)),
      });
      const growth = { line: `First listing, ${what}: objects`, at: count };
      add(perSecond(`first listing of ${whole(count)} objects ${what}`, result, { target: count === sizes[0] ? undefined : TARGETS.firstListing, floor: 'bare GETs of the pages', count, unit: 'entries', growth, peer: peer?.name }));
    }
    await lab.tidy();
  }
}

/** Each listing is the first of its home. */
async function listed(lab, { server, prefix, args, count }) {
  const home = await lab.home(onBucket(server, prefix.slice(0, -1)));
  await home.profile(`first-listing-${prefix.slice(0, -1)}-${count}`, args);
  if (lab.profile !== undefined) await home.alluxio(['format']);
  const used = await home.alluxio(args, { measured: true });
  const { out } = await home.alluxio(['fs', 'count', '/'], { output: 'keep' });
  const files = Number(out.split('\n')[1]?.trim().split(/\s+/)[0]);
  if (files !== count) throw new Error(`${files} files are known instead of ${count}`);
  lab.remove(home.dir);
  return used;
}

const LOAD_ROUNDS = 2;

/**
 * `fs load` of small files, beside curl getting the same ones. Each round loads others: after `free`, ext4 searches for inodes that were not deleted within the last
 * minute, which takes longer than the load itself.
 */
async function load(lab, add) {
  const rounds = lab.rounds(LOAD_ROUNDS);
  for (const count of lab.sizes(1000, 10_000)) {
    const server = await lab.server(lab.folder('oss'));
    const dir = lab.folder('small');
    const names = Array.from({ length: count }, (_, at) => `d${at % 10}/f${String(at).padStart(6, '0')}`);
    for (let folder = 0; folder < 10; folder++) mkdirSync(join(dir, `d${folder}`));
    for (const name of names) writeFileSync(join(dir, name), name.padEnd(1024, '.'));
    const home = await lab.home(onBucket(server));
    for (let round = 0; round <= rounds; round++) await home.alluxio(['fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'copyFromLocal', dir, `/in${round}`]);
    const config = (round) => {
      const path = join(lab.folder('curl'), 'config');
      writeFileSync(path, names.map((name) => `url = "${server.endpoint}/bench/in${round}/${name}"\noutput = "/dev/null"\n`).join(''));
      return path;
    };
    const result = await compare({
      rounds,
      floor: (round) => run(['curl', '--silent', '--show-error', '--fail', '--parallel', '--parallel-max', '16', '--config', config(round)]),
      subject: (round) => home.alluxio(['fs', 'load', `/in${round}`], { measured: true }),
    });
    add(perSecond(`load of ${whole(count)} files of 1 KiB`, result, { floor: 'curl --parallel', count, unit: 'files', growth: { line: 'load of small files: files', at: count } }));
    await lab.tidy();
  }
}

export const cases = [
  { id: 'first-listing', group: 'First listing and load', about: 'first listing of a bucket', run: firstListing },
  { id: 'load', group: 'First listing and load', about: 'fs load of small files', run: load },
];
