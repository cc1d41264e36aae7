/**
 * The whole job in a minute, without an account: a bucket on this machine, the users' guide walked through against it, and nothing left behind.
 * Every line that begins with `$` is run by a shell exactly as it is shown. Node's own modules only, because nothing may be installed yet.
 */
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const keys = { id: 'quickstart', secret: randomBytes(6).toString('hex') };
const COMBINATIONS = 24;

/** What runs now, so that a signal can end it; the server runs beside it. */
let running;
let server;
let caught;

class Failure extends Error {}

function say(text = '') {
  process.stdout.write(`${text}\n`);
}

/** Resolves with status and output; `live` shows the output as it comes. */
function execute(command, args, { env = process.env, live = false } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a signal reaches what a shell has started too.
    const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'] });
    running = child;
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', (error) => reject(new Failure(`${command}: ${error.message}`)));
    child.on('close', (status, signal) => {
      running = undefined;
      resolve({ status: status ?? 128 + (constants.signals[signal] ?? 0), out, err });
    });
  });
}

async function need(name, command, args) {
  stopIfAsked();
  const { status } = await execute(command, args, { live: true });
  stopIfAsked();
  if (status !== 0) throw new Failure(`${name} failed (status ${status})`);
}

function stopIfAsked() {
  if (caught !== undefined) throw new Failure(`stopped by ${caught}`);
}

/** npm keeps a copy of the lockfile in node_modules; as long as the real one is not newer, what is installed is what is locked. */
function isInstalled() {
  const copy = join(root, 'node_modules', '.package-lock.json');
  return existsSync(copy) && statSync(copy).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function isBuilt() {
  const built = join(root, 'dist', 'main.cjs');
  if (!existsSync(built)) return false;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join('src', file));
  const newest = Math.max(...['package.json', join('scripts', 'build.mjs'), ...sources].map((file) => statSync(join(root, file)).mtimeMs));
  return statSync(built).mtimeMs >= newest;
}

/** Settings of this machine must not decide what the tour shows. */
function tourEnvironment(folder) {
  const foreign = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ALLUXIO_')));
  return { ...foreign, T: folder, ALLUXIO_CONF_DIR: join(folder, 'conf') };
}

/** Runs a line as it is shown. `show` makes what is printed of what came out. */
async function type(line, env, show = (out) => out) {
  stopIfAsked();
  say(`$ ${line}`);
  const { status, out, err } = await execute('/bin/sh', ['-c', line], { env });
  stopIfAsked();
  process.stdout.write(status === 0 ? show(out) : out);
  if (status === 0) return out;
  process.stdout.write(err);
  throw new Failure(`this command failed (status ${status}): ${line}`);
}

/** Starts the server in the background; resolves with its endpoint when it listens. */
function startServer(line, env) {
  stopIfAsked();
  say(`$ ${line} &`);
  return new Promise((resolve, reject) => {
    // `exec`: the shell becomes the server, so that a signal sent to the child ends the server itself.
    const child = spawn('/bin/sh', ['-c', `exec ${line}`], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    server = child;
    let [out, err] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      const endpoint = /https?:\/\/\S+/.exec(out)?.[0];
      if (endpoint === undefined || !out.includes('\n')) return;
      process.stdout.write(out);
      resolve(endpoint);
    });
    child.on('error', (error) => reject(new Failure(`the server did not start: ${error.message}`)));
    child.on('close', () => {
      server = undefined;
      reject(new Failure(caught === undefined ? `the server ended: ${err.trim()}` : `stopped by ${caught}`));
    });
  });
}

/** One signed request, as any OSS tool sends it. Resolves with the keys in the bucket. */
function listBucket(endpoint, bucket) {
  const date = new Date().toUTCString();
  const signature = createHmac('sha1', keys.secret).update(`GET\n\n\n${date}\n/${bucket}/`).digest('base64');
  return new Promise((resolve, reject) => {
    const headers = { date, authorization: `OSS ${keys.id}:${signature}` };
    get(`${endpoint}/${bucket}/?max-keys=1000`, { headers }, (answer) => {
      let xml = '';
      answer.setEncoding('utf8').on('data', (text) => (xml += text));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve([...xml.matchAll(/<Key>([^<]*)<\/Key>.*?<Size>(\d+)<\/Size>/gs)].map(([, key, size]) => ({ key, size })));
        else reject(new Failure(`the listing of ${bucket} was answered with ${answer.statusCode}`));
      });
    }).on('error', (error) => reject(new Failure(`the listing of ${bucket} failed: ${error.message}`)));
  });
}

/** Shows the first of many lines. */
function few(lines, most) {
  const more = lines.length - most;
  return more <= 1 ? lines : [...lines.slice(0, most), `… and ${more} more`];
}

