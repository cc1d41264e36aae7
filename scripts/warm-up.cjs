'use strict';
/**
 * Runs the commands that are typed most, in one process and a home of its own, and keeps the code that V8 compiled for them (bin/code-cache.cjs).
 * Called by the build with the folder to warm up; without it everything works as well, a little slower.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, mkdirSync, openSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { loader, save } = require('../bin/code-cache.cjs');

const COMMANDS = [
  'format', 'fs mkdir /d/e', 'fs touch /d/t', 'fs copyFromLocal ./file /d/f', 'fs ls /d', 'fs ls -R -h /', 'fs ls /d/*', 'fs cat /d/f', 'fs head /d/f', 'fs stat /d/f',
  'fs test -e /d/f', 'fs count /', 'fs du /', 'fs mv /d/f /d/g', 'fs cp /d/g /d/h', 'fs free /d', 'fs cat /d/g', 'fs copyToLocal /d/g ./back', 'fs mount', 'fs ls /nope',
  'fs loadMetadata -F /', 'fs rm -R /d', 'fs mkdir /d', 'fs touch /d/t', 'fs chmod -R 755 /d', 'fs ls -R /',
].map((line) => line.split(' '));

/** Those that only look do so another way when the journal has not been written for a while (src/journal/page-engine.ts). */
const LOOKING = ['fs ls /', 'fs ls /d', 'fs ls -R -h /', 'fs ls /d/*', 'fs stat /d/t', 'fs test -e /d/t', 'fs count /', 'fs du /', 'fs ls /nope'].map((line) => line.split(' '));
const QUIET_MS = 600;

async function main(dist) {
  const loaded = loader(dist);
  const { main: alluxio } = loaded.start('packs/start.cjs', 'main.cjs');
  const base = mkdtempSync(join(tmpdir(), 'alluxio-warm-up-'));
  const server = spawn(process.execPath, ['-e', SERVER, join(dist, 'main.cjs'), join(base, 'oss')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(server.stdout, 'data');
    const { endpoint } = JSON.parse(line.toString());
    const oss = `alluxio.master.mount.table.root.ufs=oss://warm/up\nfs.oss.endpoint=${endpoint}\nfs.oss.accessKeyId=warm\nfs.oss.accessKeySecret=up\n`;
    await runAll(alluxio, join(base, 'local'), '');
    await runAll(alluxio, join(base, 'remote'), oss);
    save(loaded);
  } finally {
    server.kill('SIGKILL');
    rmSync(base, { recursive: true, force: true });
  }
}

/** A process of its own, because it serves until it is killed. */
const SERVER = `
  const [main, dir] = process.argv.slice(1);
  const io = { env: {}, cwd: '/', installDir: '/', stdout: 1, stderr: 2 };
  require(main).main(['ossServer', '--dir', dir, '--port', '0', '--bucket', 'warm', '--json'], io).then(process.exit);`;

async function runAll(alluxio, home, properties) {
  mkdirSync(join(home, 'conf'), { recursive: true });
  writeFileSync(join(home, 'conf', 'alluxio-site.properties'), `alluxio.work.dir=${home}\n${properties}`);
  writeFileSync(join(home, 'file'), 'warm');
  const sink = openSync(join(home, 'output'), 'w');
  const env = { HOME: home, ALLUXIO_CONF_DIR: join(home, 'conf') };
  const run = (words) => alluxio(words, { env, cwd: home, installDir: home, stdout: sink, stderr: sink });
  for (const words of [['version'], ['getConf'], ...COMMANDS]) await run(words);
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  for (const words of LOOKING) await run(words);
}

main(process.argv[2]).then(() => process.exit(0), (error) => {
  process.stderr.write(`warm-up: ${error.message}\n`);
  process.exit(1);
});
