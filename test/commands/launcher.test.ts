/** bin/alluxio as built: finding the installation, its environment file, and how it ends. */
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/config/version.ts';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { ALLUXIO, runAlluxio, startAlluxio, statusOf } from '../support/run-alluxio.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home.remove());

describe('the launcher', () => {
  it('finds the installation behind symbolic links, from any directory', () => {
    const [first, second] = [join(home.dir, 'first'), join(home.dir, 'second')];
    symlinkSync(ALLUXIO, first);
    symlinkSync('first', second);
    const { status, stdout } = spawnSync(second, ['getConf', 'alluxio.home'], { cwd: '/', encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home.dir } });
    expect([status, stdout]).toEqual([0, `${resolve(dirname(ALLUXIO), '..')}\n`]);
  });

  it('reads alluxio-env.sh of the conf directory, and exports what it sets', async () => {
    writeFileSync(join(home.confDir, 'alluxio-env.sh'), 'ALLUXIO_MASTER_HOSTNAME="from the file"\n');
    const { stdout } = await runAlluxio(home, ['getConf', 'alluxio.master.hostname'], { env: { ALLUXIO_MASTER_HOSTNAME: 'from the caller' } });
    expect(stdout).toBe('from the file\n');
  });

  describe('alluxio-env.sh', () => {
    const write = (text: string): void => writeFileSync(join(home.confDir, 'alluxio-env.sh'), text);
    const ask = (key = 'alluxio.master.hostname', env: Record<string, string> = {}) => runAlluxio(home, ['getConf', key], { env });

    it('is read by bash, as Alluxio reads it', async () => {
      writeFileSync(join(home.confDir, 'more.sh'), 'more=us\n');
      write('source "$(dirname "${BASH_SOURCE[0]}")/more.sh"\nALLUXIO_JAVA_OPTS+=" -Dalluxio.master.hostname=pl${more}"\nif [[ $more == u* ]]; then ALLUXIO_RAM_FOLDER=/ram; fi\n');
      expect(await ask()).toMatchObject({ status: 0, stdout: 'plus\n', stderr: '' });
      expect((await ask('alluxio.worker.tieredstore.level0.dirs.path')).stdout).toBe('/ram\n');
    });

    it('may end with a command that fails', async () => {
      for (const last of ['false', 'ls /nowhere 2>/dev/null', 'return 3', '[ -d /nowhere ] && x=1']) {
        write(`ALLUXIO_MASTER_HOSTNAME=there\n${last}\n`);
        expect(await ask(), last).toMatchObject({ status: 0, stdout: 'there\n', stderr: '' });
      }
    });

    const BROKEN = { syntax: 'x=1\nfi\n', quote: 'x="abc\n', exit: 'exit 3\n', quiet: 'exit 0\n', errexit: 'set -e\nfalse\n', unset: ': ${nowhere:?is not set}\n', missing: 'no_such_command\n' };
    it.each(Object.entries(BROKEN))('that is not read to its end fails the command: %s', async (_what, text) => {
      write(text);
      for (const path of [process.env.PATH ?? '', withoutBash()]) {
        const { status, stdout, stderr } = await ask(undefined, { PATH: path });
        expect([status, stdout]).toEqual([255, '']);
        expect(stderr).toMatch(/^alluxio: \/.*\/alluxio-env\.sh was not read to its end \(status \d+\), so its settings are not known; mend it, or move it away$/m);
      }
    });

    it('moves the logs of master and worker with ALLUXIO_LOGS_DIR, and those of the shell only with a variable of their own', async () => {
      const logs = async (env: Record<string, string> = {}) => [(await ask('alluxio.logs.dir', env)).stdout, (await ask('alluxio.user.logs.dir', env)).stdout].map((line) => line.trimEnd());
      expect(await logs({ ALLUXIO_LOGS_DIR: '/outside' })).toEqual(['/outside', '/outside/user']);
      write('ALLUXIO_LOGS_DIR=/inside\n');
      expect(await logs()).toEqual(['/inside', join(home.workDir, 'logs/user')]);
      expect(await logs({ ALLUXIO_LOGS_DIR: '/outside' })).toEqual(['/inside', '/outside/user']);
      write('ALLUXIO_LOGS_DIR=/inside\nALLUXIO_USER_LOGS_DIR=/mine\n');
      expect(await logs()).toEqual(['/inside', '/mine']);
    });

    it('is read by sh where there is no bash', async () => {
      write('ALLUXIO_MASTER_HOSTNAME="${BASH_VERSION:-no bash}"\n');
      expect(await ask(undefined, { PATH: withoutBash() })).toMatchObject({ status: 0, stdout: 'no bash\n', stderr: '' });
    });

    /** A folder with what the launcher calls, and node. */
    function withoutBash(): string {
      const folder = join(home.dir, 'tools');
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      symlinkSync(process.execPath, join(folder, 'node'));
      return folder;
    }
  });

  it('the version is not for anybody to set', async () => {
    for (const env of [{}, { ALLUXIO_JAVA_OPTS: '-Dalluxio.version=8' }]) {
      const done = await runAlluxio(home, ['getConf', '-Dalluxio.version=9', 'alluxio.version'], { env });
      expect([done.status, done.stdout]).toEqual([0, `${VERSION}\n`]);
      expect(done.stderr).toMatch(/^Warning: alluxio\.version is read only; the given value is ignored\.$/m);
    }
  });

  it('passes words on as they are', async () => {
    const { stderr } = await runAlluxio(home, ['fs', 'a b$(c)*\n"é"']);
    expect(stderr).toMatch(/^a b\$\(c\)\*\\n"é" is an unknown command\.\n/);
  });

  it('says what to do where it is not built', () => {
    const copy = join(home.dir, 'copy');
    mkdirSync(copy);
    cpSync(dirname(ALLUXIO), join(copy, 'bin'), { recursive: true });
    const { status, stderr } = spawnSync(join(copy, 'bin', 'alluxio'), ['version'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, `alluxio: not built yet; run 'npm ci && npm run build' in ${copy}\n`]);
  });

  it('says what is missing where there is no node, and where it is too old', () => {
    const bare = spawnSync('/bin/sh', [ALLUXIO, 'version'], { encoding: 'utf8', env: { PATH: '/nowhere' } });
    expect([bare.status, bare.stderr]).toEqual([1, 'alluxio: node was not found on the PATH; install Node.js 20.19 or later\n']);
    const older = join(home.dir, 'older.cjs');
    writeFileSync(older, "Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } });");
    const old = spawnSync(ALLUXIO, ['version'], { encoding: 'utf8', env: { PATH: process.env.PATH, NODE_OPTIONS: `--require=${older}` } });
    expect([old.status, old.stderr]).toEqual([1, 'alluxio: Node.js 18.20.4 is too old; install 20.19 or later\n']);
  });
});

