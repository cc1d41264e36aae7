/** `alluxio fsck` as users meet it; what it finds and mends is tested in test/filesystem/fsck.test.ts. */
import { mkdir, readFile, readdir, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

describe('fsck', () => {
  let home: Home;
  const run = (...args: string[]) => runAlluxio(home, args);

  beforeAll(async () => {
    home = await makeHome();
    await run('format');
    await writeFile(join(home.dir, 'f'), 'twelve bytes');
    await runAlluxio(home, ['fs', '-'], { input: 'mkdir /d\n-Dalluxio.user.file.writetype.default=CACHE_THROUGH copyFromLocal f /d/f\n' });
  });
  afterAll(() => home.remove());

  it('finds nothing: status 0, and a JSON summary', async () => {
    expect(await run('fsck')).toMatchObject({ status: 0, stdout: 'Everything fits together.\n', stderr: '' });
    expect((await run('fsck', '--json', '--deep', '/d')).stdout).toBe('{"summary":{"findings":0,"repaired":0}}\n');
  });

  it('shows what it would do, does it only with --yes, and tells', async () => {
    const cache = (await readdir(home.workDir, { recursive: true })).find((name) => /\/\d+-0$/.test(name)) ?? '';
    await unlink(join(home.workDir, cache));
    const line = 'block-file: /d/f: the file of its block 0 is gone; to mend: drop the block and read it from its storage again\n';
    expect(await run('fsck')).toMatchObject({ status: 1, stdout: `${line}Findings: 1; mended: 0.\n` });
    const planned = await run('fsck', '--repair');
    expect(planned).toMatchObject({ status: 1, stdout: `${line}Plan: 1 of 1 findings are mended as said above.\nFindings: 1; mended: 0.\n`, stderr: 'Nothing was changed. To do as planned: alluxio fsck --repair --yes\n' });
    expect((await run('fsck', '--json')).stdout.split('\n')[0]).toMatch(/^\{"kind":"block-file","path":"\/d\/f","id":\d+,"file":null,"text":"the file of its block 0 is gone","remedy":"drop the block/);
    expect(await run('fsck', '--repair', '-y')).toMatchObject({ status: 0, stdout: `${line}Plan: 1 of 1 findings are mended as said above.\nmended: block-file: /d/f\nEverything fits together; mended: 1.\n`, stderr: '' });
    expect((await run('fsck')).status).toBe(0);
  });

  it('finds a folder in the place of a cached block, removes it when it is empty, and says that it is there when it is not', async () => {
    const cache = (await readdir(home.workDir, { recursive: true })).find((name) => /\/\d+-0$/.test(name)) ?? '';
    const block = join(home.workDir, cache);
    const inside = join(block, 'x');
    await unlink(block);
    await mkdir(block);
    await writeFile(inside, 'theirs');
    const line = `block-file: /d/f: a folder is in the place of its block 0: ${block}; to mend: remove the folder if it is empty, drop the block and read it from its storage again\n`;
    expect(await run('fsck')).toMatchObject({ status: 1, stdout: `${line}Findings: 1; mended: 0.\n` });
    const why = `A folder that is not empty is in the place of a cached block: ${block}. Move it away, and run the command again.`;
    expect(await run('fsck', '--repair', '--yes')).toMatchObject({ status: 1, stdout: `${line}Plan: 1 of 1 findings are mended as said above.\nleft: block-file: /d/f: ${why}\nFindings: 1; mended: 0.\n` });
    expect(await readFile(inside, 'utf8')).toBe('theirs');
    await unlink(inside);
    expect(await run('fsck', '--repair', '--yes')).toMatchObject({ status: 0, stdout: `${line}Plan: 1 of 1 findings are mended as said above.\nmended: block-file: /d/f\nEverything fits together; mended: 1.\n` });
    expect(await run('fsck', '--deep')).toMatchObject({ status: 0 });
    expect(await run('fs', 'load', '/d/f')).toMatchObject({ status: 0 });
    // One that no record knows.
    const stray = join(dirname(block), '999999-0');
    await mkdir(join(stray, 'y'), { recursive: true });
    expect(await run('fsck', '--repair', '--yes')).toMatchObject({ status: 1, stdout: `cache-file: ${stray}: a folder is here that is not empty, where a cached block may have to be: move it away (cannot be mended here)\nPlan: 0 of 1 findings are mended as said above.\nFindings: 1; mended: 0.\n` });
    await rmdir(join(stray, 'y'));
    expect(await run('fsck', '--repair', '--yes')).toMatchObject({ status: 0, stdout: `cache-file: ${stray}: a folder is here, where a cached block may have to be; to mend: remove it\nPlan: 1 of 1 findings are mended as said above.\nmended: cache-file: ${stray}\nEverything fits together; mended: 1.\n` });
    expect((await readdir(dirname(block))).includes('999999-0')).toBe(false);
  });

  it('says what kept it from looking: status 255', async () => {
    expect(await run('fsck', 'relative')).toMatchObject({ status: 255, stdout: '' });
    const other = await run('-Dalluxio.security.login.username=somebody', 'fsck');
    expect(other).toMatchObject({ status: 255, stdout: '' });
    expect(other.stderr).toMatch(/^[^\n]+\n$/);
  });
});
