/** Commands that fail in part: what is well is done and told, each path that failed is named, and nothing else is claimed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

/** Nothing listens there. */
const NOWHERE = ['-Dfs.oss.endpoint=http://localhost:1', '-Dalluxio.underfs.oss.retry.max=0'];

describe('a command that fails in part', () => {
  let shell: Shell;

  beforeAll(async () => {
    shell = await makeShell();
    for (const key of ['d/kept/a', 'd/sub/b', 'd/sub/deep/c']) await shell.put(key, key);
    await shell.all(['ls', '-R', '/']);
  });
  afterAll(() => shell.close());

  it('load says "loaded" of no directory in which something failed', async () => {
    await shell.all(['load', '/d/kept'], ['load', '/d/sub/deep']);
    const { status, stdout, stderr } = await shell.fs('load', '/d', ...NOWHERE);
    expect({ status, stdout }).toEqual({ status: 255, stdout: '/d/kept/a already in Alluxio fully\n/d/kept loaded\n/d/sub/deep/c already in Alluxio fully\n/d/sub/deep loaded\n' });
    expect(stderr).toContain('localhost:1');
    const records = await shell.records('load', '/d', ...NOWHERE);
    expect(records.map(({ path }) => path)).toEqual(['/d/kept/a', '/d/kept', '/d/sub/deep/c', '/d/sub/deep']);
    expect(await shell.all(['load', '/d'])).toContain('/d/sub/b loaded\n');
    expect(await shell.all(['load', '/d'])).toContain('/d/sub loaded\n/d loaded\n');
  });

  it('a mount whose storage is dead hides nothing of the others', async () => {
    await shell.all(['mkdir', '/mounts'], ['mount', '/mounts/dead', 'oss://other/'], ['mount', '/mounts/live', join(shell.home.dir, 'ufs')]);
    await writeFile(join(shell.home.dir, 'ufs', 'found'), 'found');
    await shell.all(['updateMount', '/mounts/dead', '--option', 'alluxio.underfs.oss.retry.max=0']);
    await shell.oss.fault({ name: 'internal-error' });
    const told = /^\/mounts\/dead cannot be listed: [^\n]*oss:\/\/other[^\n]*\n$/;
    const paths = ['/d', '/d/kept', '/d/kept/a', '/d/sub', '/d/sub/b', '/d/sub/deep', '/d/sub/deep/c', '/mounts', '/mounts/dead', '/mounts/live', '/mounts/live/found'];
    const ls = await shell.fs('ls', '-R', '/');
    expect({ status: ls.status, stderr: ls.stderr, paths: ls.stdout.trim().split('\n').map((line) => line.trim().split(/ +/).at(-1)) }).toEqual({ status: 255, stderr: expect.stringMatching(told), paths });
    expect(await shell.fs('ls', '-R', '--sort=path', '/')).toMatchObject({ status: 255, stderr: expect.stringMatching(told), stdout: ls.stdout });
    const count = await shell.fs('count', '/');
    expect({ status: count.status, stderr: count.stderr, numbers: count.stdout.split('\n')[1]?.trim().split(/ +/) }).toEqual({ status: 255, stderr: expect.stringMatching(told), numbers: ['4', '7', '32'] });
    const du = await shell.fs('du', '/');
    expect(du).toMatchObject({ status: 255, stderr: expect.stringMatching(told), stdout: expect.stringMatching(/\/d\/kept\/a\n.*\/d\/sub\/b\n.*\/d\/sub\/deep\/c\n.*\/mounts\/live\/found\n$/) });
    expect(await shell.fs('du', '-s', '-m', '/')).toMatchObject({ status: 255, stderr: expect.stringMatching(told), stdout: expect.stringMatching(/\n32 .* \/\n$/) });
    const load = await shell.fs('load', '/');
    expect({ status: load.status, stderr: load.stderr }).toEqual({ status: 255, stderr: expect.stringMatching(told) });
    expect(load.stdout).toMatch(/^\/mounts\/live\/found loaded\n\/mounts\/live loaded\n$/m);
    expect(load.stdout).not.toMatch(/^(?:\/|\/mounts|\/mounts\/dead) loaded$/m);
    await shell.oss.clearFaults();
    await shell.all(['ls', '-R', '/'], ['count', '/'], ['load', '/']);
  });
});