/** Tests say --as-is: an installation or a build would take the ground away from the tests that run beside them. */
async function prepare() {
  if (process.argv.includes('--as-is')) {
    if (!existsSync(join(root, 'dist', 'main.cjs'))) throw new Failure('nothing is built here; run npm ci and npm run build');
    return;
  }
  if (!isInstalled()) await need('npm ci', 'npm', ['ci', '--no-audit', '--no-fund']);
  if (!isBuilt()) await need('the build', process.execPath, [join(root, 'scripts', 'build.mjs')]);
}

async function tour(folder) {
  const env = tourEnvironment(folder);
  say('A walk through the users\' guide on this machine. $T is a temporary folder; all of it is removed at the end.');
  say(`$ export T=${folder} ALLUXIO_CONF_DIR=${folder}/conf`);
  mkdirSync(env.ALLUXIO_CONF_DIR);

  say('\n1. Two buckets, without an account');
  const endpoint = await startServer(`./bin/alluxio ossServer --dir $T/oss --port 0 --bucket demo --bucket archive --access-key-id ${keys.id} --access-key-secret ${keys.secret}`, env);

  say('\n2. Tell alluxio about the first one');
  await type('cp conf/alluxio-site.properties.template $T/conf/alluxio-site.properties', env);
  const site = ['alluxio.master.mount.table.root.ufs=oss://demo/data', `fs.oss.accessKeyId=${keys.id}`, `fs.oss.accessKeySecret=${keys.secret}`, `fs.oss.endpoint=${endpoint}`, `alluxio.work.dir=${folder}/work`];
  await type(`cat >> $T/conf/alluxio-site.properties <<END\n${site.join('\n')}\nEND`, env);
  await type('./bin/alluxio format', env);

  say('\n3. Mount the second one beside it, and work');
  await type(`./bin/alluxio fs mount --option fs.oss.accessKeyId=${keys.id} --option fs.oss.accessKeySecret=${keys.secret} --option fs.oss.endpoint=${endpoint} /oss oss://archive/`, env);
  await type('echo "Hello from this machine." > $T/hello.txt', env);
  await type('./bin/alluxio fs copyFromLocal $T/hello.txt /oss/hello.txt', env);
  await type('./bin/alluxio fs ls -R /', env);
  const read = await type('./bin/alluxio fs cat /oss/hello.txt', env);
  if (read !== 'Hello from this machine.\n') throw new Failure('what was read is not what was written');

  say('\n4. Every way to write and to read');
  const passed = (out) => out.split('\n').filter((line) => line.includes('Passed the test!')).length;
  const tested = await type('./bin/alluxio runTests', env, (out) => `${few(out.split('\n'), 4).slice(0, 4).join('\n')}\n… ${passed(out)} of ${COMBINATIONS} passed\n`);
  if (passed(tested) !== COMBINATIONS) throw new Failure(`${passed(tested)} of ${COMBINATIONS} combinations passed`);

  say('\n5. What lies in the buckets: plain objects, for any OSS tool');
  const [demo, archive] = [await listBucket(endpoint, 'demo'), await listBucket(endpoint, 'archive')];
  for (const line of few(demo.map(({ key, size }) => `oss://demo/${key}  ${size} bytes`), 4)) say(line);
  for (const { key, size } of archive) say(`oss://archive/${key}  ${size} bytes`);
  const files = demo.filter(({ key }) => /^data\/default_tests_files\/Basic/.test(key)).length;
  if (files !== COMBINATIONS || !archive.some(({ key }) => key === 'hello.txt')) throw new Failure('not every file is in its bucket');
}

function whatNext() {
  say('\nThat was all, and it is removed again. Next, with a bucket of your own:');
  say('  cp conf/alluxio-site.properties.template conf/alluxio-site.properties');
  say('  (set alluxio.master.mount.table.root.ufs, fs.oss.accessKeyId, fs.oss.accessKeySecret and fs.oss.endpoint in it)');
  say('  ./bin/alluxio format && ./bin/alluxio runTests');
  say('All commands: ./bin/alluxio and ./bin/alluxio fs; any of them with --help. More: README.md');
}

async function stopServer() {
  const child = server;
  if (child === undefined) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(giveUp);
}

/** A command that has just ended by itself has no group any more, which is as good. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function main() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      caught ??= signal;
      if (running?.pid !== undefined) signalGroup(running.pid, signal);
      server?.kill('SIGTERM');
    });
  }
  let folder;
  try {
    await prepare();
    folder = mkdtempSync(join(tmpdir(), 'alluxio-quickstart-'));
    await tour(folder);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`\nquickstart: ${error.message}`);
    return caught === undefined ? 1 : 128 + constants.signals[caught];
  } finally {
    await stopServer();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
  whatNext();
  return 0;
}

// A reader that has seen enough (`| head`) is no failure of ours, and must not keep the cleaning from being done.
process.stdout.on('error', () => (caught ??= 'SIGPIPE'));
process.exitCode = await main();
