/** `alluxio fs -`: many commands in one process, with the manners of many processes. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/journal/format.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { runAlluxio, startAlluxio, statusOf } from '../support/run-alluxio.ts';
import type { RunResult } from '../support/run-alluxio.ts';

describe('fs -', () => {
  let home: Home;
  let oss: OssProcess;
  const script = (input: string | Uint8Array, ...args: string[]): Promise<RunResult> => runAlluxio(home, args.length === 0 ? ['fs', '-'] : args, { input });

  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home);
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/root' });
    expect(await runAlluxio(home, ['format'])).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await oss?.stop();
    await home?.remove();
  });

  it('runs lines in order, each as the command would be on its own', async () => {
    const done = await script("mkdir /a\n\n  # nothing\nfs touch '/a/b c'   # said\nalluxio fs test -f \"/a/b c\"\n/opt/alluxio/bin/alluxio fs touch $'/a/x\\ny'\ncount \\\n  /a\nls --json /a\nstat -f '%N %z' /a/b\\ c");
    const [made, one, , , heading, counted, first, second, last] = done.stdout.split('\n');
    expect({ status: done.status, stderr: done.stderr, made, one, last }).toEqual({ status: 0, stderr: '', made: 'Successfully created directory /a', one: '/a/b c has been created', last: 'b c 0' });
    expect([heading, counted].map((line) => line?.split(/ {2,}/)[0])).toEqual(['File Count', '2']);
    expect([first, second].map((line) => (JSON.parse(line ?? '') as { path: string }).path)).toEqual(['/a/b c', '/a/x\ny']);
  });

  it('goes on after a failure, names the line of each, and ends with the first status that is not 0', async () => {
    const lines = ['test -e /none', 'ls /none', 'mv /a', 'lss /', 'mkdir /e1', 'ls --sortt /', 'ls / | cat', "rm '/a", '-', 'completion bash', '', 'rm -R /e1'];
    const { status, stdout, stderr } = await script(`${lines.join('\r\n')}\n`);
    expect(status).toBe(3);
    expect(stdout).toBe('Successfully created directory /e1\n/e1 has been removed\n');
    expect(stderr.split('\n').filter((line) => !/Usage: |: (Renames|Displays) /.test(line))).toEqual([
      'line 2: Path "/none" does not exist.',
      'line 3: Command mv takes 2 arguments, not 1',
      'line 4: lss is an unknown command. Did you mean "ls"?',
      'line 6: Failed to parse args for ls: Unrecognized option: --sortt. Did you mean "--sort"?',
      'line 7: This is no shell, so | means nothing; where it belongs to a name, put it in single quotes.',
      "line 8: A ' is not closed on its line; a newline in a name is written $'\\n'.",
      'line 9: A script cannot run a script.',
      'line 10: completion is an unknown command.',
      '',
    ]);
    expect(stderr).toContain('line 3: Usage: mv <src> <dst>\n');
  });

  it('--stop-on-error ends at the first failure', async () => {
    const file = join(home.dir, 'lines');
    await writeFile(file, 'mkdir /s1\ntest -f /s1\nmkdir /s2\n');
    for (const args of [['fs', '--stop-on-error', '--file', file], ['fs', '--file=lines', '--stop-on-error']]) {
      expect(await script('', ...args)).toMatchObject({ status: 1, stdout: 'Successfully created directory /s1\n', stderr: '' });
      await script('rm -R /s1');
    }
    expect(await script('ls /none\nmkdir /s3\n', 'fs', '-', '--stop-on-error')).toMatchObject({ status: 255, stdout: '', stderr: 'line 1: Path "/none" does not exist.\n' });
  });

  it('-D in front holds for all lines, in a line for that line', async () => {
    const write = '-Dalluxio.user.file.writetype.default=MUST_CACHE';
    const lines = `mkdir /w\ntouch ${write} /w/cached\ntouch /w/through\nls --json /w\n`;
    const states = (text: string): string[] => text.split('\n').flatMap((line) => (line.startsWith('{') ? [(JSON.parse(line) as { persistence: string }).persistence] : []));
    expect(states((await script(lines)).stdout)).toEqual(['NOT_PERSISTED', 'PERSISTED']);
    expect(states((await script('mkdir /v\ntouch /v/a\ntouch /v/b\nls /v\n', 'fs', '--json', write, '-')).stdout)).toEqual(['NOT_PERSISTED', 'NOT_PERSISTED']);
  });

  it('runs each line as it comes, and what is answered is durable', async () => {
    const child = startAlluxio(home, ['fs', '-']);
    const ended = statusOf(child, 60_000, ['fs', '-']);
    for (const name of ['one', 'two']) {
      child.stdin.write(`mkdir /live/${name}\n`);
      const [answer] = (await once(child.stdout, 'data')) as [Buffer];
      expect(answer.toString()).toBe(`Successfully created directory /live/${name}\n`);
    }
    child.kill('SIGKILL');
    expect(await ended).toBe(137);
    expect(await script('test -d /live/one\ntest -d /live/two')).toMatchObject({ status: 0 });
  });

  it('Ctrl-C ends it at once with 130, whether it waits for a line or for OSS', async () => {
    for (const slow of [false, true]) {
      const child = startAlluxio(home, ['fs', '-']);
      const ended = statusOf(child, 20_000, ['fs', '-', `slow: ${slow}`]);
      child.stderr.resume();
      child.stdin.write('leader\n');
      await once(child.stdout, 'data');
      if (slow) {
        await oss.fault({ name: 'slow', delayMs: 1000, times: 1, match: { method: 'PUT' } });
        child.stdin.write('touch /slow\n');
        await oss.hit();
      }
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      await oss.clearFaults();
    }
  });

  it('ends with 141 when nobody reads and lines are left', async () => {
    const child = startAlluxio(home, ['fs', '-']);
    const ended = statusOf(child, 60_000, ['fs', '-']);
    child.stdin.on('error', () => undefined);
    child.stdin.write('ls /\n');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const more = setInterval(() => child.stdin.write('ls /\n'), 5);
    expect(await ended).toBe(141);
    clearInterval(more);
  });

  it('says once what is wrong with the whole', async () => {
    const cases: [readonly string[], string, string][] = [
      [['fs', '--file', 'nowhere'], '', `${join(home.dir, 'nowhere')} cannot be read: there is no such file.\n`],
      [['fs', '--file', '.'], '', `${home.dir} is not a regular file. Use: alluxio fs - < ${home.dir}\n`],
      [['fs', '-'], `ls /\n${'x'.repeat(1024 * 1024 + 1)}`, 'line 2: longer than 1048576 bytes; this is no script of fs commands.\n'],
    ];
    for (const [args, input, stderr] of cases) expect(await script(input, ...args)).toMatchObject({ status: 255, stderr });
    expect(await script(Buffer.from([0x6c, 0x73, 0x20, 0xff, 0x0a]))).toMatchObject({ status: 255, stderr: 'line 1: The line is not valid UTF-8.\n' });
    const unformatted = await makeHome();
    try {
      const { status, stderr } = await runAlluxio(unformatted, ['fs', '-'], { input: 'ls /\nls /\nls /\n' });
      expect({ status, lines: stderr.split('\n').length }).toEqual({ status: 255, lines: 2 });
      expect(stderr).toContain('alluxio format');
    } finally {
      await unformatted.remove();
    }
  });

  it('a thousand lines cost one start-up, and the journal knows each', async () => {
    const lines = Array.from({ length: 1000 }, () => 'test -d /w');
    const begun = performance.now();
    expect(await script(`${lines.join('\n')}\nchmod 700 '/w'\n`)).toMatchObject({ status: 0, stdout: 'Changed permission of /w to 700\n' });
    const [together, single] = [performance.now() - begun, await alone()];
    expect(together).toBeLessThan(50 * single);
    const journal = await openStore({ folder: join(home.workDir, 'journal'), readOnly: true });
    expect(journal.log().at(-1)?.command).toBe('fs chmod 700 /w');
    await journal.close();
  });

  const made = (name: string): string => `Successfully created directory ${name}`;
  const CACHED = '-Dalluxio.user.file.writetype.default=MUST_CACHE';
  const commitsIn = async (log: string): Promise<number> => (await readFile(log, 'utf8')).split('\n').filter((line) => line === 'journal.commit.before').length;

  it('lines that make what is only here share commits, and each has its own outcome, record and undo', async () => {
    await script('mkdir /many');
    const log = join(home.dir, 'commits');
    const lines = Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? `mkdir /many/d${at}` : `touch /many/d${at - (at % 3)}/f${at}`));
    lines.splice(150, 0, 'mkdir /many/d0', 'touch /many/none/f', 'touch /many/*', '# said', "mkdir '/many/q w'", 'mkdir many');
    const done = await runAlluxio(home, ['fs', CACHED, '-'], { input: `${lines.join('\n')}\n`, env: { ALLUXIO_FAULT_LOG: log } });
    expect(done.status).toBe(255);
    expect(done.stderr.split('\n').filter((line) => line !== '')).toEqual([
      'line 151: Not allowed to create directory because path already exists: /many/d0',
      'line 152: File /many/none/f creation failed. Component 2(none) does not exist',
      ...Array.from({ length: 50 }, () => expect.stringMatching(/^(line 153: )?Not allowed to create file because path already exists: \/many\/d\d+$/) as string),
      'line 156: Path "many" is invalid. Paths start with /.',
    ]);
    expect(done.stdout.split('\n').slice(0, -1)).toEqual(lines.flatMap((line, at) => (at >= 150 && at < 156 ? (at === 154 ? [made('/many/q w')] : []) : [line.replace(/^mkdir (.*)$/, made('$1')).replace(/^touch (.*)$/, '$1 has been created')])));
    // The wildcard's fifty take one each.
    expect(await commitsIn(log)).toBeLessThan(60);
    expect((await script('undo\nundo\ntest -e /many/d297/f299\ntest -e /many/d297/f298\ntest -d /many/d297')).stderr).toBe('');
    expect(await script('test -e /many/d297')).toMatchObject({ status: 0 });
    expect(await script('test -e /many/d297/f299')).not.toMatchObject({ status: 0 });
    expect((await runAlluxio(home, ['fsck'])).status).toBe(0);
  });

  it('--stop-on-error leaves what comes after a failure undone, also within one commit', async () => {
    const done = await script('mkdir /st\nmkdir /st/a\nmkdir /st\nmkdir /st/b\n', 'fs', CACHED, '-', '--stop-on-error');
    expect(done).toMatchObject({ status: 255, stdout: `${made('/st')}\n${made('/st/a')}\n`, stderr: 'line 3: Not allowed to create directory because path already exists: /st\n' });
    expect((await script('ls /st')).stdout).not.toContain('/st/b');
  });

  it.each(['before', 'after'])('killed %s the second of its commits: what was said is there, in order, and of each commit all or nothing', async (moment) => {
    const top = `/killed-${moment}`;
    const paths = Array.from({ length: 1500 }, (_, at) => `${top}/n${String(at).padStart(4, '0')}`);
    const file = join(home.dir, 'many-lines');
    await writeFile(file, paths.map((path) => `mkdir ${path}\n`).join(''));
    await script(`mkdir ${top}`);
    const done = await runAlluxio(home, ['fs', CACHED, '--file', file], { env: { ALLUXIO_FAULT_POINT: `journal.commit.${moment}:2` } });
    expect(done.status).toBe(137);
    const pathsIn = (text: string): string[] => text.split('\n').flatMap((line) => /\/killed-\S+/.exec(line)?.[0] ?? []);
    const there = pathsIn((await script(`ls ${top}`)).stdout);
    const said = pathsIn(done.stdout);
    expect(there).toEqual(paths.slice(0, moment === 'before' ? 512 : 1024));
    expect(said).toEqual(paths.slice(0, said.length));
    expect(said.length % 512).toBe(0);
    expect(there.length).toBeGreaterThanOrEqual(said.length);
    expect((await runAlluxio(home, ['fsck'])).status).toBe(0);
  });

  it('mkdir with a thousand arguments shares commits too, stops at the first failure, and the log does not repeat them all', async () => {
    const log = join(home.dir, 'commits-of-one');
    const paths = Array.from({ length: 1200 }, (_, at) => `/args/a${at}`);
    expect(await script('mkdir /args')).toMatchObject({ status: 0 });
    const done = await runAlluxio(home, ['fs', CACHED, 'mkdir', ...paths, '/args/a5', '/args/late'], { env: { ALLUXIO_FAULT_LOG: log } });
    expect(done).toMatchObject({ status: 255, stdout: paths.map((path) => `${made(path)}\n`).join(''), stderr: 'Not allowed to create directory because path already exists: /args/a5\n' });
    expect(await commitsIn(log)).toBeLessThan(10);
    expect(await script('test -e /args/late')).not.toMatchObject({ status: 0 });
    const journal = await openStore({ folder: join(home.workDir, 'journal'), readOnly: true });
    expect(journal.log().at(-1)?.command).toMatch(/^fs mkdir \/args\/a0 .{100,400} … \(\d+ more\)$/);
    await journal.close();
  });

  async function alone(): Promise<number> {
    const begun = performance.now();
    await runAlluxio(home, ['fs', 'test', '-d', '/w']);
    return performance.now() - begun;
  }
});
