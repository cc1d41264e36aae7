/** Folders where nothing can be made, files where folders should be, a working directory that is gone: one line that says so, and an end. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { ALLUXIO, runAlluxio } from '../support/run-alluxio.ts';
import type { RunResult } from '../support/run-alluxio.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
  await runAlluxio(home, ['format']);
  await writeFile(join(home.dir, 'small'), 'x');
});
afterAll(() => home.remove());

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> => runAlluxio(home, args, { env, timeoutMs: 15_000 });

/** One line, no stack, the words. */
function expectLine(done: RunResult, words: RegExp, status = 255): void {
  expect(done.stderr).toMatch(words);
  expect(done.stderr.trimEnd().split('\n'), done.stderr).toHaveLength(1);
  expect(done.stderr).not.toMatch(/Internal error/);
  expect(done.status).toBe(status);
}

describe('where the file system takes no folders', () => {
  it.each<[args: string[], words: RegExp, status?: number]>([
    [['format', '-Dalluxio.work.dir=/proc/nope'], /^The journal in \/proc\/nope\/journal cannot be used: ENOENT/],
    [['format', '-Dalluxio.master.mount.table.root.ufs=/proc/nope'], /^The under storage \/proc\/nope cannot be made: No such file or directory\./],
    [['formatWorker', '-Dalluxio.worker.tieredstore.level0.dirs.path=/proc/nope'], /^Cache folder \/proc\/nope\/alluxioworker failed: ENOENT/],
    [['ossServer', '--dir', '/proc/self/fdinfo/x', '--port', '0'], /^\/proc\/self\/fdinfo\/x cannot be served: there is no such folder, and it cannot be made/, 1],
    [['readJournal', '-outputDir', '/proc/nope'], /^\/proc\/nope \(No such file or directory\)$/m, 1],
    [['collectInfo', 'all', '/proc/nope'], /^\/proc\/nope \(No such file or directory\)$/m, 1],
    [['fs', 'copyToLocal', '/', '/proc/nope'], /^mkdir failure for directory: file:\/\/\/proc\/nope\. No such file or directory\.$/m],
    [['launch-process', 'master', '-Dalluxio.work.dir=/proc/nope'], /^Cannot write in the log folder \/proc\/nope\/logs: ENOENT/, 1],
  ])('%j', async (args, words, status) => {
    expectLine(await run(args), words, status);
  });

  it('bootstrapConf', async () => {
    expectLine(await run(['bootstrapConf', 'h'], { ALLUXIO_CONF_DIR: '/proc/nope' }), /^Cannot write \/proc\/nope\/alluxio-site\.properties: its directory cannot be made\./, 1);
  });

  it('a write to the cache, and a directory of a mounted folder', async () => {
    const cache = ['-Dalluxio.worker.tieredstore.level0.dirs.path=/proc/nope', '-Dalluxio.user.file.writetype.default=MUST_CACHE'];
    expectLine(await run(['fs', 'copyFromLocal', ...cache, 'small', '/small']), /Cache folder \/proc\/nope\/alluxioworker failed/);
    expect((await run(['fs', 'mount', '/pr', '/proc/sys'])).status).toBe(0);
    expectLine(await run(['fs', 'mkdir', '-Dalluxio.user.file.writetype.default=THROUGH', '/pr/x']), /^\/proc\/sys\/x cannot be made: no folder can be made there$/m);
  });
});

describe("with a file in the place of the journal's folder", () => {
  it.each(['work', 'work/journal'])('%s', async (file) => {
    const top = join(home.dir, 'blocked', file.replace('/', '-'));
    await mkdir(join(top, dirname(file)), { recursive: true });
    await writeFile(join(top, file), '');
    const work = `-Dalluxio.work.dir=${join(top, 'work')}`;
    const line = `A file is in the way of the journal's folder ${join(top, 'work/journal')}. Move it away and run alluxio format, or name another folder in alluxio.work.dir or alluxio.master.journal.folder.\n`;
    for (const args of [['fs', 'ls', work, '/'], ['format', work], ['formatJournal', work]]) expect(await run(args)).toMatchObject({ status: 255, stderr: line });
  });
});

describe('in a working directory that was removed', () => {
  /** What the shell says before bin/alluxio has its first word is not ours. */
  const gone = (line: string, before = ''): Promise<{ status: unknown; stdout: string; stderr: string }> =>
    new Promise((settle) => {
      const folder = join(home.dir, 'gone');
      const env = { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir };
      execFile('sh', ['-c', `mkdir ${folder} && cd ${folder} && rmdir ${folder} && ${before} "$0" ${line}`, ALLUXIO], { env, timeout: 20_000 }, (error, stdout, stderr) => {
        settle({ status: error?.code ?? 0, stdout, stderr: stderr.replace(/^(?:sh: 0|shell-init): .*\n/, '') });
      });
    });

  it.each([
    ['version', /^2\.9/],
    ['getConf alluxio.user.file.writetype.default', /^ASYNC_THROUGH\n$/],
    ['fs ls /', /^/],
    ['format', /Formatting Alluxio Master/],
    ['fs copyFromLocal "$HOME/small" /from-gone', /^Copied /],
  ])('%s', async (line, stdout) => {
    expect(await gone(line)).toEqual({ status: 0, stdout: expect.stringMatching(stdout) as string, stderr: '' });
  });

  it('also with settings in alluxio-env.sh', async () => {
    const file = join(home.confDir, 'alluxio-env.sh');
    await writeFile(file, 'ALLUXIO_MASTER_HOSTNAME=there\n');
    try {
      expect(await gone('getConf alluxio.master.hostname')).toEqual({ status: 0, stdout: 'there\n', stderr: '' });
    } finally {
      await rm(file);
    }
  });

  it.each(['fs copyFromLocal small /small', 'fs copyToLocal / .', 'ossServer --dir here --port 0', 'readJournal', 'fs --file lines'])('%s says what is wrong', async (line) => {
    const { status, stderr } = await gone(line);
    expect(stderr).toBe('The working directory was removed. Change to one that there is, or give local paths in full.\n');
    expect(status).not.toBe(0);
  });

  it('and so does a folder of the environment', async () => {
    const { stderr } = await gone('getConf alluxio.logs.dir', 'ALLUXIO_LOGS_DIR=logs');
    expect(stderr).toMatch(/^ALLUXIO_LOGS_DIR is logs, and the working directory was removed\. Give it in full\.$/m);
  });
});
