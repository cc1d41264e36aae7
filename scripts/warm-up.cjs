'use strict';
/**
 * Runs the commands that are typed most, in one process and a home of its own, and keeps the code that V8 compiled for them (bin/code-cache.cjs).
 * Called by the build with the folder to warm up; without it everything works as well, a little slower.
 */
const { mkdtempSync, mkdirSync, openSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { install, save } = require('../bin/code-cache.cjs');

const COMMANDS = [
  'version', 'format', 'getConf', 'fs mkdir /d/e', 'fs touch /d/t', 'fs copyFromLocal ./file /d/f', 'fs ls /d', 'fs ls -R -h /', 'fs ls /d/*', 'fs cat /d/f', 'fs head /d/f',
  'fs stat /d/f', 'fs test -e /d/f', 'fs count /', 'fs du /', 'fs mv /d/f /d/g', 'fs cp /d/g /d/h', 'fs copyToLocal /d/g ./back', 'fs mount', 'fs ls /nope', 'fs rm -R /d',
];

async function main(dist) {
  const loaded = install(dist);
  const { main: alluxio } = require(join(dist, 'main.cjs'));
  const home = mkdtempSync(join(tmpdir(), 'alluxio-warm-up-'));
  try {
    mkdirSync(join(home, 'conf'));
    writeFileSync(join(home, 'conf', 'alluxio-site.properties'), `alluxio.work.dir=${home}\n`);
    writeFileSync(join(home, 'file'), 'warm');
    const sink = openSync(join(home, 'output'), 'w');
    const env = { HOME: home, ALLUXIO_CONF_DIR: join(home, 'conf') };
    for (const command of COMMANDS) await alluxio(command.split(' '), { env, cwd: home, installDir: home, stdout: sink, stderr: sink });
    save(loaded);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

main(process.argv[2]).then(() => process.exit(0), (error) => {
  process.stderr.write(`warm-up: ${error.message}\n`);
  process.exit(1);
});
