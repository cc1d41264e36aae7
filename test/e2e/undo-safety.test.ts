/** What undo must not do: lose what others wrote since, here or in the storage, or take an older command back than was asked for. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/residents.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio, startAlluxio, statusOf } from '../support/run-alluxio.ts';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';
import { stoppedAt } from '../support/stopped.ts';

const THROUGH = '-Dalluxio.user.file.writetype.default=THROUGH';
const MUST_CACHE = '-Dalluxio.user.file.writetype.default=MUST_CACHE';

let shell: Shell;
let source: string;
let empty: string;
let empties: string;
let n = 0;
/** A directory of its own for each test, only here; and a folder of this machine. */
let d = '';
let folder = '';

beforeAll(async () => {
  shell = await makeShell({ 'alluxio.user.trash.interval': '1h' });
  source = join(shell.home.dir, 'source');
  [empty, empties] = [join(shell.home.dir, 'empty'), join(shell.home.dir, 'empties')];
  await writeFile(source, 'content');
  await mkdir(empties);
  for (const file of [empty, ...['1', '2', '3'].map((name) => join(empties, name))]) await writeFile(file, '');
});
afterAll(() => shell.close());
beforeEach(async () => {
  d = `/s${(n += 1)}`;
  folder = join(shell.home.dir, `folder${n}`);
  await mkdir(folder);
  await good(`mkdir ${d}`);
});

/** Lines in one process. Ids and times differ from run to run. */
async function lines(...typed: string[]): Promise<RunResult> {
  const done = await runAlluxio(shell.home, ['fs', '-'], { input: `${typed.join('\n')}\n` });
  return { ...done, stderr: done.stderr.replace(/(id|undo) \d+/g, '$1 N') };
}
async function good(...typed: string[]): Promise<string> {
  const done = await lines(...typed);
  expect({ typed, status: done.status, stderr: done.stderr }).toEqual({ typed, status: 0, stderr: '' });
  return done.stdout;
}
async function refused(line: string, why: string): Promise<void> {
  const done = await lines(line);
  expect({ line, status: done.status, stdout: done.stdout, stderr: done.stderr }).toEqual({ line, status: 255, stdout: '', stderr: expect.stringContaining(why) as string });
}
const lastId = async (): Promise<string> => /"seq":(\d+)/.exec(await good('log --json -n 1 /'))?.[1] ?? '';

/** An undo that has looked whether it may, and would write now: it has LMDB's map since. */
async function undoThatWaits(): Promise<{ ended: Promise<{ status: number; stderr: string }> }> {
  const child = startAlluxio(shell.home, ['fs', 'undo']);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.resume();
  child.stdin.end();
  const ended = statusOf(child, 60_000, ['undo']).then((status) => ({ status, stderr }));
  ended.catch(() => undefined);
  await until(() => child.exitCode !== null || readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes('data.mdb'));
  return { ended };
}

describe('undo, while somebody writes below what it would take away', () => {
  it.each([
    ['a directory', () => `mkdir ${d}/new`, () => `"fs mkdir ${d}/new" (id N) cannot be undone: ${d}/new is not empty any more`],
    ['a mount', () => `mount ${d}/new ${folder}`, () => `${d}/new/f is not in the under storage and would be lost`],
  ])('is refused when it is written: %s', async (_, first, why) => {
    await good(first());
    const writer = await stoppedAt(shell.home, 'cache.rename.before:1', ['fs', MUST_CACHE, 'copyFromLocal', source, `${d}/new/f`]);
    const undo = await undoThatWaits();
    expect(await writer.goOn()).toBe(0);
    const { status, stderr } = await undo.ended;
    expect(await good(`cat ${d}/new/f`)).toBe('content');
    expect({ status, stderr: stderr.replace(/(id|undo) \d+/g, '$1 N') }).toEqual({ status: 255, stderr: expect.stringContaining(why()) as string });
  });
});

