/** A marked key, planted wherever a key can be given: nothing that the shell writes may hold it, but the journal, which only its owner can read. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const MARK = 'MARKEDs3cr3tKEY0042';

describe('secrets', () => {
  let home: Home;
  let oss: OssProcess;
  let said = '';
  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home, { buckets: ['bucket', 'second'] });
  });
  afterAll(async () => {
    await oss.stop();
    await home.remove();
  });

  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
    const done = await runAlluxio(home, args, { env });
    said += done.stdout + done.stderr;
    return done.status;
  }

  it('appear nowhere', async () => {
    const wrong = { 'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': `${MARK}id`, 'fs.oss.accessKeySecret': MARK, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' };
    await home.configure(wrong);
    expect(await run(['format'])).toBe(0);
    // Refused by the server, in every way a key can be given, with and without the stack.
    expect(await run(['fs', 'ls', '/'])).toBe(255);
    expect(await run(['fs', '--debug', 'ls', '/'])).toBe(255);
    expect(await run(['fs', `-Dfs.oss.accessKeySecret=${MARK}2`, 'ls', '/'])).toBe(255);
    expect(await run(['fs', 'ls', '/'], { ALLUXIO_JAVA_OPTS: `-Dfs.oss.accessKeySecret=${MARK}3` })).toBe(255);
    const option = ['--option', `fs.oss.accessKeySecret=${MARK}4`, '--option', `fs.oss.endpoint=${oss.endpoint}`];
    expect(await run(['fs', '--debug', 'mount', ...option, '/second', 'oss://second/'])).toBe(255);
    expect(await run(['fs', 'mount', ...option, '/second'])).toBe(255);
    expect(await run(['runUfsTests', '--path', 'oss://bucket/x', '--test', 'isFileTest'])).toBe(1);
    expect(await run(['getConf'])).toBe(0);
    expect(await run(['getConf', 'fs.oss.accessKeySecret'])).toBe(0);
    expect(await run(['getConf', '--source'])).toBe(0);
    // Accepted, kept for a mount, and shown.
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' });
    expect(await run(['format'])).toBe(0);
    const good = Object.entries(oss.properties).flatMap(([key, value]) => ['--option', `${key}=${value}`]);
    expect(await run(['fs', 'mount', ...good, '--option', `my.secretKey=${MARK}5`, '/second', 'oss://second/'])).toBe(0);
    expect(await run(['fs', 'mount'])).toBe(0);
    expect(await run(['fs', 'mount', '--json'])).toBe(0);
    expect(await run(['fs', 'stat', '/second'])).toBe(0);
    expect(await run(['fs', 'touch', '/second/f'])).toBe(0);
    expect(said).not.toContain(MARK);
    expect(said).toContain('******');
  });

  it('a reference to a secret is kept instead of the secret', async () => {
    const options = ['--option', 'fs.oss.accessKeySecret=env:MY_OSS_SECRET', '--option', `fs.oss.endpoint=${oss.endpoint}`];
    const env = { MY_OSS_SECRET: oss.properties['fs.oss.accessKeySecret'] ?? '' };
    expect(await run(['fs', 'unmount', '/second'])).toBe(0);
    expect(await run(['fs', 'mount', ...options, '/third', 'oss://second/'], env)).toBe(0);
    expect(await run(['fs', 'ls', '/third'], env)).toBe(0);
    expect(await run(['fs', 'ls', '-f', '/third'])).toBe(255);
    expect(said).toContain('MY_OSS_SECRET');
  });

  it('the journal is its owner\'s alone, and no other file holds a key', async () => {
    const holders: string[] = [];
    for (const entry of await readdir(home.workDir, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const { mode } = await stat(path);
      if (path.includes('/journal')) expect(`${path} ${(mode & 0o077).toString(8)}`).toBe(`${path} 0`);
      if (entry.isFile() && (await readFile(path)).includes(MARK)) holders.push(path);
    }
    expect(holders.filter((path) => !path.includes('/journal/'))).toEqual([]);
  });
});
