/** What a command that only looks does without: LMDB, and with it most of its start (docs/decisions/0014-looking-without-lmdb.md). */
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

describe('a command that only looks', () => {
  let home: Home;
  let hook: string;

  beforeAll(async () => {
    home = await makeHome();
    hook = join(home.dir, 'hook.cjs');
    // Tells of each native module that is loaded, and of the code for changes.
    writeFileSync(hook, `const { dlopen } = process; process.dlopen = function (...args) { require('fs').writeSync(2, 'loads ' + args[1].replace(/.*@/, '') + '\\n'); return dlopen.apply(this, args); };
      const { readFileSync } = require('fs'); require('fs').readFileSync = function (...args) { if (/chunks.changing-/.test(args[0])) require('fs').writeSync(2, 'loads changes\\n'); return readFileSync.apply(this, args); };`);
    await runAlluxio(home, ['format']);
    await runAlluxio(home, ['fs', '-'], { input: 'mkdir /d\ntouch /d/f\nls -R /\n' });
  });
  afterAll(() => home.remove());

  /** As if nobody had written the journal for a while. */
  function quiet(): void {
    const journal = join(home.workDir, 'journal');
    utimesSync(join(journal, readdirSync(journal).find((name) => name.startsWith('store-')) ?? '', 'data.mdb'), 0, 0);
  }
  const run = (...args: string[]) => runAlluxio(home, args, { env: { NODE_OPTIONS: `--require ${hook}` } });

  it.each([['ls', '/d'], ['ls', '-R', '/'], ['stat', '/d/f'], ['test', '-e', '/d/f'], ['count', '/'], ['du', '-s', '/'], ['ls', '/d/*']])('fs %s %s loads neither native code nor that of changes', async (...words) => {
    quiet();
    const { status, stdout, stderr } = await run('fs', ...words);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    quiet();
    expect((await runAlluxio(home, ['fs', ...words])).stdout).toBe(stdout);
  });

  it('one that changes something loads it, and the next one sees what it did', async () => {
    quiet();
    const { status, stderr } = await run('fs', 'touch', '/d/g');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^loads changes\nloads lmdb.*\n$/) });
    expect((await run('fs', 'ls', '/d')).stdout).toMatch(/\/d\/f \n.*\/d\/g \n$/);
  });
});
