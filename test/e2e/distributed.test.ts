/** What Alluxio gives to its job service is done here by the command itself, with the job service's words. */
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

const BOB = '-Dalluxio.security.login.username=bob';

/** The number of a job is its time; the lines around it are fixed. */
const numbered = (text: string) => text.replace(/(jobControlId = )\d+/g, '$1N');
const said = (lines: readonly string[], done: number, failed: number) =>
  [
    'Please wait for command submission to finish..', 'Submitted successfully, jobControlId = N', 'Waiting for the command to finish ...', 'Get command status information below: ',
    ...lines, `Total completed file count is ${done}, failed file count is ${failed}`, 'Finished running the command, jobControlId = N', '',
  ].join('\n');

describe('distributed commands', () => {
  let shell: Shell;
  const all: Shell['all'] = (...lines) => shell.all(...lines);
  const first = async (...args: string[]) => {
    const { status, stderr } = await shell.fs(...args);
    return [status, stderr.split('\n')[0]];
  };

  beforeAll(async () => {
    shell = await makeShell();
    await Promise.all([shell.put('src/a', 'aa'), shell.put('src/sub/b', 'bbb'), shell.put('src/empty/', '')]);
  });
  afterAll(() => shell.close());

  it('distributedCp makes the target what the source is, replacing files unless told not to', async () => {
    const copied = said(['Successfully copied path /src/a', 'Successfully copied path /src/sub/b'], 2, 0);
    expect(numbered(await all(['distributedCp', '/src', '/dst']))).toBe(copied);
    expect((await shell.keys()).filter((key) => key.startsWith('dst/'))).toEqual(expect.arrayContaining(['dst/a', 'dst/sub/b']));
    expect((await shell.records('ls', '-R', '/dst')).map(({ path }) => path)).toEqual(['/dst/a', '/dst/empty', '/dst/sub', '/dst/sub/b']);
    await shell.put('src/a', 'changed');
    expect(numbered(await all(['distributedCp', '--active-jobs', '2', '--batch-size', '1', '/src', '/dst', '-Dalluxio.user.file.metadata.sync.interval=0'], ['cat', '/dst/a']))).toBe(`${copied}changed`);
    const kept = await shell.fs('distributedCp', '--overwrite', 'false', '/src', '/dst');
    expect([kept.status, numbered(kept.stdout)]).toEqual([
      255,
      `${said([], 0, 2)}Here are failed files: \n/src/a,\n/src/sub/b,\nCheck out ./work/logs/user/distributedCp_src_failures.csv for full list of failed files.\n`,
    ]);
    const exists = 'Not allowed to create file because path already exists: ';
    expect(kept.stderr).toBe(`/src/a: ${exists}/dst/a\n/src/sub/b: ${exists}/dst/sub/b\n`);
    expect(await readFile(join(shell.home.workDir, 'logs/user/distributedCp_src_failures.csv'), 'utf8')).toBe('/src/a\n/src/sub/b\n');
    expect(await shell.records('distributedCp', '/src/a', '/one')).toEqual([{ path: '/src/a', state: 'COMPLETED', error: null }]);
    expect(numbered(await all(['distributedCp', '--async', '/src/empty', '/nothing']))).toBe(
      'Entering async submission mode. \nPlease wait for command submission to finish..\nSubmitted migrate job successfully, jobControlId = N\n',
    );
    expect(numbered(await all(['distributedCp', '/src/empty', '/nothing2']))).toContain('Get command status information below: \nJob is completed successfully.\nFinished');
  });

  it('distributedCp refuses what cannot be, before it begins', async () => {
    await Promise.all([
      shell.refused(['distributedCp', '/src', '/src/below'], 'Cannot migrate because /src is a prefix of /src/below\n'),
      shell.refused(['distributedCp', '/src', '/src'], 'Cannot migrate because /src is a prefix of /src\n'),
      shell.refused(['distributedCp', '/missing', '/x'], 'Path "/missing" does not exist.\n'),
      shell.refused(['distributedCp', '/sr*', '/x'], 'Path "/sr*" does not exist.\n'),
    ]);
    expect(await first('distributedCp', '/src')).toEqual([255, 'Command distributedCp takes 2 arguments, not 1']);
    expect(await first('distributedCp', '--active-jobs', 'many', '/src', '/x')).toEqual([255, 'Failed to parse option active-jobs into an integer']);
    const denied = await shell.fs(BOB, 'distributedCp', '/src/a', '/bobs');
    expect(denied.status).toBe(255);
    expect(denied.stderr).toContain('Permission denied: user=bob, access=-w-, path=/bobs: failed at /, inode owner=');
    expect((await shell.fs('test', '-e', '/bobs')).status).toBe(3);
  });

  it('distributedMv moves across mounts, and keeps the source when something failed', async () => {
    await all(['mount', '/other', 'oss://other/'], ['distributedCp', '/src', '/gone']);
    const moved = numbered(await all(['distributedMv', '/gone', '/other/moved']));
    expect(moved).toBe(`${said(['Successfully copied path /gone/a', 'Successfully copied path /gone/sub/b'], 2, 0)}Deleting /gone\n`);
    expect((await shell.keys()).filter((key) => key.startsWith('gone'))).toEqual([]);
    expect(await all(['cat', '/other/moved/sub/b'])).toBe('bbb');
    const kept = await shell.fs('distributedMv', '--overwrite', 'false', '/src', '/other/moved');
    expect([kept.status, kept.stderr.includes('/src is kept.')]).toEqual([255, true]);
    expect((await shell.fs('test', '-e', '/src/sub/b')).status).toBe(0);
    await all(['distributedCp', '/src', '/drift']);
    await shell.put('drift/theirs', 'never copied');
    const drifted = await shell.fs('distributedMv', '/drift', '/other/drift');
    expect([drifted.status, drifted.stderr]).toEqual([255, 'Failed to delete 1 paths from the under file system: /drift (UFS dir not in sync. Sync UFS, or delete with unchecked flag.)\n']);
    expect(await shell.keys()).toEqual(expect.arrayContaining(['drift/a', 'drift/theirs']));
    await shell.refused(['distributedMv', '/missing', '/x'], 'Copy operation portion of Move failed. If the error below is intermittent, you can rerun this by deleting the destination first.\nPath "/missing" does not exist.\n');
  });

  it('distributedMv removes only what it copied, as it was copied, and names what stays', async () => {
    // What comes while the copy of `1` is on its way.
    const during = async (key: string, args: readonly string[], meanwhile: () => Promise<unknown>) => {
      await shell.oss.fault({ name: 'slow', delayMs: 3000, match: { method: 'PUT', keyPrefix: key } });
      const moving = shell.fs(...args);
      await shell.oss.hit();
      await meanwhile();
      const { status, stderr } = await moving;
      await shell.oss.clearFaults();
      return [status, stderr];
    };
    const rest = async () => (await shell.records('ls', '-R', '/from')).map(({ path }) => path);
    await all(['mkdir', '/from', '/from/sub'], ['cp', '/src/a', '/from/1'], ['cp', '/src/a', '/from/sub/2']);
    const came = await during('root/to/1', ['distributedMv', '/from', '/to'], () => all(['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'cp', '/src/a', '/from/new'], ['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'mkdir', '/from/empty']));
    const why = 'came, or was written anew, while it was copied';
    expect(came).toEqual([255, `Not removed from /from: /from/empty (${why}), /from/new (${why}). Run the command again to move it too.\n`]);
    expect(await rest()).toEqual(['/from/empty', '/from/new']);
    expect(await all(['cat', '/to/1'], ['cat', '/to/sub/2'], ['cat', '/from/new'])).toBe('changedchangedchanged');
    await all(['distributedMv', '/from', '/to']);
    expect([(await shell.fs('test', '-e', '/from')).status, (await shell.fs('test', '-d', '/to/empty')).status]).toEqual([3, 0]);

    // Another client's bytes, of which the namespace does not know.
    await all(['rm', '-R', '/to'], ['mkdir', '/from'], ['cp', '/src/a', '/from/1'], ['cp', '/src/a', '/from/2']);
    const changed = await during('root/to/1', ['distributedMv', '/from', '/to'], () => shell.put('from/1', 'theirs'));
    expect(changed).toEqual([255, 'Not removed from /from: /from/1 (was changed in the under storage while it was copied). Load what is there now (alluxio fs loadMetadata -F /from), then run the command again.\n']);
    expect(await rest()).toEqual(['/from/1']);
    await all(['loadMetadata', '-F', '/from']);
    expect(await all(['cat', '/from/1'])).toBe('theirs');
    await all(['rm', '-R', '/to']);
    const single = await during('root/to', ['distributedMv', '/from/1', '/to'], () => all(['rm', '/from/1'], ['cp', '/src/a', '/from/1']));
    expect(single).toEqual([255, `Not removed from /from/1: /from/1 (${why}). Run the command again to move it too.\n`]);
    expect(await all(['cat', '/from/1'])).toBe('changed');
    expect((await shell.run(['fsck'])).status).toBe(0);
  });

  it('distributedLoad caches a tree, or what a local file names', async () => {
    await all(['free', '/src']);
    const loaded = said(['Successfully loaded path /src/a', 'Successfully loaded path /src/sub/b'], 2, 0);
    const flags = ['--replication', '1', '--hosts', 'h1,h2', '--excluded-locality-file', 'x', '--direct-cache', '--passive-cache', '--batch-size=20'];
    expect(numbered(await all(['distributedLoad', '/src', ...flags]))).toBe(loaded);
    expect((await shell.records('ls', '-R', '/src')).filter(({ type }) => type === 'file').map(({ cachedPercent }) => cachedPercent)).toEqual([100, 100]);
    await writeFile(join(shell.home.dir, 'index.txt'), '/src/a\n\n/src/sub\n');
    expect(numbered(await all(['distributedLoad', '--index', 'index.txt']))).toBe(said(['Successfully loaded path /src/a'], 1, 0) + said(['Successfully loaded path /src/sub/b'], 1, 0));
    expect(numbered(await all(['distributedLoad', '--async', '/src']))).toMatch(/Submitted distLoad job successfully, jobControlId = N\n$/);
    await shell.refused(['distributedLoad', '/missing'], 'Path "/missing" does not exist.\n');
    await shell.refused(['distributedLoad', '--index', 'none.txt'], `${join(shell.home.dir, 'none.txt')} (No such file or directory)\n`);
  });

  it('freeWorker empties the cache of this machine, but for what is nowhere else', async () => {
    await all(['pin', '/src/a'], ['load', '/src']);
    expect(await all(['freeWorker', hostname()], ['getUsedBytes'])).toBe('Target worker has been freed successfully.\nUsed Bytes: 0\n');
    expect((await shell.records('ls', '/src')).find(({ name }) => name === 'a')).toMatchObject({ pinned: true, cachedPercent: 0 });
    await writeFile(join(shell.home.dir, 'only'), 'only here');
    await all(['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'copyFromLocal', 'only', '/only'], ['load', '/src']);
    await shell.refused(['freeWorker', 'localhost'], '10B were freed; 9B are not in the under storage yet and were kept. alluxio fs persist /\n');
    expect(await all(['cat', '/only'])).toBe('only here');
    await shell.refused(['freeWorker', 'elsewhere'], 'Target worker is not found in Alluxio.\n');
    expect((await shell.fs(BOB, 'freeWorker', 'localhost')).stderr).toBe('Permission denied: bob is not a super user or in super group\n');
  });
});
