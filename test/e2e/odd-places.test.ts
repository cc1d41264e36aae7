/** Folders where nothing can be made, files where folders should be, a working directory that is gone: one line that says so, and an end. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
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
