/** fs undo and the trash, at the real binary over a bucket: what a command did is taken back, or it is said why not and nothing is changed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

const TRASH = { 'alluxio.user.trash.interval': '1h' } as const;
const MUST_CACHE = '-Dalluxio.user.file.writetype.default=MUST_CACHE';

let shell: Shell;
let n = 0;
/** Run before the first lines of a test: a process less. */
let setUp: readonly string[] = [];
/** A directory of its own for each test. */
let d = '';

beforeAll(async () => {
  shell = await makeShell(TRASH);
  await shell.put('===', '');
});
afterAll(() => shell.close());
beforeEach(async () => {
  d = `/t${(n += 1)}`;
  await Promise.all([shell.put(`t${n}/a`, 'alpha'), shell.put(`t${n}/sub/b`, 'beta')]);
  setUp = [`ls -R ${d}`, `touch ${MUST_CACHE} ${d}/only`];
});

/** Lines in one process; all must succeed. */
async function script(...lines: string[]): Promise<string> {
  const done = await run(...lines);
  expect({ lines, status: done.status, stderr: done.stderr }).toEqual({ lines, status: 0, stderr: '' });
  return done.stdout;
}
async function run(...lines: string[]): Promise<RunResult> {
  const all = [...setUp, ...lines];
  const before = setUp.length;
  setUp = [];
  const done = await runAlluxio(shell.home, ['fs', '-'], { input: `${all.join('\n')}\n` });
  return { ...done, stderr: done.stderr.replace(/^line (\d+)/gm, (_, line: string) => `line ${Number(line) - before}`) };
}

/** Everything that a user can see of the tree, between two marks. */
const picture = (path = d): string[] => ['ls /===', `ls -R --json ${path}`, `getfacl ${path}`, 'mount', 'ls /==='];
const CHANGING = /"(?:modified|lastModification|lastAccess|accessed)[A-Za-z]*":[^,}]*,?|"fingerprint":"[^"]*",?|"childCount":\d+,?|"(?:id|fileId|mountId)":\d+,?/g;
/** The pictures in an output, without the trash. */
function picturesOf(stdout: string): string[] {
  const parts = stdout.split(/^.*\/===.*\n/m);
  return parts.filter((_, i) => i % 2 === 1).map((part) => part.split('\n').filter((line) => !line.includes('.Trash')).join('\n').replace(CHANGING, ''));
}
const idIn = (stdout: string): string => /"seq":(\d+)/.exec(stdout)?.[1] ?? '';

