/** `copyToLocal` to a name that is a symbolic link: a link to a file is followed, as cp does it; whatever else it leads to stays, and so does the link. */
import { execFile } from 'node:child_process';
import { chmod, lchown, lstat, mkdir, readFile, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { ALLUXIO, runAlluxio } from '../support/run-alluxio.ts';
import type { RunResult } from '../support/run-alluxio.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
  await mkdir(join(home.ufsDir, 'd'));
  for (const name of ['abc', 'd/f', 'd/g']) await writeFile(join(home.ufsDir, name), 'new');
  await runAlluxio(home, ['format']);
});
afterAll(() => home.remove());

const at = (name: string): string => join(home.dir, name);
const copy = (from: string, to: string): Promise<RunResult> => runAlluxio(home, ['fs', 'copyToLocal', from, to]);
const refused = (to: string): string => `Destination ${to} is not a file. To print a file, use "alluxio fs cat <path>".\n`;

it('a link that stands for an open file is refused, whatever that file is', async () => {
  const env = { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir };
  const said = (script: string) => new Promise<string>((done) => execFile('sh', ['-c', script, ALLUXIO], { cwd: home.dir, env }, (_, stdout, stderr) => done(stdout + stderr)));
  for (const link of ['/proc/self/fd/1', '/dev/fd/1', 'to-dev-fd-1']) {
    const name = `to${link.replaceAll('/', '-')}`;
    await symlink(link, at(name));
    for (const to of ['y', '/dev/null']) {
      await writeFile(at('y'), '');
      expect(await said(`"$0" fs copyToLocal /abc ${name} > ${to}; echo $?`), `${name} > ${to}`).toBe(`255\n${refused(at(name))}`);
      expect([await readlink(at(name)), await readFile(at('y'), 'utf8')]).toEqual([link, '']);
    }
    expect(await said(`"$0" fs copyToLocal /abc ${name} | cat`)).toBe(refused(at(name)));
  }
});

it('a link to a device', async () => {
  await symlink('/dev/null', at('null'));
  expect(await copy('/abc', 'null')).toMatchObject({ status: 255, stdout: '', stderr: refused(at('null')) });
  expect(await readlink(at('null'))).toBe('/dev/null');
});

it('a link to a file, also by way of another: the file is replaced, the links stay', async () => {
  await mkdir(at('there'));
  await writeFile(at('there/file'), 'an older and longer one');
  await symlink('file', at('there/near'));
  await symlink('there/near', at('far'));
  expect(await copy('/abc', 'far')).toMatchObject({ status: 0, stdout: `Copied /abc to file://${at('far')}\n`, stderr: '' });
  expect(await readFile(at('there/file'), 'utf8')).toBe('new');
  expect((await lstat(at('there/file'))).isFile()).toBe(true);
  expect([await readlink(at('far')), await readlink(at('there/near')), (await readdir(at('there'))).sort()]).toEqual(['there/near', 'file', ['file', 'near']]);
});

it('a link to nothing, or to itself, is not written through', async () => {
  for (const [name, target] of [['dangling', 'nowhere'], ['round', 'round']] as const) {
    await symlink(target, at(name));
    const done = await copy('/abc', name);
    expect(done).toMatchObject({ status: 255, stdout: '' });
    expect(done.stderr).toMatch(name === 'round' ? `${at('round')} (Too many levels of symbolic links)` : `Destination ${at('dangling')} is a symbolic link to a file that does not exist. Make that file, or remove the link.\n`);
    expect(await readlink(at(name))).toBe(target);
  }
  expect(await readdir(home.dir)).not.toContain('nowhere');
});

it('links in a tree that is filled: each for itself', async () => {
  await mkdir(at('out'));
  await writeFile(at('kept'), 'old');
  await symlink('../kept', at('out/f'));
  await symlink('/dev/null', at('out/g'));
  const done = await copy('/d', 'out');
  expect(done.status).toBe(255);
  expect(done.stdout).toBe(`Copied /d/f to file://${at('out/f')}\n`);
  expect(done.stderr).toContain(refused(at('out/g')).trimEnd());
  expect([await readFile(at('kept'), 'utf8'), await readlink(at('out/f')), await readlink(at('out/g'))]).toEqual(['new', '../kept', '/dev/null']);
});

it('a link that somebody else made in a folder where everybody makes files is refused', async () => {
  if (process.geteuid?.() !== 0) return;
  await mkdir(at('shared'));
  await chmod(at('shared'), 0o1777);
  await writeFile(at('mine'), 'mine');
  for (const [name, owner] of [['theirs', 65534], ['own', 0]] as const) {
    await symlink(at('mine'), at(`shared/${name}`));
    await lchown(at(`shared/${name}`), owner, owner);
  }
  const there = at('shared/theirs');
  expect(await copy('/abc', there)).toMatchObject({ status: 255, stdout: '', stderr: refused(there) });
  expect(await readFile(at('mine'), 'utf8')).toBe('mine');
  expect((await copy('/abc', at('shared/own'))).status).toBe(0);
  expect(await readFile(at('mine'), 'utf8')).toBe('new');
});
