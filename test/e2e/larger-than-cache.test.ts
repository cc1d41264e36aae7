/** Files that the cache has no room for: what fits of them is kept, block by block, and reading them is as quiet as any other. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

const QUOTA = 1024 * 1024;
const BLOCK = 256 * 1024;
const big = Array.from({ length: 300_000 }, (_, i) => String(i).padStart(10)).join('');
const small = big.slice(0, 600_000);

describe('a file larger than the cache', () => {
  let shell: Shell;

  beforeAll(async () => {
    shell = await makeShell({ 'alluxio.worker.ramdisk.size': '1MB', 'alluxio.user.block.size.bytes.default': '256KB' });
    await shell.put('big', big);
    await shell.put('small', small);
  });
  afterAll(() => shell.close());

  const cached = async (path: string) => (await shell.records('ls', path))[0]?.cachedPercent;

  /** Nothing is promised to nobody, recorded without its bytes, or left of what was given up. */
  async function expectTidy(): Promise<void> {
    expect(await shell.run(['fsck'])).toMatchObject({ status: 0, stdout: 'Everything fits together.\n', stderr: '' });
    const files = readdirSync(shell.home.workDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.parentPath.includes('alluxioworker'));
    expect(files.filter(({ parentPath }) => parentPath.includes('tmp_blocks'))).toEqual([]);
    expect(files).toHaveLength(QUOTA / BLOCK);
    expect(Number(/^Used Bytes: (\d+)$/m.exec((await shell.fs('getUsedBytes')).stdout)?.[1])).toBeLessThanOrEqual(QUOTA);
  }

  it('leaves as many of its blocks in the cache as have room there', async () => {
    await shell.all(['load', '/small']);
    const read = await shell.fs('cat', '/big');
    expect({ status: read.status, stderr: read.stderr, right: read.stdout === big }).toEqual({ status: 0, stderr: '', right: true });
    expect(await cached('/big')).toBe(34);
    await expectTidy();
    const again = await shell.fs('cat', '/big');
    expect({ status: again.status, stderr: again.stderr, right: again.stdout === big }).toEqual({ status: 0, stderr: '', right: true });
    expect(await cached('/big')).toBe(34);
    await expectTidy();
  });

  it('load says how much of it is cached', async () => {
    await shell.all(['free', '/big']);
    await shell.refused(['load', '/big'], `/big does not fit into the cache: ${QUOTA} of ${big.length} bytes are cached.\n`);
    await expectTidy();
  });

  it('does not keep files from being loaded that fit one by one', async () => {
    await shell.all(['free', '/']);
    for (const name of ['a', 'b', 'c', 'd']) await shell.put(`together/${name}`, big.slice(0, 3 * BLOCK));
    const { status, stdout, stderr } = await shell.fs('load', '/together');
    expect({ status, stderr, loaded: stdout.split('\n').sort() }).toEqual({ status: 0, stderr: '', loaded: ['', '/together loaded', ...['a', 'b', 'c', 'd'].map((name) => `/together/${name} loaded`)] });
    await expectTidy();
  });

  it('is told of once when not one block has room', async () => {
    await shell.all(['free', '/big'], ['load', '/small'], ['pin', '/small']);
    await shell.put('wide', big);
    const wide = await shell.run(['fs', 'cat', '-Dalluxio.user.block.size.bytes.default=2MB', '/wide']);
    expect({ status: wide.status, right: wide.stdout === big }).toEqual({ status: 0, right: true });
    expect(wide.stderr).toMatch(/^Not cached: \/wide: Failed to free \d+ bytes space at location [^\n]*\n$/);
    expect(await cached('/wide')).toBe(0);
  });
});
