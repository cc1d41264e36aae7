/** Where it is measured: an installed copy of the build, homes, servers, files; all in temporary folders that are removed at the end. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../build.mjs';
import { findPeer } from './peers.mjs';
import { killAll, run, startServer } from './run.mjs';
import { bundleSeeder } from './seeder.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** This machine's, as a user's command finds it, without what would configure alluxio. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ALLUXIO_')));

const RAM = '/dev/shm';
/** Name of homes that stay until the end. */
const KEPT = 'known';
export const PER_FOLDER = 1000;
/** Inodes beyond this take minutes to make. */
const LARGE = 1_000_000;
/** Room that the cases take, with some to spare. */
const BYTES_NEEDED = 8 * 2 ** 30;

export async function openLab({ quick, large, profile, rounds, dir, asBuilt }) {
  if (!asBuilt && !isBuilt()) await build();
  const state = mkdtempSync(join(dir ?? tmpdir(), 'alluxio-bench-'));
  const bytes = mkdtempSync(join(dir ?? (hasRoom(RAM) ? RAM : tmpdir()), 'alluxio-bench-'));
  return new Lab({ quick, large, profile, rounds: rounds === undefined ? undefined : Number(rounds), state, bytes });
}

function hasRoom(folder) {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > BYTES_NEEDED;
}

function isBuilt() {
  const built = join(root, 'dist', 'main.cjs');
  if (!existsSync(built)) return false;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join('src', file));
  const newest = Math.max(...['package.json', join('scripts', 'build.mjs'), ...sources].map((file) => statSync(join(root, file)).mtimeMs));
  return statSync(built).mtimeMs >= newest;
}

class Lab {
  #rounds;
  #servers = [];
  #made = 0;
  #seeder;
  #known = new Map();
  #peer;
  stopped;

  constructor({ quick, large, profile, rounds, state, bytes }) {
    this.quick = quick;
    this.large = large;
    this.profile = profile;
    this.#rounds = rounds;
    this.state = state;
    this.bytes = bytes;
    this.places = { state: state.startsWith(RAM) ? 'memory (tmpfs)' : 'a folder on disk', bytes: bytes.startsWith(RAM) ? 'memory (tmpfs)' : 'a folder on disk' };
    // A copy, so that a build by somebody else in the middle changes nothing.
    this.install = join(state, 'alluxio');
    for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(this.install, part), { recursive: true, preserveTimestamps: true });
    symlinkSync(join(root, 'node_modules'), join(this.install, 'node_modules'));
    this.alluxio = join(this.install, 'bin', 'alluxio');
    if (profile !== undefined) mkdirSync(profile, { recursive: true });
  }

  /** Sizes of `--quick` are a tenth. */
  size(full) {
    return this.quick ? Math.ceil(full / 10) : full;
  }

  /** Sizes at which growth is looked at. */
  sizes(...full) {
    return full.map((size) => this.size(size));
  }

  /** The same for inodes; what takes minutes to make only with `--large`. */
  inodes(...full) {
    return this.sizes(...full.filter((size) => this.large || size <= LARGE));
  }

  rounds(usual) {
    return this.#rounds ?? usual;
  }

  folder(name, { inMemory = false } = {}) {
    const path = join(inMemory ? this.bytes : this.state, `${name}-${++this.#made}`);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Like tidy, for what a case needs no longer while it still runs. */
  remove(...paths) {
    for (const path of paths) rmSync(path, { recursive: true, force: true });
  }

  /** A home of its own, formatted. */
  async home(properties = {}, name = 'home') {
    const dir = this.folder(name);
    const conf = join(dir, 'conf');
    mkdirSync(conf);
    const lines = { 'alluxio.work.dir': join(dir, 'work'), ...properties };
    writeFileSync(join(conf, 'alluxio-site.properties'), Object.entries(lines).map(([key, value]) => `${key}=${value}\n`).join(''));
    const env = { ...ENVIRONMENT, HOME: dir, ALLUXIO_CONF_DIR: conf, TZ: 'UTC', LANG: 'C.UTF-8' };
    const home = new Home(this, { dir, env, journal: join(dir, 'work', 'journal') });
    await home.alluxio(['format']);
    return home;
  }

  /** An ossServer over the folder, with the bucket `bench`, that lets anybody in: so curl needs no signature. */
  async server(dir) {
    const env = { ...ENVIRONMENT, HOME: dir };
    const server = await startServer([this.alluxio, 'ossServer', '--dir', dir, '--port', '0', '--bucket', 'bench'], env);
    this.#servers.push(server);
    return server;
  }

  /**
   * A home whose journal knows so many files, persisted, 1,000 in each of the directories /d0000000 and so on; made once and kept until the end, so a case that uses it changes
   * nothing below /. `made`: how many entries, in how many ms.
   */
  known(files) {
    const there = this.#known.get(files) ?? this.#makeKnown(files);
    this.#known.set(files, there);
    return there;
  }

  async #makeKnown(files) {
    const home = await this.home({}, KEPT);
    const made = JSON.parse(await this.seed('inodes', home.journal, files, PER_FOLDER));
    return Object.assign(home, { made });
  }

  /** A tool of others that speaks OSS, for this server; undefined where none is installed. */
  async peer(server) {
    this.#peer ??= findPeer(this.folder(KEPT), ENVIRONMENT);
    return (await this.#peer)?.(server);
  }

  /** Runs the seeder, which writes into stores directly what would take long otherwise. */
  async seed(...words) {
    this.#seeder ??= await bundleSeeder();
    const { out } = await run([process.execPath, this.#seeder, ...words.map(String)], { output: 'keep' });
    return out;
  }

  stop(signal) {
    this.stopped = signal;
    killAll('SIGTERM');
  }

  /** After a case: servers end, its folders go. */
  async tidy() {
    for (const server of this.#servers.splice(0)) await server.stop();
    for (const place of [this.state, this.bytes]) {
      for (const name of readdirSync(place)) if (name !== 'alluxio' && !name.startsWith(`${KEPT}-`)) this.remove(join(place, name));
    }
  }

  async close() {
    for (const server of this.#servers.splice(0)) await server.stop();
    this.remove(this.state, this.bytes);
  }
}

class Home {
  #lab;

  constructor(lab, { dir, env, journal }) {
    this.#lab = lab;
    this.dir = dir;
    this.env = env;
    this.journal = journal;
  }

  line(args) {
    return [this.#lab.alluxio, ...args];
  }

  /** `measured`: with what the process used. */
  alluxio(args, { output = 'none', measured = false, statuses, env = this.env } = {}) {
    return run(this.line(args), { env, output, ...(measured ? { usage: this.dir } : {}), ...(statuses === undefined ? {} : { statuses }) });
  }

  /** One more run with a CPU profile, when profiles are wanted. */
  async profile(name, args) {
    const { profile } = this.#lab;
    if (profile === undefined) return;
    await run([process.execPath, '--cpu-prof', '--cpu-prof-dir', profile, '--cpu-prof-name', `${name}.cpuprofile`, `${this.#lab.install}/bin/alluxio.cjs`, ...args], { env: this.env });
  }
}

/** Settings of a home whose root is the bucket. */
export function onBucket(server, prefix = '') {
  return {
    'alluxio.master.mount.table.root.ufs': `oss://bench/${prefix}`,
    'fs.oss.endpoint': server.endpoint,
    'fs.oss.accessKeyId': 'bench',
    'fs.oss.accessKeySecret': 'bench-secret',
  };
}
