/** One large file: to OSS and back beside curl on the same server, and out of the cache beside cat. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { compare } from '../compare.mjs';
import { onBucket } from '../lab.mjs';
import { shareOfFloor } from '../report.mjs';
import { run } from '../run.mjs';

const GIB = 2 ** 30;
const ROUNDS = 5;
const TARGET = 0.9;
const CACHED_TARGET = 0.5;

/** Random bytes: nothing on the way can make them smaller. */
function largeFile(lab, bytes) {
  const path = join(lab.folder('file', { inMemory: true }), 'source');
  const piece = randomFillSync(Buffer.alloc(Math.min(bytes, 16 * 2 ** 20)));
  const file = openSync(path, 'w');
  for (let written = 0; written < bytes; ) written += writeSync(file, piece, 0, Math.min(piece.length, bytes - written));
  closeSync(file);
  return { path, bytes };
}

const curl = (...words) => run(['curl', '--silent', '--show-error', '--fail', ...words]);

async function setUp(lab, bytes) {
  const file = largeFile(lab, bytes);
  const server = await lab.server(lab.folder('oss', { inMemory: true }));
  const url = (key) => `${server.endpoint}/bench/${key}`;
  const cache = join(lab.folder('cache', { inMemory: true }), 'blocks');
  const home = await lab.home({ ...onBucket(server), 'alluxio.worker.tieredstore.level0.dirs.path': cache, 'alluxio.worker.ramdisk.size': '4GB' });
  return { file, url, home, peer: await lab.peer(server) };
}

const put = (url, { path }) => curl('--output', '/dev/null', '--upload-file', path, url);

async function requireLength(url, bytes) {
  const { out } = await run(['curl', '--silent', '--head', url], { output: 'keep' });
  const length = /^content-length: (\d+)/im.exec(out)?.[1];
  if (Number(length) !== bytes) throw new Error(`${url} has ${length} bytes instead of ${bytes}`);
}

async function upload(lab, bytes) {
  const { file, url, home, peer } = await setUp(lab, bytes);
  const rows = [];
  for (const type of ['THROUGH', 'CACHE_THROUGH']) {
    const args = (name) => ['fs', `-Dalluxio.user.file.writetype.default=${type}`, 'copyFromLocal', file.path, `/${name}`];
    await home.profile(`upload-${type}`, args('profiled'));
    if (lab.profile !== undefined) await home.alluxio(['fs', 'rm', '/profiled']);
    const result = await compare({
      rounds: lab.rounds(ROUNDS),
      async floor() {
        const { ms } = await put(url('by-curl'), file);
        await curl('--output', '/dev/null', '--request', 'DELETE', url('by-curl'));
        return { ms };
      },
      async subject() {
        const used = await home.alluxio(args('ours'), { measured: true });
        await requireLength(url('ours'), file.bytes);
        await home.alluxio(['fs', 'rm', '/ours']);
        return used;
      },
      peer: peer && (() => peer.upload(file.path, 'by-peer')),
    });
    rows.push(shareOfFloor(`copyFromLocal ${size(file.bytes)}, ${type}`, result, { target: type === 'THROUGH' ? TARGET : undefined, floor: 'curl -T', bytes: file.bytes, growth: { line: `copyFromLocal ${type}: bytes`, at: bytes }, peer: peer?.name }));
  }
  return rows;
}

async function uncachedCat(lab, bytes) {
  const { file, url, home, peer } = await setUp(lab, bytes);
  await put(url('object'), file);
  await home.alluxio(['fs', 'ls', '/object']);
  const copied = join(lab.folder('copied', { inMemory: true }), 'object');
  const rows = [];
  // What fills the cache writes every byte to a file, which a curl that throws them away does not: it is measured beside both.
  for (const [type, into] of [['NO_CACHE', '/dev/null'], ['CACHE', '/dev/null'], ['CACHE', copied]]) {
    const toFile = into === copied;
    const args = ['fs', `-Dalluxio.user.file.readtype.default=${type}`, 'cat', '/object'];
    await requireSameBytes(home, args, file);
    await home.alluxio(['fs', 'free', '/object']);
    if (!toFile) await home.profile(`cat-${type}`, args);
    await home.alluxio(['fs', 'free', '/object']);
    const result = await compare({
      rounds: lab.rounds(ROUNDS),
      async floor() {
        const { ms } = await curl('--output', into, url('object'));
        lab.remove(copied);
        return { ms };
      },
      async subject() {
        const used = await home.alluxio(args, { measured: true });
        await home.alluxio(['fs', 'free', '/object']);
        return used;
      },
      peer: toFile ? undefined : peer && (() => peer.download('object')),
    });
    const what = `uncached cat ${size(file.bytes)}, ${type}`;
    if (toFile) rows.push(shareOfFloor(`${what}, beside a curl that keeps the file`, result, { floor: 'curl -o <file>', bytes: file.bytes }));
    else rows.push(shareOfFloor(what, result, { target: TARGET, floor: 'curl -o /dev/null', bytes: file.bytes, growth: { line: `uncached cat ${type}: bytes`, at: bytes }, peer: peer?.name }));
  }
  return rows;
}

async function cachedCat(lab, bytes) {
  const { file, url, home } = await setUp(lab, bytes);
  await put(url('object'), file);
  await home.alluxio(['fs', 'load', '/object']);
  const args = ['fs', 'cat', '/object'];
  await requireSameBytes(home, args, file);
  await home.profile('cat-cached', args);
  const rows = [];
  for (const [output, where] of [['pipe', 'to a pipe'], ['none', 'to /dev/null']]) {
    const result = await compare({
      rounds: lab.rounds(ROUNDS),
      floor: () => run(['cat', file.path], { output }),
      subject: () => home.alluxio(args, { output, measured: true }),
    });
    rows.push(shareOfFloor(`cached cat ${size(file.bytes)} ${where}`, result, { target: CACHED_TARGET, floor: 'cat', bytes: file.bytes, growth: { line: `cached cat ${where}: bytes`, at: bytes } }));
  }
  return rows;
}

async function requireSameBytes(home, args, { path }) {
  const [program, ...words] = home.line(args);
  await run(['/bin/sh', '-c', '"$0" "$@" | cmp - "$FILE"', program, ...words], { env: { ...home.env, FILE: path } });
}

function size(bytes) {
  return bytes === GIB ? '1 GiB' : `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** Each size with a server and files of its own. */
const bySize = (measure) => async (lab, add) => {
  const sizes = lab.sizes(64 * 2 ** 20, GIB);
  for (const bytes of sizes) {
    // Of the smaller one, most is start-up: it has no target.
    for (const row of await measure(lab, bytes)) add(bytes === sizes[0] ? { ...row, target: undefined } : row);
    await lab.tidy();
  }
};

export const cases = [
  { id: 'upload', group: 'Large files', about: 'copyFromLocal of a large file', run: bySize(upload) },
  { id: 'cat-uncached', group: 'Large files', about: 'cat of a large file from OSS', run: bySize(uncachedCat) },
  { id: 'cat-cached', group: 'Large files', about: 'cat of a large file from the cache', run: bySize(cachedCat) },
];
