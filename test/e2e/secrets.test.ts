/** A marked key, planted wherever a key can be given: nothing that the shell writes may hold it, but the journal, which only its owner can read. */
import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { OSS_KEYS } from '../support/oss.ts';
import { FREE_PORTS, killResidents, masterOf, startScript, workerOf } from '../support/residents.ts';
import { runAlluxio, startAlluxio } from '../support/run-alluxio.ts';

const MARK = 'MARKEDs3cr3tKEY0042';
/** Those that are refused, and those that the server takes. */
const MARKS = [MARK, OSS_KEYS.accessKeyId, OSS_KEYS.accessKeySecret];

describe('secrets', () => {
  let home: Home;
  let oss: OssProcess;
  let said = '';
  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home, { buckets: ['bucket', 'second'] });
  });
  afterAll(async () => {
    await killResidents(home);
    await oss.stop();
    await home.remove();
  });

  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
    const done = await runAlluxio(home, args, { env });
    said += done.stdout + done.stderr;
    return done.status;
  }

  it('appear nowhere', async () => {
    const wrong = { 'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': `${MARK}id`, 'fs.oss.accessKeySecret': MARK, 'fs.oss.securityToken': `${MARK}token`, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' };
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
    expect(await run(['fs', 'mount', `--option=fs.oss.accessKeySecret=${MARK}6`, '/second', 'oss://second/'])).toBe(255);
    expect(await run(['ls', `-Dfs.oss.securityToken=${MARK}7`])).toBe(1);
    expect(await run(['fs', 'lss', `-Dfs.oss.accessKeySecret=${MARK}8`])).toBe(255);
    expect(await run(['runUfsTests', '--path', 'oss://bucket/x', '--test', 'isFileTest'])).toBe(1);
    expect(await run(['getConf'])).toBe(0);
    expect(await run(['getConf', 'fs.oss.accessKeySecret'])).toBe(0);
    expect(await run(['getConf', '--source'])).toBe(0);
    // Accepted, kept for a mount, and shown.
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' });
    expect(await run(['format'])).toBe(0);
    const good = Object.entries(oss.properties).flatMap(([key, value]) => ['--option', `${key}=${value}`]);
    expect(await run(['fs', 'mount', ...good, '--option', `my.secretKey=${MARK}5`, `--option=my.password=${MARK}55`, '/second', 'oss://second/'])).toBe(0);
    expect(await run(['fs', 'mount'])).toBe(0);
    expect(await run(['fs', 'mount', '--json'])).toBe(0);
    expect(await run(['fs', 'stat', '/second'])).toBe(0);
    expect(await run(['fs', 'touch', '/second/f'])).toBe(0);
    for (const mark of MARKS) expect(said).not.toContain(mark);
    expect(said).toContain('******');
  });

  it('typed in the wrong place are not repeated', async () => {
    const key = 'fs.oss.accessKeySecret';
    const lines: (readonly string[])[] = [
      ['fs', '-D', `${key}=${MARK}`, 'ls', '/'],
      ['fs', `${key}=${MARK}`],
      ['fs', `--${key}=${MARK}`, 'ls', '/'],
      ['fs', 'ls', `--${key}=${MARK}`, '/'],
      ['fs', 'ls', `-${key}=${MARK}`, '/'],
      ['fs', 'ls', `--${key}`, MARK, '/'],
      ['fs', `-D${key}`, MARK, 'ls', '/'],
      ['fs', 'ls', `-D${key}`, MARK],
      ['fs', 'ls', `${key}`, '=', MARK],
      ['fs', 'cat', `${key}:${MARK}`],
      ['fs', 'ls', '/', `--option=${key}=${MARK}`],
      ['fs', 'mount', '--option', `${key}:${MARK}`, '/a', 'oss://second/'],
      ['fs', 'mount', '--option', key, MARK, '/a', 'oss://second/'],
      ['fs', 'mount', `--options=${key}=${MARK}`, '/a', 'oss://second/'],
      ['fs', 'mount', '/a', 'oss://second/', `${key}=${MARK}`],
      ['fs', 'mount', '/a', `oss://user:${MARK}@other/q`],
      ['fs', '--json', '--debug', 'mount', '/a', `oss://user:${MARK}@other/q`],
      ['fs', 'mount', '/a', `ftp://user:${MARK}@other/q`],
      ['fs', 'mount', `oss://user:${MARK}@other/q`, '/a'],
      ['fs', 'updateMount', '--option', `${key}:${MARK}`, '/none'],
      ['fs', 'updateMount', `${key}=${MARK}`, '/none'],
      ['fs', 'updateMount', '--option', `fs.oss.accessKeySecert=${MARK}`, `--${key}=${MARK}`, '/none'],
      ['fs', 'help', `${key}=${MARK}`],
      ['fs', 'touch', `oss://user:${MARK}@other/q`],
      ['fs', 'cp', `oss://user:${MARK}@other/q`, '/x'],
      ['fs', 'ls', '/', '--json', `${key}=${MARK}`],
      ['fsadmin', 'pathConf', 'add', '--property', `${key}=${MARK}`, '/a'],
      ['fsadmin', 'pathConf', 'add', '--property', `${key}:${MARK}`, '/a'],
      ['fsadmin', 'pathConf', 'add', '--propery', `${key}=${MARK}`, '/a'],
      ['fsadmin', 'pathConf', 'remove', '--keys', `${key}=${MARK},x=y`, '/a'],
      ['fsadmin', 'updateConf', `${key}=${MARK}`],
      ['fsadmin', 'backup', `oss://user:${MARK}@other/q`],
      ['getConf', `${key}=${MARK}`],
      ['getConf', key, MARK],
      ['getConf', '--source', `${key}:${MARK}`],
      ['getConf', `--${key}=${MARK}`],
      [`${key}=${MARK}`],
      [`--${key}=${MARK}`, 'fs', 'ls'],
      ['ossServer', '--dir', '/dev/null/x', '--access-key-id', 'id', `--access-key-secret:${MARK}`],
      ['ossServer', '--accessKeySecret', MARK],
      ['ossServer', `--access-key-secrets=${MARK}`],
      ['format', `${key}=${MARK}`],
      ['format', '--from', `oss://user:${MARK}@other/q`],
      ['runUfsTests', '--path', `oss://user:${MARK}@other/q`],
      ['validateConf', `${key}=${MARK}`],
      ['logLevel', `--${key}=${MARK}`],
      ['job', `${key}=${MARK}`],
    ];
    const input = lines.filter(([group]) => group === 'fs').map((words) => `${words.slice(1).join(' ')}\n`).join('');
    const told = async (args: readonly string[], text?: string) => {
      const { status, stdout, stderr } = await runAlluxio(home, args, text === undefined ? {} : { input: text });
      return { args, status, told: stdout + stderr };
    };
    const all = await Promise.all([0, 1].map(async (turn) => {
      const done = [];
      for (const args of lines.filter((_, at) => at % 2 === turn)) done.push(await told(args));
      return done;
    }));
    const answers = [...all.flat(), await told(['fs', '-'], input)];
    expect(answers.filter((each) => each.status !== 0).length).toBeGreaterThan(40);
    for (const { args, told: text } of answers) expect([args, text.indexOf(MARK) < 0 ? '' : text.slice(Math.max(0, text.indexOf(MARK) - 200), text.indexOf(MARK) + 60)]).toEqual([args, '']);
    expect(answers[0]?.told).toContain(`${key}=****** is an unknown command.`);
    expect(answers.map((each) => each.told).join('')).toContain('oss://user:******@other');
    // What names of files look like stays.
    for (const path of ['/data/key=5', '/data/password=x', 'token.txt', '/secret.key']) expect((await told(['fs', 'ls', path])).told).toContain(path);
    expect((await told(['fs', 'log', '-n', '1000', '/'])).told).not.toContain(MARK);
  });

  it('are not in the list of processes while one runs', async () => {
    const child = startAlluxio(home, ['ossServer', '--dir', join(home.dir, 'oss2'), '--port', '0', '--access-key-id', `${MARK}id`, '--access-key-secret', MARK, `-Dfs.oss.accessKeySecret=${MARK}`]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const title = await readFile(`/proc/${child.pid ?? 0}/cmdline`, 'utf8');
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(title).toContain('ossServer');
    expect(title).not.toContain(MARK);
  });

  it('appear in nothing that residents serve, log or keep, in no backup and no bundle', async () => {
    const before = said;
    const site = { ...oss.properties, ...FREE_PORTS, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir', 'alluxio.master.audit.logging.enabled': 'true', 'alluxio.master.backup.directory': '/backups', 'my.own.password': `${MARK}9` };
    await home.configure(site);
    const env = { ALLUXIO_JAVA_OPTS: `-Dalluxio.debug=false -Dmy.accessKeySecret=${MARK}10` };
    const started = await startScript(home, ['local', 'NoMount'], { env });
    said += started.stdout + started.stderr;
    expect(started.status).toBe(0);
    const residents = [masterOf(home), workerOf(home)];
    expect(await run(['fs', 'touch', '/second/g'])).toBe(0);
    // Refused by OSS while the master looks on.
    expect(await run(['fs', 'mount', '--option', `fs.oss.accessKeySecret=${MARK}11`, '--option', `fs.oss.endpoint=${oss.endpoint}`, '/x', 'oss://second/y'])).toBe(255);
    for (const line of [['fsadmin', 'backup'], ['fsadmin', 'report'], ['fsadmin', 'report', 'ufs'], ['fsadmin', 'report', 'metrics'], ['fsadmin', 'doctor'], ['fs', 'log', '-n', '1000'], ['fs', 'log', '--json', '/'], ['collectInfo', 'all', join(home.dir, 'info')], ['validateConf'], ['getConf', '--source']]) {
      expect(`${line.join(' ')}: ${await run(line)}`).toMatch(/: [01]$/);
    }
    await run(['readJournal']);
    for (const { web, identity, role } of residents) {
      const own = role === 'master' ? ['init', 'overview', 'browse?path=/', 'browse?path=/second', 'data', 'logs', 'logs?path=master.log', 'config', 'workers', 'masters', 'mounttable', 'metrics'] : ['init', 'overview', 'blockinfo', 'logs', 'config', 'metrics'];
      const paths = ['/', '/browse?path=/', '/browse?path=/second', '/config', '/mounts', '/logs', '/metrics', '/metrics/prometheus/', '/metrics/json/', '/health', '/ready', '/none', `/api/v1/${role}/info`, '/api/v1/paths//second/get-status', '/api/v1/paths//second/mount?src=oss://nobody/', ...own.map((page) => `/api/v1/${role}/webui_${page}`)];
      for (const path of paths) {
        const answer = await fetch(`http://127.0.0.1:${web?.port ?? 0}${path}`);
        said += `${path}\n${JSON.stringify([...answer.headers])}\n${await answer.text()}\n`;
      }
      said += await readFile(`/proc/${identity.pid}/cmdline`, 'utf8');
    }
    await refusedOverHttp(residents[0]?.web?.port ?? 0);
    expect(said.length - before.length).toBeGreaterThan(50_000);
    for (const mark of MARKS) expect(said.indexOf(mark) < 0 ? '' : said.slice(said.indexOf(mark) - 300, said.indexOf(mark) + 30)).toBe('');
    await killResidents(home);
  });

  /** What a request holds in the wrong place is repeated to nobody, neither to its sender nor in a log. */
  async function refusedOverHttp(port: number): Promise<void> {
    const bearer = { authorization: `Bearer ${(await readFile(join(home.workDir, 'web-token'), 'utf8')).trim()}` };
    const [paths, key] = [`http://127.0.0.1:${port}/api/v1/paths/`, 'fs.oss.accessKeySecret'];
    const requests: [url: string, init?: RequestInit][] = [
      ...['oss', 's3', 'https'].map((scheme): [string, RequestInit] => [`${paths}/m9/mount?src=${scheme}://AK:${MARK}@bk2/zz`, { method: 'POST' }]),
      [`${paths}/m9/mount?src=oss%3A%2F%2FAK%3A${MARK}%40bk2%2Fzz`, { method: 'POST' }],
      [`${paths}/m9/mount?src=oss://bk2/zz%3Fsecret=${MARK}`, { method: 'POST' }],
      [`${paths}/m9/rename?dst=oss://AK:${MARK}@bk2/zz`, { method: 'POST' }],
      [`${paths}/m9/mount?src=oss://second/`, { method: 'POST', body: `{"${key}=${MARK}":"x"}` }],
      [`${paths}/m9/mount?src=oss://second/y`, { method: 'POST', body: JSON.stringify({ properties: { 'fs.oss.endpoint': `http://AK:${MARK}@127.0.0.1:1/`, [key]: `${MARK}12` } }) }],
      [`${paths}/m9/${key}=${MARK}`, { method: 'POST' }],
      [`http://127.0.0.1:${port}/api/v1/master/logLevel?logName=${key}=${MARK}`, { method: 'POST' }],
      [`http://127.0.0.1:${port}/api/v1/master/logLevel?logName=${key}=${MARK}&level=DEBUG`, { method: 'POST' }],
      [`http://127.0.0.1:${port}/api/v1/master/updateConf?${key}=${MARK}&${key}:${MARK}=x`, { method: 'POST' }],
      [`http://127.0.0.1:${port}/api/v1/master/webui_browse?path=oss://AK:${MARK}@bk2/zz`],
      [`http://127.0.0.1:${port}/api/v1/master/webui_logs?path=${key}=${MARK}`],
      [`http://127.0.0.1:${port}/browse?path=oss://AK:${MARK}@bk2/zz`, { headers: { accept: 'text/html' } }],
      [`http://127.0.0.1:${port}/browse?path=/&from=${key}=${MARK}`, { headers: { accept: 'text/html' } }],
    ];
    const answers = [];
    for (const [url, init] of requests) {
      const answer = await fetch(url, { ...init, headers: { ...init?.headers, ...bearer } });
      answers.push({ request: `${init?.method ?? 'GET'} ${url.slice(url.indexOf('/', 8))}`, status: answer.status, text: await answer.text() });
    }
    expect(answers.map(({ request, status, text }) => [request, status, text.indexOf(MARK) < 0 ? '' : text.slice(Math.max(0, text.indexOf(MARK) - 100), text.indexOf(MARK) + 40)])).toEqual(answers.map(({ request, status }) => [request, status, '']));
    expect(answers[0]?.text).toContain('oss://AK:******@bk2/zz');
    expect(answers.find(({ request }) => request.includes('logLevel'))?.text).toContain(`"logName":"${key}=******"`);
    for (const name of await readdir(join(home.workDir, 'logs'))) said += name.endsWith('.log') ? await readFile(join(home.workDir, 'logs', name), 'utf8') : '';
  }

  it('a reference to a secret is kept instead of the secret', async () => {
    const options = ['--option', 'fs.oss.accessKeySecret=env:MY_OSS_SECRET', '--option', `fs.oss.endpoint=${oss.endpoint}`];
    const env = { MY_OSS_SECRET: oss.properties['fs.oss.accessKeySecret'] ?? '' };
    expect(await run(['fs', 'unmount', '/second'])).toBe(0);
    expect(await run(['fs', 'mount', ...options, '/third', 'oss://second/'], env)).toBe(0);
    expect(await run(['fs', 'ls', '/third'], env)).toBe(0);
    expect(await run(['fs', 'ls', '-f', '/third'])).toBe(255);
    expect(said).toContain('fs.oss.accessKeySecret refers to the environment variable MY_OSS_SECRET, which is not set.');
    const { stdout } = await runAlluxio(home, ['fs', 'mount']);
    expect(stdout).toContain('fs.oss.accessKeySecret=env:MY_OSS_SECRET');
  });

  it('a file with a secret is named, read anew, and warned of when others can read it', async () => {
    const file = join(home.dir, 'secret');
    await writeFile(file, `${OSS_KEYS.accessKeySecret}\n`, { mode: 0o600 });
    await home.configure({ ...oss.properties, 'fs.oss.accessKeySecret': `file:${file}`, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' });
    const look = () => runAlluxio(home, ['fs', 'ls', '-f', '/']);
    expect(await look()).toMatchObject({ status: 0, stderr: '' });
    await chmod(file, 0o644);
    expect(await look()).toMatchObject({ status: 0, stderr: `Others can read ${file}, the file of fs.oss.accessKeySecret; run: chmod 600 ${file}\n` });
    await home.configure({ ...oss.properties, 'fs.oss.accessKeySecret': `file:${file}.none`, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir' });
    const missing = await look();
    expect(missing.status).toBe(255);
    expect(missing.stderr).toContain(`fs.oss.accessKeySecret refers to the file ${file}.none, which cannot be read: there is no such file.`);
    expect((await runAlluxio(home, ['getConf', 'fs.oss.accessKeySecret'])).stdout).toBe(`file:${file}.none\n`);
  });

  it('the journal is its owner\'s alone, and no other file holds a key', async () => {
    const holders: string[] = [];
    for (const entry of await readdir(home.dir, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const { mode } = await stat(path);
      if (path.startsWith(join(home.workDir, 'journal'))) expect(`${path} ${(mode & 0o077).toString(8)}`).toBe(`${path} 0`);
      if (!entry.isFile()) continue;
      const bytes = await readFile(path);
      if (MARKS.some((mark) => bytes.includes(mark))) holders.push(path);
    }
    const given = [join(home.confDir, 'alluxio-site.properties'), join(home.dir, 'secret')];
    expect(holders.filter((path) => !path.includes('/journal/') && !given.includes(path))).toEqual([]);
  });
});
