/** What goes wrong gets one line on stderr that says what to do, a truthful status, and changes nothing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { ALLUXIO, runAlluxio } from '../support/run-alluxio.ts';

describe('bad input', () => {
  let home: Home;
  let oss: OssProcess;
  const root = (properties: Readonly<Record<string, string>> = {}) => ({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir', ...properties });
  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home);
    await home.configure(root());
    await runAlluxio(home, ['format']);
  });
  afterAll(async () => {
    await oss.stop();
    await home.remove();
  });

  /** One line, no stack, the expected words and status. */
  async function refused(args: readonly string[], words: RegExp, status = 255, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const done = await runAlluxio(home, args, { env });
    expect(done.stderr).toMatch(words);
    expect(done.stderr.trimEnd().split('\n'), done.stderr).toHaveLength(1);
    expect(done.stderr).not.toMatch(/^\s+at /m);
    expect(done.status).toBe(status);
    expect(done.stdout).toBe('');
  }

  it('an unreachable or refusing store is never "does not exist"', async () => {
    await refused(['fs', '-Dfs.oss.endpoint=http://localhost:1', 'ls', '/x'], /did not answer/);
    await refused(['fs', '-Dfs.oss.accessKeySecret=wrong', 'ls', '/x'], /SignatureDoesNotMatch/);
    await refused(['fs', '-Dfs.oss.accessKeyId=nobody', 'ls', '/x'], /InvalidAccessKeyId/);
    await refused(['fs', '-Dfs.oss.endpoint=http://no-such-host.invalid', 'ls', '/x'], /no-such-host\.invalid/);
    await refused(['fs', 'mount', '/m', 'oss://no-such-bucket-here/'], /no-such-bucket-here/);
    await refused(['fs', 'mount', '/m', 'ftp://host/dir'], /No Under File System Factory found for: ftp:\/\/host\/dir/);
    await refused(['fs', 'ls', '/x'], /^Path "\/x" does not exist\.$/m);
  });

  it('a key that no request can carry is named, and not shown', async () => {
    const file = join(home.dir, 'key');
    await writeFile(file, 'first\nsecond\n', { mode: 0o600 });
    for (const [name, value, why] of [
      ['accessKeyId', 'first\\nsecond', 'a line end'],
      ['accessKeySecret', 'first\\nsecond', 'a line end'],
      ['securityToken', 'first\\r\\nsecond', 'a line end'],
      ['accessKeyId', `file:${file}`, 'a line end'],
      ['accessKeySecret', 'first\\u0001second', 'a control character'],
      ['accessKeyId', 'first\\u201csecond', 'a character that is not ASCII'],
    ] as const) {
      await home.configure(root({ [`fs.oss.${name}`]: value }));
      await refused(['fs', 'ls', '/x'], new RegExp(`fs\\.oss\\.${name} has ${why} in it, (?!.*(first|second))`));
    }
    await home.configure(root());
  });

  it('a broken site file is named with its line', async () => {
    await writeFile(join(home.confDir, 'alluxio-site.properties'), 'a=b\nbroken=\\u12\n');
    await refused(['fs', 'ls', '/'], /alluxio-site\.properties.*2/);
    await home.configure(root({ 'alluxio.user.block.size.bytes.default': 'many' }));
    await refused(['fs', 'touch', '/f'], /many.*alluxio\.user\.block\.size\.bytes\.default|alluxio\.user\.block\.size\.bytes\.default.*many|Fail to parse many to bytes/);
    await home.configure(root({ 'alluxio.master.mount.table.root.ufs': 'oss://bucket/elsewhere' }));
    await refused(['fs', 'ls', '/'], /oss:\/\/bucket\/elsewhere.*formatted for oss:\/\/bucket\/dir/);
    await home.configure(root());
  });

  it('what no bucket can be called is refused before anything is made for it', async () => {
    const rule = '3 to 63 lower-case letters, digits and hyphens, no hyphen at either end';
    const names = (folder: string) => readdir(folder, { recursive: true }).catch(() => 'none');
    const dir = join(home.dir, 'no-oss');
    for (const bucket of ['b', 'x'.repeat(64), 'Upper', 'under_score', '-ab']) await refused(['ossServer', '--dir', dir, '--port', '0', `--bucket=${bucket}`], new RegExp(`^"${bucket}" is not a bucket name\\. Use ${rule}\\.$`, 'm'), 1);
    expect(await names(dir)).toBe('none');
    const before = await names(home.workDir);
    for (const [command = '', ...words] of [['format'], ['format', '--from', dir], ['formatJournal'], ['formatMasters']]) {
      const done = await runAlluxio(home, [command, ...words, '-Dalluxio.master.mount.table.root.ufs=oss://b/dir']);
      expect({ command, stderr: done.stderr, failed: done.status === 255 || done.status === 1 }).toEqual({ command, stderr: `alluxio.master.mount.table.root.ufs is oss://b/dir: "b" is not a bucket name. ${rule}, as in oss://my-bucket/dir.\n`, failed: true });
      if (command === 'format') expect(done.status).toBe(255);
    }
    expect(await names(home.workDir)).toEqual(before);
    expect((await runAlluxio(home, ['fs', 'ls', '/'])).status).toBe(0);
  });

  it('an unformatted home names the command to run', async () => {
    const other = await makeHome();
    const done = await runAlluxio(other, ['fs', 'ls', '/']);
    expect(done.stderr).toMatch(/has not been formatted! .*alluxio format/);
    expect(done.status).toBe(255);
    await other.remove();
  });

  it('a port that is taken is named', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await refused(['ossServer', '--dir', join(home.dir, 'taken'), '--port', String(port)], new RegExp(`${port} is taken`), 1);
    server.close();
  });

  it('an option of ossServer that is empty is refused, and nothing is made', async () => {
    const good: Record<string, string> = { dir: join(home.dir, 'unmade'), 'access-key-id': 'id', 'access-key-secret': 'secret', host: '127.0.0.1', region: 'local' };
    for (const name of Object.keys(good)) {
      const line = Object.entries({ ...good, [name]: '' }).flatMap(([option, value]) => [`--${option}`, value]);
      const { status, stdout, stderr } = await runAlluxio(home, ['ossServer', '--port', '0', ...line]);
      expect([status, stdout, stderr.split('\n').slice(0, 2)]).toEqual([1, '', [`Option --${name} is empty`, expect.stringMatching(/^Usage: alluxio ossServer /)]]);
    }
    expect(existsSync(join(home.dir, 'unmade'))).toBe(false);
    expect(existsSync(join(home.dir, 'index.mdb'))).toBe(false);
  });

  it('paths and names: what cannot be is refused, what can be round-trips', async () => {
    await refused(['fs', 'ls', 'relative'], /^Path "relative" is invalid\./);
    await refused(['fs', 'ls', ''], /^Path "" is invalid\./);
    await refused(['fs', 'ls', 'hdfs://h/x'], /Scheme hdfs:\/\/ in AlluxioURI is invalid/);
    const source = join(home.dir, 'names');
    await mkdir(source);
    const names = ['with space', 'new\nline', '中文', '100%', 'what?', 'a+b&c=d', '#hash', "quote'\"", 'trailing.', '-dash', 'x'.repeat(255)];
    for (const name of names) await writeFile(join(source, name), `content of ${name}`);
    const up = await runAlluxio(home, ['fs', 'copyFromLocal', source, '/names']);
    expect(`${up.status} ${up.stderr}`).toBe('0 ');
    const listed = await runAlluxio(home, ['fs', 'ls', '--json', '/names']);
    const paths = listed.stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { path: string }).path);
    expect(paths.sort()).toEqual(names.map((name) => `/names/${name}`).sort());
    const down = await runAlluxio(home, ['fs', 'copyToLocal', '/names', join(home.dir, 'back')]);
    expect(`${down.status} ${down.stderr}`).toBe('0 ');
    const removed = await runAlluxio(home, ['fs', 'rm', '-R', '/names']);
    expect(`${removed.status} ${removed.stderr}`).toBe('0 ');
  });

  it('a name that is not UTF-8 is refused, and a replacement character is a character', async () => {
    const run = (word: string) =>
      promisify(execFile)('sh', ['-c', `"$0" fs touch "$(printf '${word}')"`, ALLUXIO], { env: { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir } });
    await expect(run('/\\377\\376')).rejects.toMatchObject({ code: 255, stdout: '', stderr: '"/\ufffd\ufffd" is not valid UTF-8. Names are UTF-8: convert it, for example with "iconv" or "convmv".\n' });
    expect((await run('/\\357\\277\\275')).stdout).toBe('/\ufffd has been created\n');
  });

  it('a source that is missing or unreadable leaves nothing', async () => {
    await refused(['fs', 'copyFromLocal', join(home.dir, 'nothing'), '/f'], /No such file or directory/);
    await refused(['fs', 'cat', '/f'], /^Path "\/f" does not exist\.$/m);
    await refused(['fs', 'copyToLocal', '/f', join(home.dir, 'f')], /Path "\/f" does not exist\./);
  });

  it('a cache that cannot be written fails the write that needs it', async () => {
    const blocked = join(home.dir, 'blocked');
    await writeFile(blocked, 'a file where a folder should be');
    await chmod(blocked, 0o600);
    const cache = `-Dalluxio.worker.tieredstore.level0.dirs.path=${blocked}/cache`;
    const file = join(home.dir, 'small');
    await writeFile(file, 'x');
    await refused(['fs', '-Dalluxio.user.file.writetype.default=MUST_CACHE', cache, 'copyFromLocal', file, '/small'], /blocked/);
    await refused(['fs', 'cat', '/small'], /does not exist/);
  });

  it('two commands at once on one path: one wins, the other says so', async () => {
    const file = join(home.dir, 'racer');
    await writeFile(file, 'x'.repeat(3_000_000));
    const runs = await Promise.all([1, 2, 3].map(() => runAlluxio(home, ['fs', 'copyFromLocal', file, '/race'])));
    expect(runs.map((run) => run.status).sort()).toEqual([0, 255, 255]);
    for (const run of runs.filter((each) => each.status !== 0)) expect(run.stderr).toMatch(/already exists: \/race|The path is held by/);
    expect((await runAlluxio(home, ['fs', 'cat', '/race'])).stdout).toHaveLength(3_000_000);
  });
});
