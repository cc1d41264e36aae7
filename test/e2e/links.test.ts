/** Symbolic links that other programs put into a bucket are read as what they lead to, in whatever way they became known. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sdk } from '../oss-server/support.ts';
import { OSS_KEYS } from '../support/oss.ts';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

let shell: Shell;
beforeAll(async () => {
  shell = await makeShell();
  const client = sdk(shell.oss.endpoint, { bucket: 'bucket', ...OSS_KEYS });
  await shell.put('target', 'content');
  await client.putSymlink('root/sym', 'root/target', {});
  await client.putSymlink('root/broken', 'root/nothing', {});
});
afterAll(() => shell.close());

it('a link has its bytes, whether it was listed first or asked for', async () => {
  expect(await shell.all(['cat', '/sym'])).toBe('content');
  await shell.run(['format']);
  const listed = await shell.fs('ls', '--json', '/');
  expect(listed.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as object)).toMatchObject([{ path: '/sym', size: 7 }, { path: '/target', size: 7 }]);
  expect(listed.stderr).toBe('1 object in oss://bucket/root cannot be read (a symbolic link that leads nowhere, or to what the key may not read) and is left out.\n');
  expect(await shell.all(['cat', '/sym'])).toBe('content');
  const local = join(shell.home.dir, 'local');
  await shell.all(['copyToLocal', '/sym', local], ['cp', '/sym', '/copy'], ['mv', '/sym', '/moved']);
  expect(await readFile(local, 'utf8')).toBe('content');
  expect(await shell.all(['cat', '/copy'], ['cat', '/moved'], ['cat', '/target'])).toBe('contentcontentcontent');
  await shell.refused(['cat', '/broken'], 'Path "/broken" does not exist.\n');
});
