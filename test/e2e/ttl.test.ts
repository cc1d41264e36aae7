/** setTtl and unsetTtl as typed, what any next command makes of them, and a kill in the middle of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAlluxio } from '../support/run-alluxio.ts';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

describe('times to live, typed', () => {
  let shell: Shell;
  const all: Shell['all'] = (...lines) => shell.all(...lines);

  beforeAll(async () => {
    shell = await makeShell({ 'alluxio.user.file.writetype.default': 'CACHE_THROUGH' });
  });
  afterAll(() => shell.close());

  it('setTtl and unsetTtl say what they did, for directories and wildcards too', async () => {
    await all(['mkdir', '/d'], ['touch', '/d/a'], ['touch', '/d/b']);
    const done = (path: string, ms: number, action: string) => `TTL of path '${path}' was successfully set to ${ms} milliseconds, with expiry action set to ${action}\n`;
    expect(await all(['setTtl', '/d', '1d'])).toBe(done('/d', 86_400_000, 'DELETE'));
    expect(await all(['setTtl', '/d/*', '2H', '--action', 'FREE'])).toBe(done('/d/a', 7_200_000, 'FREE') + done('/d/b', 7_200_000, 'FREE'));
    expect((await shell.records('ls', '/d')).map(({ ttlMs, ttlAction }) => [ttlMs, ttlAction])).toEqual([[7_200_000, 'FREE'], [7_200_000, 'FREE']]);
    expect(await all(['unsetTtl', '/d'], ['unsetTtl', '/d'])).toBe("TTL of file '/d' was successfully removed.\n".repeat(2));
    expect((await shell.records('stat', '/d/a'))[0]).toMatchObject({ ttlMs: -1 });
    await Promise.all([
      shell.refused(['setTtl', '/missing', '1s'], 'Path "/missing" does not exist.\n'),
      shell.refused(['unsetTtl', '/missing'], 'Path "/missing" does not exist.\n'),
      shell.refused(['setTtl', '/d', '1week'], '1week is not valid time\n'),
      shell.fs('setTtl', '/d', '-1').then(({ status, stderr }) => expect([status, stderr.split('\n')[0]]).toEqual([255, 'Failed to parse args for setTtl: Unrecognized option: -1'])),
      shell.fs('setTtl', '--action', 'keep', '/d', '1s').then(({ status, stderr }) => expect([status, stderr.split('\n')[0]]).toEqual([255, 'TTL action should be DELETE OR FREE, not keep'])),
      shell.fs('setTtl', '/d', '1s', '--action').then(({ status, stderr }) => expect([status, stderr.split('\n')[0]]).toEqual([255, 'Failed to parse args for setTtl: Missing argument for option: action'])),
    ]);
  });

  it('what is over is over for the next command, and gone from the bucket when that ends', async () => {
    await all(['mkdir', '/over'], ['touch', '/over/a'], ['touch', '/over/b'], ['touch', '/stays'], ['setTtl', '/over/a', '0'], ['setTtl', '--action', 'free', '/stays', '0']);
    expect((await shell.records('ls', '/over')).map(({ path }) => path)).toEqual(['/over/b']);
    expect((await shell.keys()).filter((key) => key.startsWith('over/'))).toEqual(['over/', 'over/b']);
    expect((await shell.fs('test', '-e', '/over/a')).status).toBe(3);
    expect((await shell.records('stat', '/stays'))[0]).toMatchObject({ ttlMs: -1 });
    await all(['setTtl', '/over', '0s']);
    await shell.refused(['rm', '-R', '/over'], 'Path "/over" does not exist.\n');
    expect((await shell.keys()).filter((key) => key.startsWith('over/'))).toEqual([]);
  });

  it('killed while it deletes: the path stays gone, and the next change finishes it', async () => {
    await all(['mkdir', '/k'], ['touch', '/k/f'], ['setTtl', '/k/f', '0']);
    await shell.oss.fault({ name: 'slow', delayMs: 4000, match: { keyPrefix: 'root/k/f', method: 'DELETE' } });
    await shell.oss.fault({ name: 'slow', delayMs: 4000, match: { method: 'POST', subresource: 'delete' } });
    const child = startAlluxio(shell.home, ['fs', 'ls', '/k']);
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stderr.resume();
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await shell.oss.hit();
    child.kill('SIGKILL');
    await ended;
    await shell.oss.clearFaults();
    expect(out).toBe('');
    expect(await shell.keys()).toContain('k/f');
    expect(await shell.records('ls', '/k')).toEqual([]);
    await all(['mkdir', '/k/next']);
    expect((await shell.keys()).filter((key) => key.startsWith('k/'))).toEqual(['k/', 'k/next/']);
    await all(['touch', '/k/f']);
  });
});
