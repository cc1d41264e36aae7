/**
 * kill -9 in the middle of commands, on the real binary. After each kill the next command must find either nothing or the whole of what was not
 * acknowledged, all of what was, and nothing left over: no part upload, no lease that blocks the path.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../support/config.ts';
import { keysIn } from '../support/file-system.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { runAlluxio, startAlluxio, statusOf } from '../support/run-alluxio.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { UfsUri } from '../../src/uri.ts';

const FILES = 25;
const text = (i: number) => `file ${i} `.repeat(2000 + i);

describe('kill -9', () => {
  let home: Home;
  let oss: OssProcess;
  let source: string;

  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home);
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir', 'alluxio.user.block.size.bytes.default': '16KB' });
    source = join(home.dir, 'source');
    await mkdir(source);
    for (let i = 0; i < FILES; i++) await writeFile(join(source, `f${i}`), text(i));
    expect((await runAlluxio(home, ['format'])).status).toBe(0);
  });
  afterAll(async () => {
    await oss.stop();
    await home.remove();
  });

  /** Starts a command and kills it: after so many acknowledged files, or (0) early, a little later each time. */
  let early = 0;
  async function killed(args: readonly string[], after: number): Promise<{ acknowledged: string[]; killed: boolean }> {
    const child = startAlluxio(home, args);
    let out = '';
    const lines = () => out.split('\n').filter((line) => line.startsWith('Copied '));
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (after > 0 && lines().length >= after) child.kill('SIGKILL');
    });
    child.stderr.resume();
    child.stdin.end();
    const timer = after === 0 ? setTimeout(() => child.kill('SIGKILL'), 150 + early++ * 40) : undefined;
    const status = await statusOf(child, 30_000, args);
    clearTimeout(timer);
    const acknowledged = lines().map((line) => line.slice(line.lastIndexOf('/') + 1)).filter((name) => /^f\d+$/.test(name));
    return { acknowledged, killed: status === 137 };
  }

  it('copyFromLocal at many moments: acknowledged files are whole, others whole or absent, nothing left over', async () => {
    let kills = 0;
    let acknowledgedFiles = 0;
    const ufs = await createUfs(UfsUri.parse('oss://bucket/dir'), configOf(oss.properties));
    for (let round = 0; round < 8; round++) {
      const target = `/round${round}`;
      const type = ['THROUGH', 'CACHE_THROUGH', 'ASYNC_THROUGH', 'MUST_CACHE'][round % 4] ?? '';
      const run = await killed(['fs', `-Dalluxio.user.file.writetype.default=${type}`, 'copyFromLocal', source, target], round < 4 ? 0 : round * 3 - 9);
      if (run.killed) kills++;
      const listed = await runAlluxio(home, ['fs', 'ls', target]);
      const present = new Set(listed.stdout.split('\n').flatMap((line) => /\/(f\d+)\s*$/.exec(line)?.[1] ?? []));
      for (const name of run.acknowledged) {
        acknowledgedFiles++;
        expect(present, `${target}/${name} was acknowledged`).toContain(name);
      }
      for (const name of [...present].slice(0, 2)) {
        const read = await runAlluxio(home, ['fs', 'cat', `${target}/${name}`]);
        expect(read.stdout === text(Number(name.slice(1))), `${target}/${name} holds its bytes (${type}); ${read.stderr}`).toBe(true);
      }
      // The same copy again finds no path held: what exists is refused, what does not is made.
      if (present.size > 0) {
        const removed = await runAlluxio(home, ['fs', 'rm', '-R', '-U', target]);
        expect(`${removed.status} ${removed.stderr}`).toBe('0 ');
      }
      const again = await runAlluxio(home, ['fs', `-Dalluxio.user.file.writetype.default=${type}`, 'copyFromLocal', source, target]);
      if (present.size > 0) expect(`${again.status} ${again.stderr}`).toBe('0 ');
    }
    expect(kills, 'at least some commands were killed').toBeGreaterThan(2);
    expect(acknowledgedFiles, 'at least some files were acknowledged before a kill').toBeGreaterThan(0);
    expect((await keysIn(ufs)).filter((key) => key.includes('.tmp'))).toEqual([]);
    const tmp = await readdir(home.workDir, { recursive: true });
    expect(tmp.filter((path) => /\.tmp_blocks\/.+/.test(path))).toEqual([]);
  }, 300_000);
});
