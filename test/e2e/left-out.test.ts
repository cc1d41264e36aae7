/** Objects that no path can mean are left out, and the reason that is told is theirs. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

describe('what a listing leaves out', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await makeShell();
  });
  afterAll(() => shell.close());

  it('is told with the reason: a file above it, or a name that no path can have', async () => {
    for (const key of ['same', 'same/child', 'same/more/child', 'odd//name', 'plain']) await shell.put(key, key);
    expect(await shell.fs('ls', '-R', '/')).toMatchObject({
      status: 0,
      stderr: [
        '1 object in oss://bucket/root cannot be named by a path (an empty, "." or ".." component) and is left out.\n',
        '2 objects in oss://bucket/root cannot be reached by a path (a file has the name of the directory above them) and are left out.\n',
      ].join(''),
    });
    await shell.remove('odd//name', 'same/more/child');
    expect((await shell.fs('ls', '-f', '/')).stderr).toBe('1 object in oss://bucket/root cannot be reached by a path (a file has the name of the directory above it) and is left out.\n');
  });

  it('of a local storage has other reasons', async () => {
    const folder = join(shell.home.dir, 'local');
    await mkdir(folder);
    await symlink('/nowhere/at/all', join(folder, 'broken'));
    await shell.all(['mount', '/local', folder]);
    expect((await shell.fs('ls', '/local')).stderr).toBe(`1 object in ${folder} cannot be shown (a link that leads nowhere or out of the storage, a special file, or a name that is not UTF-8) and is left out.\n`);
  });
});
