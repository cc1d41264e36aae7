/** Commands that fail in part: what is well is done and told, each path that failed is named, and nothing else is claimed. */
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
});