describe('output', () => {
  it('of version is the version', async () => {
    expect(await runAlluxio(home, ['version'])).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect((await runAlluxio(home, ['version', '--json'])).stdout).toBe(`{"version":"${VERSION}"}\n`);
  });

  it('ends quietly when its reader has gone', async () => {
    const child = startAlluxio(home, ['fs', 'help']);
    child.stdout.destroy();
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    expect(await statusOf(child, 30_000, ['fs', 'help'])).toBe(0);
    expect(Buffer.concat(errors).toString()).toBe('');
  });

  it('that cannot be written is a failure', () => {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', '"$0" version >/dev/full', ALLUXIO], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home.dir } });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Could not write the output: ENOSPC/);
  });
});

describe('a slow or lost reader', () => {
  const SIZE = 8 * 1024 ** 2;
  async function bigFile(): Promise<void> {
    writeFileSync(join(home.dir, 'big'), Buffer.alloc(SIZE, 'x'));
    expect((await runAlluxio(home, ['format'])).status).toBe(0);
    expect(await runAlluxio(home, ['fs', 'copyFromLocal', 'big', '/big'])).toMatchObject({ status: 0, stderr: '' });
  }

  it('does not keep an interrupted command from ending', async () => {
    await bigFile();
    const child = startAlluxio(home, ['fs', 'cat', '/big']);
    await once(child.stdout, 'readable');
    child.kill('SIGTERM');
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(code ?? signal).toSatisfy((end) => end === 143 || end === 'SIGTERM');
    child.stdout.destroy();
  });

  it('that goes away is a quiet end, and one that stays gets every byte', async () => {
    await bigFile();
    const shell = (line: string): { status: number | null; stdout: string; stderr: string } =>
      spawnSync('bash', ['-o', 'pipefail', '-c', line, ALLUXIO], { encoding: 'utf8', cwd: home.dir, env: { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir } });
    expect(shell('"$0" fs cat /big | head -c 5')).toEqual(expect.objectContaining({ status: 0, stdout: 'xxxxx', stderr: '' }));
    expect(shell('"$0" fs cat /big | (sleep 0.3; cat) | cmp - big').status).toBe(0);
  });
});

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('%s ends ossServer cleanly, with %i', async (signal, status) => {
    const child = startAlluxio(home, ['ossServer', '--dir', join(home.dir, 'oss'), '--port', '0', '--bucket', 'demo']);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const endpoint = /^Listening on (http:\/\/localhost:\d+)\n$/.exec(line.toString())?.[1] ?? '';
    expect((await fetch(endpoint)).status).toBeLessThan(500);
    child.kill(signal);
    expect(await statusOf(child, 10_000, ['ossServer'])).toBe(status);
    await expect(fetch(endpoint)).rejects.toThrow();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('%s ends a master in the foreground with %i', async (signal, status) => {
    await home.configure({ 'alluxio.master.web.port': '0' });
    expect((await runAlluxio(home, ['format'])).status).toBe(0);
    const child = startAlluxio(home, ['launch-process', 'master', '-c']);
    let log = '';
    while (!log.includes('Alluxio master started')) log += String(((await once(child.stdout, 'data')) as [Buffer])[0]);
    child.stdout.resume();
    child.kill(signal);
    expect(await statusOf(child, 10_000, ['launch-process'])).toBe(status);
  });
});