describe('undo', () => {
  it.each([
    ['mv', () => [`mv ${d}/sub ${d}/moved`]],
    ['mv of what is only in the cache', () => [`mv ${d}/only ${d}/other`]],
    ['chmod -R', () => [`chmod -R 700 ${d}`]],
    ['chown and chgrp -R', () => [`chown -R nobody:nogroup ${d}`]],
    ['setTtl', () => [`setTtl ${d} 900000000`]],
    ['pin', () => [`pin ${d}`]],
    ['setReplication', () => [`setReplication -R --min 1 --max 2 ${d}`]],
    ['setfacl', () => [`setfacl -R -m user:somebody:rwx ${d}`]],
    ['mkdir', () => [`mkdir ${d}/x/y/z`]],
    ['touch', () => [`touch ${d}/empty`]],
    ['rm -R of a tree', () => [`rm -R ${d}/sub`]],
    ['rm of files, by wildcard', () => [`rm '${d}/*a'`]],
    ['rm of what is only in the cache', () => [`rm ${d}/only`]],
    ['mount', () => [`mount ${d}/m oss://other/`]],
  ])('takes back %s, and a second undo of the same does it again', async (name, lines) => {
    const stored = async (): Promise<string[]> => (await shell.keys()).filter((key) => !key.includes('.Trash') && !key.endsWith('/'));
    const keys = await stored();
    let told = '';
    const [before, after, back] = picturesOf(told = await script(...picture(), ...lines(), ...picture(), 'undo', 'log --json -n 1 /', ...picture()));
    expect(after).not.toBe(before);
    expect(back).toBe(before);
    expect(await stored()).toEqual(keys);
    // What was only made anew is not made again by an undo.
    if (name === 'mkdir' || name === 'touch') return;
    const [again] = picturesOf(await script(`undo ${idIn(told)}`, ...picture()));
    if (name === 'mount') await script(`unmount ${d}/m`);
    const noTimes = (text = ''): string => (name === 'mount' ? text.replace(/"created\w*":\d+,?/g, '') : text);
    expect(noTimes(again)).toBe(noTimes(after));
  });

  it('goes further back each time, and takes an id', async () => {
    const [before, back] = picturesOf(await script(...picture(), `chmod 700 ${d}/a`, `mv ${d}/a ${d}/a2`, `chmod 711 ${d}/a2`, 'undo', 'undo', 'undo', ...picture()));
    expect(back).toBe(before);
    const { stdout } = await run(`log --json ${d}`);
    const id = stdout.split('\n').filter((line) => line.includes('chmod 711')).map((line) => (JSON.parse(line) as { seq: number }).seq)[0] ?? 0;
    const refused = await run(`undo ${id}`);
    expect({ status: refused.status, stderr: refused.stderr.replace(/(id|undo) \d+/g, '$1 N') }).toEqual({ status: 255, stderr: `line 1: "fs chmod 711 ${d}/a2" (id N) cannot be undone: it was undone already; to do it again: alluxio fs undo N.\n` });
  });

  it.each([
    ['set again', ['chmod 700 $d/a'], ['chmod 711 $d/a'], '/a was changed since'],
    ['set to the same again', ['chmod 700 $d/a'], ['chmod 700 $d/a'], 'mode was set again since by "fs chmod 700 '],
    ['moved on', ['mv $d/a $d/a2'], ['mv $d/a2 $d/a3'], 'was moved again since, to '],
    ['gone', ['mv $d/a $d/a2'], ['rm --skip-trash $d/a2'], 'is not there any more'],
    ['old place taken', ['mv $d/a $d/a2'], ['touch $d/a'], 'where it was, is taken'],
    ['old place of something removed taken', ['rm $d/a'], ['touch $d/a'], 'where it was, is taken'],
    ['a part of what was moved went elsewhere', ['mv $d/sub $d/moved'], ['mv $d/moved/b $d/b'], 'b was moved or removed from it since'],
    ['no longer empty', ['mkdir $d/new'], ['cp $d/a $d/new/a'], 'is not empty any more'],
    ['not kept', ['rm --skip-trash $d/a'], [], 'was not kept in the trash'],
    ['content', ['cp $d/a $d/copy'], [], 'it wrote files with content'],
    ['no deed', ['persist $d/only'], [], 'it changed nothing that could be put back'],
  ])('is refused: %s', async (_, first, then, why) => {
    const typed = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('$d', d));
    const told = await script(...typed(first), `log --json -n 1 ${d}`, ...typed(then), ...picture());
    const id = idIn(told);
    const keys = await shell.keys();
    const refused = await run(`undo ${id}`, ...picture());
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain(why);
    expect(picturesOf(refused.stdout)).toEqual(picturesOf(told));
    expect(await shell.keys()).toEqual(keys);
  });

  it.each([
    ['a file that is gone', ['mv $d/a $d/a2', 'rm --skip-trash $d/sub/b'], 'fs rm --skip-trash $d/sub/b'],
    ['a tree that is gone', ['mv $d/a $d/a2', 'rm -R --skip-trash $d/sub'], 'fs rm -R --skip-trash $d/sub'],
    ['what is gone from Alluxio only', ['mv $d/a $d/a2', 'rm -R --alluxioOnly $d/sub'], 'fs rm -R --alluxioOnly $d/sub'],
    ['what was in the trash', ['mv $d/a $d/a2', 'rm $d/sub/b', 'rm -R /.Trash'], 'fs rm -R /.Trash'],
    ['a mount, with its content', ['mkdir $d/n', 'mount $d/m oss://other/', 'rm -R -m --skip-trash $d/m'], 'fs rm -R -m --skip-trash $d/m'],
    ['a copy with content', ['mv $d/a $d/a2', 'cp $d/a2 $d/copy'], 'fs cp $d/a2 $d/copy', 'it wrote files with content; remove them with "alluxio fs rm"'],
  ])('without an id is refused where the last command cannot be undone, and undoes no older one: %s', async (_, lines, last, why = 'what it removed was not kept in the trash (alluxio.user.trash.interval)') => {
    const typed = lines.map((line) => line.replaceAll('$d', d));
    // Looking, persisting, caching and freeing are nobody's changes.
    const told = await script(...typed, `ls -R ${d}`, `persist ${d}/only`, `load ${d}`, `free ${d}`, ...picture());
    const refused = await run('undo', ...picture());
    expect(refused.status).toBe(255);
    expect(refused.stderr.replace(/id \d+/, 'id N')).toBe(`line 1: "${last.replaceAll('$d', d)}" (id N) cannot be undone: ${why}. To undo an older one, name its id; ids are shown by: alluxio fs log\n`);
    expect(picturesOf(refused.stdout)).toEqual(picturesOf(told));
  });

  it('without an id passes over a removal that was refused, and a copy that did not come about', async () => {
    await script(`mv ${d}/a ${d}/a2`);
    await shell.put(`t${n}/sub/unknown`, 'x');
    expect((await run(`rm -R --skip-trash ${d}/sub`, `copyFromLocal /none/at/all ${d}/c`)).status).toBe(255);
    expect(await script('undo')).toContain(`Undone: "fs mv ${d}/a ${d}/a2"`);
  });

  it('keeps references of an unmounted storage, and says so where a secret would be needed', async () => {
    await script(`ls ${d}`);
    const env = { THE_SECRET: shell.oss.properties['fs.oss.accessKeySecret'] ?? '', THE_ID: shell.oss.properties['fs.oss.accessKeyId'] ?? '' };
    const fs = (...args: string[]) => runAlluxio(shell.home, ['fs', ...args], { env });
    const endpoint = `fs.oss.endpoint=${shell.oss.endpoint}`;
    expect((await fs('mount', '--option', 'fs.oss.accessKeySecret=env:THE_SECRET', '--option', 'fs.oss.accessKeyId=env:THE_ID', '--option', endpoint, `${d}/r`, 'oss://other/')).status).toBe(0);
    const mounted = (await fs('mount')).stdout;
    expect(mounted).toContain('env:THE_SECRET');
    expect((await fs('unmount', `${d}/r`)).status).toBe(0);
    expect(await fs('undo')).toMatchObject({ status: 0, stderr: '' });
    expect((await fs('mount')).stdout).toBe(mounted);
    expect((await fs('unmount', `${d}/r`)).status).toBe(0);
    expect((await fs('mount', '--option', `fs.oss.accessKeySecret=${env.THE_SECRET}`, '--option', endpoint, `${d}/r`, 'oss://other/')).status).toBe(0);
    expect((await fs('unmount', `${d}/r`)).status).toBe(0);
    const refused = await fs('undo');
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain('the log keeps no secrets, and the mount needs fs.oss.accessKeySecret');
  });

  it('refuses ids that are none, and those of others\' rights', async () => {
    expect((await shell.fs('undo', 'x')).stderr).toContain('x is not an id');
    expect((await shell.fs('undo', '99999999')).stderr).toContain('The log has no id 99999999');
    const id = idIn(await script(`chmod 700 ${d}/a`, `log --json -n 1 ${d}`));
    const other = await runAlluxio(shell.home, ['fs', '-Dalluxio.security.login.username=mallory', 'undo', id]);
    expect(other.status).toBe(255);
    expect(other.stderr).toContain('Permission denied');
    expect((await runAlluxio(shell.home, ['fs', '-Dalluxio.security.login.username=mallory', 'undo'])).stderr).toContain('no command of mallory');
  });
});

