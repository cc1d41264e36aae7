/** A command of the machine's superuser in another user's home: the owner can go on afterwards. Where the tests do not run as root, there is nobody to play him. */
import { execFile } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { FREE_PORTS, killResidents, startScript, stopScript } from '../support/residents.ts';
import { ALLUXIO } from '../support/run-alluxio.ts';

const ROOT_USER = process.getuid?.() === 0;
const NOBODY = 65_534;

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await writeFile(join(home.ufsDir, 'f'), 'content');
  await writeFile(join(home.ufsDir, 'large'), Buffer.alloc(200_000, 7));
  if (ROOT_USER) for (const path of [home.dir, home.confDir, home.workDir, home.ufsDir]) await chown(path, NOBODY, NOBODY);
});
afterEach(async () => {
  await killResidents(home);
  await home.remove();
});

function run(uid: number, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir };
  return new Promise((done) => {
    const child = execFile(ALLUXIO, args, { cwd: home.dir, env, uid, gid: uid, timeout: 30_000 }, (_, stdout, stderr) => done({ status: child.exitCode ?? -1, stdout, stderr }));
  });
}
const owner = (...args: string[]) => run(NOBODY, ...args);
const root = (...args: string[]) => run(0, ...args);
const told = async (running: ReturnType<typeof run>): Promise<string> => {
  const { status, stdout, stderr } = await running;
  return `${status} ${stdout}${stderr}`;
};

/** What in the work folder is not the owner's. */
async function notHis(): Promise<string[]> {
  const entries = await readdir(home.workDir, { recursive: true, withFileTypes: true });
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  const others = await Promise.all(paths.map(async (path) => ((await lstat(path)).uid === NOBODY ? [] : [relative(home.workDir, path)])));
  return others.flat();
}

describe('what root makes in a home', () => {
  it('by a read, a write and a load is the owner’s', async () => {
    if (!ROOT_USER) return;
    await owner('format');
    await owner('fs', 'chmod', '777', '/');
    expect(await told(root('fs', 'cat', '/f'))).toBe('0 content');
    expect(await told(root('fs', 'load', '/large'))).toMatch(/^0 /);
    expect(await told(root('fs', 'mkdir', '/made'))).toMatch(/^0 /);
    expect(await notHis()).toEqual([]);
    expect(await told(owner('fs', 'cat', '/f'))).toBe('0 content');
    expect(await told(owner('fs', 'load', '/large'))).toMatch(/^0 /);
    expect(await told(owner('fs', 'free', '-f', '/'))).toMatch(/^0 /);
    expect(await told(owner('fs', 'load', '/f'))).toMatch(/^0 /);
    expect(await told(owner('format'))).toMatch(/^0 /);
  });

  it('by a format, and where the lock is gone', async () => {
    if (!ROOT_USER) return;
    expect(await told(root('format'))).toMatch(/^0 /);
    expect(await notHis()).toEqual([]);
    expect(await told(owner('fs', 'cat', '/f'))).toBe('0 content');
    expect(await readdir(join(home.workDir, 'cache', 'alluxioworker'))).toContain('.tmp_blocks');
    expect(await told(owner('fs', 'ls', '-R', '/'))).toMatch(/^0 /);
  });

  it('by a master and a worker, that format it at first', async () => {
    if (!ROOT_USER) return;
    await home.configure(FREE_PORTS);
    expect((await startScript(home, ['local'])).status).toBe(0);
    expect(await notHis()).toEqual([]);
    await stopScript(home);
    expect(await notHis()).toEqual([]);
  });
});

describe('a cache that cannot be read', () => {
  it('of a file in the storage: a warning that names what it is, and the bytes', async () => {
    if (!ROOT_USER) return;
    await owner('format');
    await owner('fs', 'load', '/f');
    const data = join(home.workDir, 'cache', 'alluxioworker');
    const block = join(data, (await readdir(data)).find((name) => name.endsWith('-0')) ?? '');
    await chown(block, 0, 0);
    await chmod(block, 0o600);
    const done = await owner('fs', 'cat', '/f');
    expect(done).toMatchObject({ status: 0, stdout: 'content' });
    expect(done.stderr).toContain(`Not read from the cache: /f: Cache folder ${data} cannot be used: permission denied; ${block} belongs to root with mode 600`);
  });

  it('of one that is only there: the folder or file that cannot be used', async () => {
    if (!ROOT_USER) return;
    await owner('format');
    const temporary = join(home.workDir, 'cache', 'alluxioworker', '.tmp_blocks');
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    const write = ['fs', 'copyFromLocal', '-Dalluxio.user.file.writetype.default=MUST_CACHE', join(home.ufsDir, 'f'), '/here'];
    const done = await owner(...write);
    expect(done).toMatchObject({ status: 255, stdout: '' });
    expect(done.stderr).toContain(`permission denied; ${temporary} belongs to root with mode 700`);
  });
});
