/** What others put into a bucket, and nobody has listed here, moves and goes with its directory, or the command says that it does not. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

let shell: Shell;
beforeEach(async () => {
  shell = await makeShell();
});
afterEach(() => shell.close());

async function put(...keys: string[]): Promise<void> {
  for (const key of keys) await shell.put(key, `content of ${key}`);
}

it('a directory that nobody has looked into moves whole', async () => {
  await put('p/f', 'p/deep/er/g', 'p/deep/h');
  expect(await shell.fs('mv', '/p', '/q')).toMatchObject({ status: 0, stdout: 'Renamed /p to /q\n' });
  expect((await shell.keys()).filter((key) => !key.endsWith('/'))).toEqual(['q/deep/er/g', 'q/deep/h', 'q/f']);
  expect((await shell.fs('cat', '/q/deep/er/g')).stdout).toBe('content of p/deep/er/g');
  expect((await shell.fs('ls', '-f', '-R', '/')).stdout).not.toContain('/p');
});

it('and so does what came into one since it was listed', async () => {
  await put('p/f', 'p/deep/g');
  await shell.all(['ls', '-R', '/']);
  await put('p/new', 'p/deep/new', 'p/other/new');
  await shell.all(['mv', '/p', '/q']);
  expect((await shell.keys()).filter((key) => !key.endsWith('/'))).toEqual(['q/deep/g', 'q/deep/new', 'q/f', 'q/new', 'q/other/new']);
  expect((await shell.fs('ls', '-R', '/q')).stdout).toContain('/q/other/new');
});

it.each([['p//b'], ['p/f/below']])('one with an object that no path can name (%s) is not moved', async (unnamed) => {
  await put('p/f', unnamed);
  const refused = await shell.fs('mv', '/p', '/q');
  expect(refused.status).toBe(255);
  expect(refused.stderr).toContain(`Failed to rename /p: the under storage holds an object below it that no path can name: root/${unnamed}. Move or remove that object`);
  expect((await shell.keys()).filter((key) => !key.endsWith('/'))).toEqual([unnamed, 'p/f'].sort());
  expect((await shell.fs('ls', '/p')).stdout).toContain('/p/f');
});

it.each([['e//b'], ['e/f/below'], ['e/']])('rm -R says that a directory is not in sync while an object is in it that no path can name (%s), and -U removes it too', async (unnamed) => {
  await put('e/f', unnamed, 'e2/f');
  await shell.fs('ls', '-R', '/');
  expect(await shell.fs('rm', '-R', '/e')).toMatchObject({ status: 255, stderr: expect.stringContaining('not in sync') as string });
  await shell.all(['rm', '-R', '-U', '/e']);
  expect((await shell.keys()).filter((key) => key.startsWith('e'))).toEqual(['e2/f']);
  expect((await shell.fs('ls', '-f', '/')).stdout).not.toContain('/e\n');
});