describe('undo, where another tool has written since', () => {
  it.each([
    ['touch', () => [`touch ${THROUGH} ${d}/a`], 'a', () => `${d}/a was written since`],
    ['copyFromLocal of a folder of empty files', () => [`copyFromLocal ${THROUGH} ${empties} ${d}/all`], 'all/2', () => `${d}/all/2 was written since`],
    ['copyFromLocal of nothing', () => [`copyFromLocal ${THROUGH} ${empty} ${d}/a`], 'a', () => `${d}/a was written since`],
    ['mkdir', () => [`mkdir ${THROUGH} ${d}/x/y`], 'x/theirs', () => `${d}/x is not empty any more`],
  ])('is refused and removes nothing of it: %s', async (_, first, key, why) => {
    await good(...first());
    await shell.put(`${d.slice(1)}/${key}`, 'their own');
    const keys = await shell.keys();
    await refused('undo', why());
    expect(await shell.keys()).toEqual(keys);
    expect(await good(`ls -f -R ${d}`, `cat ${d}/${key}`)).toMatch(/their own$/);
  });

  it('is refused when that comes after undo has looked', async () => {
    await good(`touch ${THROUGH} ${d}/a`);
    // It holds the path by now.
    const undo = await stoppedAt(shell.home, 'journal.commit.after:1', ['fs', 'undo']);
    await shell.put(`${d.slice(1)}/a`, 'their own');
    expect(await undo.goOn()).toBe(255);
    expect(await good(`ls -f ${d}`, `cat ${d}/a`)).toMatch(/their own$/);
  });

  it('is refused on a local storage too, for content and for modes', async () => {
    await good(`mount ${d}/l ${folder}`, `touch ${THROUGH} ${d}/l/a`);
    await writeFile(join(folder, 'a'), 'their own');
    await refused('undo', `${d}/l/a was written since`);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('their own');
    await good(`touch ${THROUGH} ${d}/l/b`, `chmod 600 ${d}/l/b`);
    await chmod(join(folder, 'b'), 0o640);
    await refused('undo', `the mode of ${d}/l/b was changed since in the under storage`);
    expect((await stat(join(folder, 'b'))).mode & 0o777).toBe(0o640);
  });
});

describe('undo, while somebody changes the same attribute', () => {
  it('is refused, and what he said holds, in the storage too', async () => {
    await good(`mount ${d}/l ${folder}`, `touch ${THROUGH} ${d}/l/a`, `chmod 600 ${d}/l/a`);
    const undo = await stoppedAt(shell.home, 'journal.commit.after:1', ['fs', 'undo']);
    await good(`chmod 640 ${d}/l/a`);
    expect(await undo.goOn()).toBe(255);
    expect(await good(`ls ${d}/l`)).toMatch(/^-rw-r-----/);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o640);
  });
});

describe('an undo that failed', () => {
  it('is not taken for one that was done: no older command is undone instead', async () => {
    await good(`mkdir ${THROUGH} ${d}/k`, `touch ${THROUGH} ${d}/k/f`, `mv ${d}/k ${d}/k2`, `copyFromLocal ${source} ${d}/q`, `rm ${d}/q`, `mv ${d}/k2 ${d}/k3`);
    await shell.put(`${d.slice(1)}/k2/theirs`, 'their own');
    const why = `"fs mv ${d}/k2 ${d}/k3" (id N) cannot be undone: ${d}/k2, where it was, is taken`;
    await refused('undo', why);
    await refused('undo', why);
    await shell.remove(`${d.slice(1)}/k2/theirs`, `${d.slice(1)}/k2/`);
    expect(await good('undo')).toContain(`Undone: "fs mv ${d}/k2 ${d}/k3"`);
    expect(await good('undo')).toContain(`Undone: "fs rm ${d}/q"`);
  });

  it('goes on with its id when what kept it is gone, and then is done', async () => {
    await good(`copyFromLocal ${source} ${d}/a`, `rm ${d}/a`);
    const id = await lastId();
    await shell.put(`${d.slice(1)}/a`, 'their own');
    await refused(`undo ${id}`, `${d}/a, where it was, is taken`);
    await shell.remove(`${d.slice(1)}/a`);
    expect(await good(`undo ${id}`, `cat ${d}/a`)).toMatch(/content$/);
    await refused(`undo ${id}`, 'it was undone already; to do it again: alluxio fs undo N');
  });

  it('in the middle goes on where it stopped, with and without its id', async () => {
    await good(`copyFromLocal ${source} ${d}/a`, `copyFromLocal ${source} ${d}/b`, `rm '${d}/*'`);
    // The last one comes back first.
    await shell.oss.fault({ name: 'internal-error', match: { method: 'PUT', keyPrefix: `root${d}/a` } });
    expect((await lines(`-Dalluxio.underfs.eventual.consistency.retry.base.sleep=1ms undo`)).status).toBe(255);
    await shell.oss.clearFaults();
    expect(await good(`ls ${d}`)).toMatch(/\/b\n$/);
    expect(await good('undo')).toContain(`Undone: "fs rm ${d}/*"`);
    expect(await good(`cat ${d}/a`, `cat ${d}/b`)).toBe('contentcontent');
  });
});

describe('undo of an unmount', () => {
  it('is refused when files went with it that were only in the cache, and undoes no older command', async () => {
    await good(`mount ${d}/l ${folder}`, `touch ${THROUGH} ${d}/l/kept`, `copyFromLocal ${MUST_CACHE} ${source} ${d}/l/f`, `unmount ${d}/l`);
    const why = `"fs unmount ${d}/l" (id N) cannot be undone: ${d}/l/f was only in the cache and went with it; to mount it without that: alluxio fs mount`;
    await refused('undo', why);
    await refused('undo', why);
    await good(`mount ${d}/l ${folder}`, `unmount ${d}/l`);
    expect(await good('undo', `ls ${d}/l`)).toMatch(/\/kept\n$/);
  });
});
