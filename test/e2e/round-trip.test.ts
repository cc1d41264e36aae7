/** A tree with names and sizes of every sort goes in, is renamed, copied, persisted, freed, loaded, and comes out as it was: bytes, names, and modes where they are to be kept. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

const BLOCK = 64 * 1024;
/** OSS takes no smaller one. */
const PART = 100 * 1024;

const NAMES = [
  'plain', 'two words', ' leading', 'trailing ', '中文 文件', '한국어', 'émoji 🎉🏽', 'e\u0301 decomposed', 'é composed', 'new\nline', 'tab\there', 'carriage\rreturn', 'per%cent', 'per%20cent', '%2F', 'plus+plus',
  'st*r', '*', 'quest?ion', 'ha#sh', 'am&per', 'equals=', "quo'te", 'dou"ble', 'back\\slash', '-R', '--option', '-', '.hidden', '...', '..a', '~', '$HOME', '`tick`', 'se;mi', 'pi|pe', '<angle>', '[bracket]', '{brace}', 'co:lon', 'comma,',
  'at@', 'bang!', 'caret^', 'control\u0001', 'delete\u007f', 'nul\u2400', '\u202eright-to-left', 'zero\u200bwidth', 'dir_$folder$', 'x'.repeat(255), '长'.repeat(85), 'alluxio_ufs_persistence', 'a'.repeat(63), 'UPPER', 'upper',
];
const SIZES = [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 3 * PART + 17];

/** Bytes that no shifted or swapped block could stand in for. */
function content(seed: string, size: number): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < size; at += 64, i++) chunks.push(createHash('sha512').update(`${seed} ${i}`).digest());
  return Buffer.concat(chunks).subarray(0, size);
}

async function treeOf(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(directory.length + 1);
    found.set(name, entry.isDirectory() ? 'directory' : createHash('sha256').update(await readFile(path)).digest('hex'));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('a tree of every kind of file', () => {
  let shell: Shell;
  let source: string;
  const local = (name: string) => join(shell.home.dir, name);
  const run = async (...args: string[]) => {
    const done = await shell.fs(...args);
    expect(`${args.join(' ')}: ${done.status} ${done.stderr}`).toBe(`${args.join(' ')}: 0 `);
    return done.stdout;
  };

  beforeAll(async () => {
    shell = await makeShell({ 'alluxio.user.block.size.bytes.default': '64KB', 'alluxio.underfs.oss.streaming.upload.partition.size': '100KB' });
    source = local('source');
    const put = async (name: string, size: number) => {
      await mkdir(dirname(join(source, name)), { recursive: true });
      await writeFile(join(source, name), content(name, size));
    };
    // An empty object of such a name marks a directory, so a file of that name cannot be empty.
    for (const [i, name] of NAMES.entries()) await put(`names/${name}`, name.includes('$folder') ? 3 : i % 7);
    for (const [i, name] of NAMES.entries()) if (i % 6 === 0) await put(`directories/${name}/${NAMES[(i * 5) % NAMES.length] ?? ''}`, 3);
    for (const size of SIZES) await put(`sizes/${size}`, size);
    await put(`${'deep/'.repeat(40)}bottom`, 5);
    await mkdir(join(source, 'empty/inside'), { recursive: true });
  });
  afterAll(() => shell.close());

  it('survives copy in, rename, copy, persist, free, load and copy out', async () => {
    const wanted = await treeOf(source);
    expect(wanted.size).toBeGreaterThan(NAMES.length + SIZES.length);
    const cached = '-Dalluxio.user.file.writetype.default=MUST_CACHE';
    await run(cached, 'copyFromLocal', source, '/in');
    expect(await shell.keys()).toEqual([]);
    await run('mv', '/in', '/renamed');
    await run(cached, 'cp', '-R', '/renamed', '/copied');
    const files = [...wanted.values()].filter((hash) => hash !== 'directory').length;
    expect((await run('persist', '/renamed', '/copied')).split('\n')[0]).toBe(`Found ${2 * files} files to persist.`);
    await run('free', '/');
    expect((await shell.records('ls', '-R', '/')).filter(({ type, cachedPercent, size }) => type === 'file' && cachedPercent !== 0 && size !== 0)).toEqual([]);
    await run('mv', '/renamed', '/again');
    await run('copyToLocal', '/again', local('uncached'));
    await run('load', '/copied');
    await run('copyToLocal', '/copied', local('loaded'));
    for (const out of ['uncached', 'loaded']) expect(await treeOf(local(out))).toEqual(wanted);
    expect(await run('checkConsistency', '/')).toBe('/ is consistent with the under storage system.\n');
  }, 120_000);

  it('is in OSS under its names, for another home to read', async () => {
    const other = (...args: string[]) => shell.run(['-Dalluxio.work.dir=' + local('other-work'), ...args]);
    expect((await other('format')).status).toBe(0);
    const done = await shell.run(['fs', '-Dalluxio.work.dir=' + local('other-work'), 'copyToLocal', '/again', local('other')]);
    expect([done.status, done.stderr]).toEqual([0, '']);
    const wanted = await treeOf(source);
    // A directory without a file never gets to the store.
    for (const [name, kind] of wanted) if (kind === 'directory' && name.startsWith('empty')) wanted.delete(name);
    const got = await treeOf(local('other'));
    for (const name of [...got.keys()]) if (name.startsWith('empty')) got.delete(name);
    expect(got).toEqual(wanted);
  }, 60_000);

  it('keeps modes with --preserve, and names as long as OSS takes them', async () => {
    const long = '/long'.padEnd(1001, 'n');
    await run('touch', long);
    await run('mv', long, `${long}2`);
    expect((await shell.records('ls', '/')).map(({ path }) => path)).toContain(`${long}2`);
    expect(await shell.keys()).toContain(`${long.slice(1)}2`);
    await run('rm', `${long}2`);
    await mkdir(local('modes/sub'), { recursive: true });
    await Promise.all(['a', 'sub/b'].map((name) => writeFile(local(`modes/${name}`), name)));
    await chmod(local('modes/a'), 0o640);
    await run('copyFromLocal', local('modes'), '/modes');
    await run('chmod', '-R', '750', '/modes');
    await run('chmod', '604', '/modes/sub/b');
    await run('chmod', '511', '/modes/sub');
    await run('cp', '-R', '--preserve', '/modes', '/kept');
    const modes = async (path: string) => (await shell.records('ls', '-R', path)).map(({ name, permission }) => `${String(permission)} ${String(name)}`);
    expect(await modes('/kept')).toEqual(['-rwxr-x--- a', 'dr-x--x--x sub', '-rw----r-- b']);
    expect(await modes('/kept')).toEqual(await modes('/modes'));
  });
});
