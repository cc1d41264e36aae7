/** Many small files in one copy, beside curl putting the same ones side by side. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../compare.mjs';
import { onBucket } from '../lab.mjs';
import { perSecond, whole } from '../report.mjs';
import { run } from '../run.mjs';

const BYTES = 1024;
const FOLDERS = 10;
const ROUNDS = 2;
const TARGET = 2000;
/** As many as curl is fastest with. */
const CURL_LANES = 16;

function makeFiles(lab, count) {
  const dir = lab.folder('small');
  const names = Array.from({ length: count }, (_, at) => `d${at % FOLDERS}/f${String(at).padStart(6, '0')}`);
  for (let folder = 0; folder < FOLDERS; folder++) mkdirSync(join(dir, `d${folder}`));
  for (const name of names) writeFileSync(join(dir, name), name.padEnd(BYTES, '.'));
  return { count, dir, names };
}

function curlConfig(lab, { dir, names }, target) {
  const path = join(lab.folder('curl'), 'config');
  writeFileSync(path, names.map((name) => `upload-file = "${join(dir, name)}"\nurl = "${target(name)}"\noutput = "/dev/null"\n`).join(''));
  return path;
}

async function smallFiles(lab, add) {
  const sizes = lab.sizes(1000, 10_000);
  for (const count of sizes) {
    await copies(lab, add, { count, target: count === sizes[0] ? undefined : TARGET });
    await lab.tidy();
  }
}

async function copies(lab, add, { count, target }) {
  const files = makeFiles(lab, count);
  const server = await lab.server(lab.folder('oss'));
  const home = await lab.home(onBucket(server));
  const peer = await lab.peer(server);
  const config = curlConfig(lab, files, (name) => `${server.endpoint}/bench/curl/${name}`);
  for (const type of ['THROUGH', undefined]) {
    const label = type ?? 'default write type';
    const args = (name) => ['fs', ...(type === undefined ? [] : [`-Dalluxio.user.file.writetype.default=${type}`]), 'copyFromLocal', files.dir, `/${name}`];
    await home.profile(`small-files-${type ?? 'default'}-${count}`, args(`profiled-${label.replaceAll(' ', '-')}`));
    const result = await compare({
      rounds: lab.rounds(ROUNDS),
      floor: () => run(['curl', '--silent', '--show-error', '--fail', '--parallel', '--parallel-max', String(CURL_LANES), '--config', config]),
      async subject(round) {
        const name = `${type ?? 'default'}-${round}`;
        const used = await home.alluxio(args(name), { measured: true });
        await requireCount(home, `/${name}`, count);
        return used;
      },
      peer: peer && (() => peer.uploadAll(files.dir, 'peer/')),
    });
    const growth = { line: `Small files, ${label}: files`, at: count };
    add(perSecond(`${whole(count)} files of 1 KiB, ${label}`, result, { target, floor: 'curl --parallel', count, unit: 'files', growth, peer: peer?.name }));
  }
}

async function requireCount(home, path, count) {
  const { out } = await home.alluxio(['fs', 'count', path], { output: 'keep' });
  const files = Number(out.split('\n')[1]?.trim().split(/\s+/)[0]);
  if (files !== count) throw new Error(`${path} has ${files} files instead of ${count}`);
}

export const cases = [{ id: 'small-files', group: 'Small files', about: 'copyFromLocal of many small files', run: smallFiles }];
