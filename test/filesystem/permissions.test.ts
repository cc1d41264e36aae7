/** Who may do what: for each operation, the bits it needs on each inode of its path. Another bit may be missing, and it works; one of these, and it is refused by name. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttributeChange, FileStatus, FileSystem } from '../../src/filesystem/file-system.ts';
import { UfsUri } from '../../src/uri.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

const USER = 'alluxio.security.login.username';
const IDENTITY = { 'alluxio.security.group.mapping.class': 'alluxio.security.group.provider.IdentityUserGroupsMapping' };
const BITS = { r: 4, w: 2, x: 1 } as const;
type Bit = keyof typeof BITS;

let test: TestFileSystem;
let root: FileSystem;
let bob: FileSystem;

beforeAll(async () => {
  test = await makeFileSystem('oss', { ...IDENTITY, [USER]: 'root' });
  root = test.fs;
  bob = await test.reopen({ [USER]: 'bob' });
});
afterAll(() => test.close());

const put = (fs: FileSystem, path: string, text = 'abc') => fs.content.create(at(path), bytes(text), { size: text.length, writeType: 'CACHE_THROUGH' });
const set = (path: string, change: AttributeChange) => root.changes.setAttributes(at(path), change);
const remove = (path: string) => root.changes.delete(at(path), { recursive: true, unchecked: true, deleteMountPoint: true });
const makeDirectory = (fs: FileSystem, path: string) => fs.changes.makeDirectory(at(path), { recursive: true, writeType: 'MUST_CACHE' });
const messageOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => (error instanceof Error ? error.message : String(error)));

describe('an operation needs', () => {
  const TREE = ['/', '/t', '/t/d', '/t/d/f'];

  beforeAll(async () => {
    await writeFile(join(test.dir, 'local'), 'abc');
    await makeDirectory(root, '/t/d');
    await put(root, '/t/d/f');
    for (const path of TREE) await set(path, { mode: 0o777 });
  });
  afterAll(async () => {
    await remove('/t');
    await set('/', { mode: 0o755 });
  });

  const silent = { onEntry: () => undefined, onProblem: ({ error }: { error: Error }) => { throw error; } };
  const copyReport = { onCopied: () => undefined, onDirectory: () => undefined, onProblem: ({ error }: { error: Error }) => { throw error; } };
  const typed = (path: string) => ({ plain: at(path), typed: path });
  const mounted = { readOnly: false, shared: false, properties: {} };
  const mount = async (fs: FileSystem) => {
    await mkdir(join(test.dir, 'second'), { recursive: true });
    await fs.mounts.mount(at('/t/d/m'), UfsUri.parse(join(test.dir, 'second')), mounted);
  };
  interface Operation {
    readonly does: (fs: FileSystem) => Promise<unknown>;
    /** By the path that needs it. */
    readonly needs: Readonly<Record<string, string>>;
    readonly before?: () => Promise<unknown>;
    /** Brings back what success changed. */
    readonly undo?: () => Promise<unknown>;
  }
  const OPERATIONS: Readonly<Record<string, Operation>> = {
    'stat of a file': { does: (fs) => fs.entries.status(at('/t/d/f')), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'r' } },
    'stat of a directory': { does: (fs) => fs.entries.status(at('/t/d')), needs: { '/': 'x', '/t': 'x', '/t/d': 'r' } },
    ls: { does: (fs) => namesIn(fs, '/t/d'), needs: { '/': 'x', '/t': 'x', '/t/d': 'rx' } },
    'ls -R': { does: (fs) => namesIn(fs, '/t/d', true), needs: { '/': 'x', '/t': 'x', '/t/d': 'r' } },
    'a wildcard': { does: (fs) => fs.entries.glob(at('/t/d/*')), needs: { '/': 'x', '/t': 'x', '/t/d': 'rx' } },
    cat: { does: (fs) => textOf(fs.content.open(at('/t/d/f'))), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'r' } },
    'count and du': { does: (fs) => fs.entries.totals(at('/t/d')), needs: { '/': 'x', '/t': 'x', '/t/d': 'r' } },
    location: { does: (fs) => fs.entries.blocks(at('/t/d/f')), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'r' } },
    loadMetadata: { does: (fs) => fs.entries.loadMetadata(at('/t/d'), { recursive: false, force: false }), needs: { '/': 'x', '/t': 'x', '/t/d': 'r' } },
    load: { does: (fs) => fs.storage.load(at('/t/d/f'), silent), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'r' } },
    free: { does: (fs) => fs.storage.free(at('/t/d/f'), { forced: false }), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'r' } },
    persist: { does: (fs) => fs.storage.persist(at('/t/d/f')), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'r' } },
    copyFromLocal: {
      does: (fs) => fs.transfers.upload(join(test.dir, 'local'), typed('/t/d/n'), {}, copyReport),
      needs: { '/': 'x', '/t': 'x', '/t/d': 'w' },
      undo: () => remove('/t/d/n'),
    },
    touch: { does: (fs) => put(fs, '/t/d/n'), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' }, undo: () => remove('/t/d/n') },
    mkdir: { does: (fs) => makeDirectory(fs, '/t/d/n'), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' }, undo: () => remove('/t/d/n') },
    'mkdir with parents': { does: (fs) => makeDirectory(fs, '/t/d/n/o'), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' }, undo: () => remove('/t/d/n') },
    mv: { does: (fs) => fs.changes.rename(at('/t/d/f'), at('/t/g')), needs: { '/': 'x', '/t': 'wx', '/t/d': 'w' }, undo: () => root.changes.rename(at('/t/g'), at('/t/d/f')) },
    cp: {
      does: (fs) => fs.transfers.copy(typed('/t/d/f'), typed('/t/g'), {}, copyReport),
      needs: { '/': 'x', '/t': 'rwx', '/t/d': 'x', '/t/d/f': 'r' },
      undo: () => remove('/t/g'),
    },
    rm: { does: (fs) => fs.changes.delete(at('/t/d/f'), { recursive: false }), needs: { '/': 'x', '/t': 'x', '/t/d': 'wx', '/t/d/f': 'r' }, undo: () => put(root, '/t/d/f').then(() => set('/t/d/f', { mode: 0o777 })) },
    'setTtl of a file': { does: (fs) => fs.changes.setAttributes(at('/t/d/f'), { ttl: { ms: 1e9, action: 'FREE' } }), needs: { '/': 'x', '/t': 'x', '/t/d': 'x', '/t/d/f': 'w' } },
    'setTtl of a tree': { does: (fs) => fs.changes.setAttributes(at('/t/d'), { ttl: { ms: 1e9, action: 'FREE' }, recursive: true }), needs: { '/': 'x', '/t': 'x', '/t/d': 'wx', '/t/d/f': 'w' } },
    pin: { does: (fs) => fs.changes.setAttributes(at('/t/d'), { pinned: false, pinnedMedia: [], recursive: true }), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' } },
    setReplication: { does: (fs) => fs.changes.setAttributes(at('/t/d'), { replicationMax: 3, recursive: true }), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' } },
    mount: { does: mount, needs: { '/': 'x', '/t': 'x', '/t/d': 'w' }, undo: () => root.mounts.unmount(at('/t/d/m')) },
    updateMount: { before: () => mount(root), does: (fs) => fs.mounts.update(at('/t/d/m'), mounted), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' } },
    unmount: { does: (fs) => fs.mounts.unmount(at('/t/d/m')), needs: { '/': 'x', '/t': 'x', '/t/d': 'w' }, undo: () => mount(root) },
  };

  it.each(Object.entries(OPERATIONS))('for %s', async (_, { does, needs, before, undo }) => {
    await before?.();
    const needed: string[] = [];
    for (const path of TREE) {
      for (const bit of ['r', 'w', 'x'] as const) {
        await set(path, { mode: 0o777 & ~BITS[bit] });
        const told = await messageOf(does(bob));
        if (told === 'done') await undo?.();
        await set(path, { mode: 0o777 });
        if (told !== 'done') needed.push(`${path} ${bit}: ${refusalOf(told)}`);
      }
    }
    const expected = TREE.flatMap((path) => (['r', 'w', 'x'] as const).filter((bit) => needs[path]?.includes(bit)).map((bit) => `${path} ${bit}: ${nameOf(path)} without ${bit}`));
    expect(needed).toEqual(expected);
  });

  it('the shape of Alluxio\'s words', async () => {
    await set('/t/d', { mode: 0o750 });
    expect(await messageOf(put(bob, '/t/d/n'))).toBe(
      'Permission denied: user=bob, access=-w-, path=/t/d/n: failed at d, inode owner=root, inode group=root, inode mode=rwxr-x---',
    );
    await set('/t/d', { mode: 0o777 });
    await set('/', { mode: 0o700 });
    expect(await messageOf(bob.entries.status(at('/t')))).toBe('Permission denied: user=bob, access=--x, path=/t: failed at /, inode owner=root, inode group=root, inode mode=rwx------');
    await set('/', { mode: 0o777 });
  });
});

/** What the words say: where it failed, and which bit that place does not give. */
function refusalOf(told: string): string {
  const match = /access=([r-][w-][x-]), .*: failed at (.*), inode owner=root, .* inode mode=rwxrwx(...)/.exec(told);
  if (match === null) return told;
  const [, access = '', name = '', others = ''] = match;
  const lacking = (['r', 'w', 'x'] as readonly Bit[]).filter((bit) => access.includes(bit) && !others.includes(bit));
  return `${name} without ${lacking.join('')}`;
}

function nameOf(path: string): string {
  return path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1);
}

describe('who is who', () => {
  beforeAll(async () => {
    await makeDirectory(root, '/w');
    await put(root, '/w/f');
  });
  afterAll(() => remove('/w'));
  const setAcl = (...entries: [type: 'user' | 'group' | 'mask', subject: string, bits: number][]) =>
    root.changes.setAcl(at('/w/f'), { action: 'modify', entries: entries.map(([type, subject, bits]) => ({ type, subject, bits, default: false })) });
  const mayRead = async (fs: FileSystem) => (await messageOf(textOf(fs.content.open(at('/w/f'))))) === 'done';
  const mayWrite = async (fs: FileSystem) => (await messageOf(fs.changes.setAttributes(at('/w/f'), { ttl: { ms: -1, action: 'DELETE' } }))) === 'done';

  it.each<[string, { owner?: string; group?: string; mode: number }, Parameters<typeof setAcl>, [read: boolean, write: boolean]]>([
    ['the owner has the owner\'s bits, even when others have more', { owner: 'bob', mode: 0o077 }, [], [false, false]],
    ['a member has the group\'s bits, even when others have more', { group: 'bob', mode: 0o707 }, [], [false, false]],
    ['others have the rest', { mode: 0o704 }, [], [true, false]],
    ['a named user has his entry, not the others\'', { mode: 0o707 }, [['user', 'bob', 4]], [true, false]],
    ['a named user is masked', { mode: 0o700 }, [['user', 'bob', 6], ['mask', '', 2]], [false, true]],
    ['a named group has its entry', { mode: 0o700 }, [['group', 'bob', 6]], [true, true]],
    ['a named group is masked', { mode: 0o700 }, [['group', 'bob', 6], ['mask', '', 4]], [true, false]],
    ['owning and named group add up', { group: 'bob', mode: 0o740 }, [['group', 'bob', 2]], [true, true]],
    ['the owning group is masked too', { group: 'bob', mode: 0o760 }, [['user', 'ann', 0], ['mask', '', 4]], [true, false]],
    ['the owner is never masked', { owner: 'bob', mode: 0o600 }, [['user', 'ann', 7], ['mask', '', 0]], [true, true]],
    ['others are never masked', { mode: 0o606 }, [['user', 'ann', 7], ['mask', '', 0]], [true, true]],
  ])('%s', async (_, { owner = 'root', group = 'root', mode }, acl, [read, write]) => {
    await root.changes.setAcl(at('/w/f'), { action: 'removeExtended', entries: [] });
    await set('/w/f', { owner, mode });
    await set('/w/f', { group });
    if (acl.length > 0) await setAcl(...acl);
    expect([await mayRead(bob), await mayWrite(bob)]).toEqual([read, write]);
  });

  it('chmod changes the mode and leaves the mask', async () => {
    await setAcl(['user', 'bob', 7], ['mask', '', 4]);
    await set('/w/f', { mode: 0o600 });
    expect(await root.entries.status(at('/w/f'))).toMatchObject({ mode: 0o600, acl: [{ subject: 'ann' }, { subject: 'bob', bits: 7 }, { type: 'mask', bits: 4 }] });
  });

  it('the superuser, the supergroup and nobody in particular may do anything', async () => {
    await set('/w', { mode: 0 });
    await set('/w/f', { owner: 'root', mode: 0 });
    const member = await test.reopen({ [USER]: 'ann', 'alluxio.security.authorization.permission.supergroup': 'ann' });
    const unchecked = await test.reopen({ [USER]: 'bob', 'alluxio.security.authorization.permission.enabled': 'false' });
    expect([await mayRead(root), await mayRead(member), await mayRead(unchecked), await mayRead(bob)]).toEqual([true, true, true, false]);
    await member.changes.setAttributes(at('/w'), { owner: 'ann', mode: 0o755 });
  });

  it('only the superuser gives away, only the owner decides who may', async () => {
    await set('/w', { owner: 'root', mode: 0o777 });
    const acl = { action: 'removeExtended', entries: [] } as const;
    expect(await messageOf(bob.changes.setAttributes(at('/w/f'), { owner: 'bob' }))).toBe('Permission denied: bob is not a super user or in super group');
    for (const change of [{ mode: 0o777 }, { group: 'bob' }]) {
      expect(await messageOf(bob.changes.setAttributes(at('/w/f'), change))).toBe('Permission denied: user=bob is not the owner of path=/w/f');
    }
    expect(await messageOf(bob.changes.setAcl(at('/w/f'), acl))).toBe('Permission denied: user=bob is not the owner of path=/w/f');
    expect(await messageOf(bob.changes.setAcl(at('/w/missing'), acl))).toBe('Permission denied: user=bob is not the owner of path=/w/missing');
    expect(await messageOf(root.changes.setAcl(at('/w/missing'), acl))).toBe('Path "/w/missing" does not exist.');
    await put(bob, '/w/mine');
    await bob.changes.setAttributes(at('/w/mine'), { mode: 0, group: 'staff' });
    await bob.changes.setAcl(at('/w/mine'), { action: 'modify', entries: [{ type: 'user', subject: 'ann', bits: 4, default: false }] });
    expect(await messageOf(root.changes.setAttributes(at('/w/f'), { owner: 'bob', group: 'staff' }))).toBe(
      'Could not update owner:group for /w/f to bob:staff. alluxio.exception.status.FailedPreconditionException: Owner bob does not belong to the group staff',
    );
  });

  it('a file is not made for somebody else', async () => {
    expect(await messageOf(bob.content.create(at('/w/theirs'), bytes('x'), { owner: 'root' }))).toBe('Permission denied: bob is not a super user or in super group');
    expect(await root.entries.exists(at('/w/theirs'))).toBe(false);
  });
});

describe('below a directory', () => {
  const paths = ['/b/open', '/b/shut', '/b/shut/in', '/b/dark', '/b/dark/in'];
  beforeAll(async () => {
    for (const path of ['/b', ...paths]) await makeDirectory(root, path);
    for (const path of ['/b', ...paths]) await put(root, `${path}/f`);
    for (const path of ['/b', ...paths]) await set(path, { mode: 0o777, recursive: true });
    await set('/b/shut', { mode: 0o755 });
    await set('/b/dark', { mode: 0o776 });
    await set('/b/open/f', { mode: 0o755 });
  });

  it('ls -R, count and du pass over what cannot be entered', async () => {
    await set('/b/open', { mode: 0o333 });
    expect(await namesIn(bob, '/b')).toEqual(['/b/dark', '/b/f', '/b/open', '/b/shut']);
    expect(await namesIn(bob, '/b', true)).toEqual(['/b/f', '/b/open', '/b/open/f', '/b/shut', '/b/shut/f', '/b/shut/in', '/b/shut/in/f']);
    expect(await bob.entries.totals(at('/b'))).toMatchObject({ files: 4, directories: 3 });
    expect(await root.entries.totals(at('/b'))).toMatchObject({ files: 6, directories: 5 });
    await set('/b/open', { mode: 0o777 });
    expect(await messageOf(namesIn(bob, '/b/dark'))).toContain('access=--x, path=/b/dark: failed at dark');
    expect(await namesIn(bob, '/b/dark', true)).toEqual([]);
  });

  it('a recursive change that one path refuses changes nothing', async () => {
    expect(await messageOf(bob.changes.setAttributes(at('/b'), { ttl: { ms: 5e9, action: 'FREE' }, recursive: true }))).toContain('access=--x, path=/b/dark/f: failed at dark');
    const all: FileStatus[] = [];
    for await (const page of root.entries.list(at('/b'), { recursive: true })) all.push(...page);
    expect(new Set(all.map(({ ttlMs }) => ttlMs))).toEqual(new Set([-1]));
    await set('/b', { owner: 'bob' });
    expect(await messageOf(bob.changes.setAttributes(at('/b'), { mode: 0o700, recursive: true }))).toBe(
      'Permission denied: user=bob is not the owner of path=/b/dark',
    );
    const acl = { action: 'modify', entries: [{ type: 'user', subject: 'bob', bits: 7, default: true }], recursive: true } as const;
    expect(await messageOf(bob.changes.setAcl(at('/b'), acl))).toBe('Permission denied: user=bob is not the owner of path=/b/dark');
    expect(await messageOf(root.changes.setAcl(at('/b'), acl))).toBe('Can not set default ACL for a file');
    expect(await root.entries.status(at('/b'))).toMatchObject({ mode: 0o777, defaultAcl: [] });
  });

  it('rm -R removes what it may, names what stays, and the storage agrees', async () => {
    expect(await messageOf(bob.changes.delete(at('/b'), { recursive: true }))).toContain('access=-w-, path=/b: failed at /');
    await set('/', { mode: 0o777 });
    const told = await messageOf(bob.changes.delete(at('/b'), { recursive: true }));
    expect(told).toBe(
      [
        'Failed to delete 7 paths from the under file system: ',
        '/b/dark/f (Permission denied: user=bob, access=--x, path=/b/dark/f: failed at dark, inode owner=root, inode group=root, inode mode=rwxrwxrw-), ',
        '/b/dark/in (Permission denied: user=bob, access=--x, path=/b/dark/in: failed at dark, inode owner=root, inode group=root, inode mode=rwxrwxrw-), ',
        '/b/open/f (Permission denied: user=bob, access=-w-, path=/b/open/f: failed at f, inode owner=root, inode group=root, inode mode=rwxr-xr-x), ',
        '/b/shut (Permission denied: user=bob, access=-w-, path=/b/shut: failed at shut, inode owner=root, inode group=root, inode mode=rwxr-xr-x), ',
        '/b/open (Directory not empty), /b/dark (Directory not empty), /b (Directory not empty)',
      ].join(''),
    );
    const kept = ['/b/dark', '/b/dark/f', '/b/dark/in', '/b/dark/in/f', '/b/open', '/b/open/f', '/b/shut', '/b/shut/f', '/b/shut/in', '/b/shut/in/f'];
    expect(await namesIn(root, '/b', true)).toEqual(kept);
    expect((await keysIn(test.ufs, 'b')).filter((key) => !key.endsWith('/'))).toEqual(['dark/f', 'dark/in/f', 'open/f', 'shut/f', 'shut/in/f']);
    await set('/', { mode: 0o755 });
    expect(await messageOf(bob.changes.delete(at('/b/open'), { recursive: true }))).toBe('Failed to delete 2 paths from the under file system: /b/open/f (Permission denied: user=bob, access=-w-, path=/b/open/f: failed at f, inode owner=root, inode group=root, inode mode=rwxr-xr-x), /b/open (Directory not empty)');
    await remove('/b');
  });
});

describe('a default ACL', () => {
  const bobs = { type: 'user', subject: 'bob', bits: 7, default: true } as const;
  beforeAll(async () => {
    await makeDirectory(root, '/a');
    await root.changes.setAcl(at('/a'), { action: 'modify', entries: [bobs] });
  });
  afterAll(() => remove('/a'));

  it('is handed down to directories and files, and lets in whom it names', async () => {
    await makeDirectory(root, '/a/d/e');
    const { defaultAcl } = await root.entries.status(at('/a'));
    expect(await root.entries.status(at('/a/d/e'))).toMatchObject({ mode: 0o755, acl: [{ subject: 'bob', bits: 7 }, { type: 'mask', bits: 5 }], defaultAcl });
    await put(root, '/a/d/f');
    expect(await root.entries.status(at('/a/d/f'))).toMatchObject({ mode: 0o654, acl: [{ subject: 'bob', bits: 7 }, { type: 'mask', bits: 4 }], defaultAcl: [] });
    await set('/a/d/f', { mode: 0o640 });
    expect(await messageOf(textOf(bob.content.open(at('/a/d/f'))))).toBe('done');
    expect(await messageOf(put(bob, '/a/d/g'))).toContain('access=-w-, path=/a/d/g: failed at d');
  });

  it('holds for what is found in the storage', async () => {
    await test.ufs.write('a/found/f', bytes('theirs'), { size: 6 });
    const { defaultAcl } = await root.entries.status(at('/a'));
    expect(await root.entries.status(at('/a/found/f'))).toMatchObject({ mode: 0o755, acl: [{ subject: 'bob', bits: 7 }, { type: 'mask', bits: 7 }], defaultAcl: [] });
    expect(await root.entries.status(at('/a/found'))).toMatchObject({ mode: 0o777, acl: [{ subject: 'bob', bits: 7 }, { type: 'mask', bits: 7 }], defaultAcl });
  });

  it('cp -p copies the access ACL of files and directories, and nothing is handed down in its place', async () => {
    await makeDirectory(root, '/a/src');
    await root.changes.setAcl(at('/a/src'), { action: 'removeExtended', entries: [] });
    await put(root, '/a/src/f');
    await root.changes.setAcl(at('/a/src/f'), { action: 'modify', entries: [{ type: 'group', subject: 'ops', bits: 1, default: false }] });
    const failures: Error[] = [];
    const report = { onCopied: () => undefined, onDirectory: () => undefined, onProblem: ({ error }: { error: Error }) => void failures.push(error) };
    const [from, to] = [{ plain: at('/a/src'), typed: '/a/src' }, { plain: at('/a/dst'), typed: '/a/dst' }];
    await root.transfers.copy(from, to, { recursive: true, preserve: true }, report);
    expect(failures).toEqual([]);
    const shape = async (path: string) => { const { mode, owner, group, acl } = await root.entries.status(at(path)); return { mode, owner, group, acl }; };
    expect(await shape('/a/dst')).toEqual(await shape('/a/src'));
    expect(await shape('/a/dst/f')).toEqual(await shape('/a/src/f'));
  });
});

it('what a local storage gets has the mode it has here, directories above it too, and a sync leaves both', async () => {
  const local = await makeFileSystem('local');
  try {
    const { fs } = local;
    const set = (path: string, mode: number) => fs.changes.setAttributes(at(path), { mode });
    for (const [path, mode] of [['/persisted/in', 0o770], ['/written', 0o700], ['/made', 0o710], ['/renamed', 0o711]] as const) {
      await makeDirectory(fs, path);
      await set(path, mode);
    }
    await fs.content.create(at('/persisted/in/f'), bytes('abc'), { size: 3, writeType: 'MUST_CACHE' });
    await set('/persisted', 0o777);
    await set('/persisted/in/f', 0o600);
    await fs.storage.persist(at('/persisted/in/f'), {});
    await put(fs, '/written/f');
    await fs.changes.makeDirectory(at('/made/d'), { recursive: true, writeType: 'THROUGH', mode: 0o500 });
    await put(fs, '/g');
    await fs.changes.rename(at('/g'), at('/renamed/g'));
    const paths = ['/persisted', '/persisted/in', '/persisted/in/f', '/written', '/written/f', '/made', '/made/d', '/renamed', '/renamed/g'];
    const modes = ['777', '770', '600', '700', '644', '710', '500', '711', '644'];
    expect(await Promise.all(paths.map(async (path) => ((await stat(join(local.dir, 'ufs', path))).mode & 0o777).toString(8)))).toEqual(modes);
    const synced = await local.reopen({ 'alluxio.user.file.metadata.sync.interval': '0' });
    expect(await Promise.all(paths.map(async (path) => (await synced.entries.status(at(path))).mode.toString(8)))).toEqual(modes);
    expect(await fs.syncing.inconsistencies(at('/'))).toEqual([]);
  } finally {
    await local.close();
  }
});

it('a local storage follows modes, in nested mounts too, however they are changed; a read-only mount is left alone', async () => {
  const local = await makeFileSystem('local');
  try {
    const { fs } = local;
    const modeOf = async (...names: string[]) => ((await stat(join(local.dir, ...names))).mode & 0o777).toString(8);
    for (const name of ['second', 'third']) await mkdir(join(local.dir, name));
    await makeDirectory(fs, '/top');
    await put(fs, '/top/f');
    await fs.mounts.mount(at('/top/m'), UfsUri.parse(join(local.dir, 'second')), { readOnly: false, shared: false, properties: {} });
    await put(fs, '/top/m/g');
    await writeFile(join(local.dir, 'third', 'h'), 'theirs', { mode: 0o644 });
    await fs.mounts.mount(at('/top/r'), UfsUri.parse(join(local.dir, 'third')), { readOnly: true, shared: false, properties: {} });
    await fs.changes.setAttributes(at('/top'), { mode: 0o700, recursive: true });
    expect([await modeOf('ufs', 'top', 'f'), await modeOf('second', 'g'), await modeOf('third', 'h')]).toEqual(['700', '700', '644']);
    await fs.changes.setAcl(at('/top'), { action: 'modify', entries: [{ type: 'other', subject: '', bits: 5, default: false }], recursive: true });
    expect([await modeOf('ufs', 'top', 'f'), await modeOf('second', 'g'), await modeOf('third', 'h')]).toEqual(['705', '705', '644']);
    expect((await fs.entries.status(at('/top/r/h'))).mode.toString(8)).toBe('705');
  } finally {
    await local.close();
  }
});