describe('the trash', () => {
  it('keeps what was removed for its interval, in the bucket too, and then it is gone', async () => {
    await script(`rm -R -Dalluxio.user.trash.interval=3s ${d}`);
    const kept = (await shell.keys()).filter((key) => key.includes('.Trash') && key.includes(`t${n}/`) && !key.endsWith('/'));
    expect(kept.map((key) => key.replace(/^\.Trash\/[^/]+\/[^/]+\//, ''))).toEqual([`t${n}/a`, `t${n}/sub/b`]);
    for (;;) if (!(await script('ls -R /.Trash')).includes(`/t${n}`)) break;
    expect((await shell.keys()).filter((key) => key.includes(`t${n}/`))).toEqual([]);
  });

  it('is passed over by --skip-trash, with an interval of 0, and for what is in it', async () => {
    await script(`rm --skip-trash ${d}/a`, `rm -Dalluxio.user.trash.interval=0 ${d}/sub/b`, `rm ${d}/only`);
    const listed = (await script('ls -R /.Trash')).split('\n').filter((line) => line.includes(`/t${n}/`)).map((line) => line.split(' ').at(-1) ?? '');
    expect(listed.map((path) => path.replace(/^\/\.Trash\/[^/]+\/[^/]+/, ''))).toEqual([`${d}/only`]);
    await script(`rm ${listed[0] ?? ''}`);
    expect(await script('ls -R /.Trash')).not.toContain(`/t${n}/only`);
  });

  it('does not let go what the bucket has and nobody knows', async () => {
    await script(`ls -R ${d}`);
    await shell.put(`t${n}/sub/unknown`, 'x');
    const refused = await run(`rm -R ${d}`);
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain('UFS dir not in sync');
    await script(`rm -R -U ${d}`, 'undo');
    expect(await script(`cat ${d}/sub/unknown`)).toBe('x');
  });

  it('holds nothing for others to see', async () => {
    await script(`rm ${d}/a`);
    const other = await runAlluxio(shell.home, ['fs', '-Dalluxio.security.login.username=mallory', 'ls', '-R', '/.Trash']);
    expect(other.stdout).not.toContain(`${d}/a`);
  });
});
