/** Commands that change something: which call they make, and the line they print. */
import { describe, expect, it } from 'vitest';
import { AlluxioError } from '../../src/errors.ts';
import type { AttributeChange, FileSystem } from '../../src/filesystem/file-system.ts';
import { UfsUri } from '../../src/uri.ts';
import { entriesOf, runCommand, status } from './fake-shell.ts';
import type { Outcome, PartialFileSystem } from './fake-shell.ts';

const ALL = [status('/', { directory: true }), status('/d', { directory: true }), status('/d/a'), status('/d/b'), status('/d/s', { directory: true })];

/** Runs a command and notes each change of attributes. */
async function changing(name: Parameters<typeof runCommand>[0], ...words: string[]): Promise<Outcome & { changes: (readonly [string, AttributeChange])[] }> {
  const changes: (readonly [string, AttributeChange])[] = [];
  const fs: PartialFileSystem = {
    entries: entriesOf(ALL),
    changes: {
      setAttributes(path, change) {
        if (path === '/d/b' && change.mode === 0o111) return Promise.reject(new AlluxioError('PERMISSION_DENIED', `Permission denied: ${path}`));
        changes.push([path, change]);
        return Promise.resolve();
      },
    },
  };
  return { ...(await runCommand(name, words, { fs })), changes };
}

describe('chmod', () => {
  it.each([
    ['755', 0o755, '755'],
    ['0755', 0o755, '755'],
    ['0', 0, '0'],
    ['1777', 0o777, '777'],
    ['u=rwx,g=rx,o=r', 0o754, '754'],
    ['u=rwx,g=rx', 0o750, '750'],
    ['a=rw', 0o666, '666'],
    ['ug=r', 0o440, '440'],
  ])('%s', async (mode, bits, shown) => {
    const { changes, stdout } = await changing('chmod', mode, '/d/a');
    expect(changes).toEqual([['/d/a', { mode: bits, recursive: false }]]);
    expect(stdout).toBe(`Changed permission of /d/a to ${shown}\n`);
  });

  it.each([
    ['999', 'Invalid mode 999 - contains invalid segment 999'],
    ['u+x', 'Invalid mode u+x - contains invalid segment u+x'],
    ['u=rwx,foo', 'Invalid mode u=rwx,foo - contains invalid segment foo'],
    ['f=r', 'Invalid mode f=r - contains invalid segment f=r which has invalid targets f'],
    ['u=Xst', 'Invalid mode u=Xst - contains invalid segment u=Xst which has invalid permissions Xst'],
  ])('refuses %s', async (mode, message) => {
    expect(await changing('chmod', mode, '/d/a')).toMatchObject({ status: 255, stdout: '', stderr: `${message}\n`, changes: [] });
  });

  it('goes on after a failure, and tells it at the end', async () => {
    expect(await changing('chmod', '-R', '111', 'alluxio://localhost:19998/d/*')).toMatchObject({ status: 255 });
    const { stdout, stderr, status: code } = await changing('chmod', '111', '/d/*');
    expect(stdout).toBe('Changed permission of /d/a to 111\nChanged permission of /d/s to 111\n');
    expect([code, stderr]).toEqual([255, 'Permission denied: /d/b\n']);
  });
});

describe('chown and chgrp', () => {
  it.each([
    ['bob', { owner: 'bob', recursive: false }, 'Changed owner of /d/a to bob\n'],
    ['bob:ops-1$', { owner: 'bob', group: 'ops-1$', recursive: false }, 'Changed owner:group of /d/a to bob:ops-1$.\n'],
  ])('%s', async (owner, change, line) => {
    const { changes, stdout } = await changing('chown', owner, '/d/a');
    expect([changes, stdout]).toEqual([[['/d/a', change]], line]);
  });

  it.each([':g', 'u:', 'a:b:c', '-x', ''])('refuses %j', async (owner) => {
    const { status: code, stderr } = await changing('chown', '--', owner, '/d/a');
    expect([code, stderr]).toEqual([255, `Failed to parse ${owner} as user or user:group\n`]);
  });

  it('chgrp', async () => expect((await changing('chgrp', '-R', 'ops', '/d')).stdout).toBe('Changed group of /d to ops\n'));
});

describe('TTL, pin, replication', () => {
  it.each([
    [['/d/a', '1s'], { ttl: { ms: 1000, action: 'DELETE' }, recursive: true }, "TTL of path '/d/a' was successfully set to 1000 milliseconds, with expiry action set to DELETE\n"],
    [['--action', 'Free', '/d/a', '0'], { ttl: { ms: 0, action: 'FREE' }, recursive: true }, "TTL of path '/d/a' was successfully set to 0 milliseconds, with expiry action set to FREE\n"],
  ])('setTtl %j', async (words, change, line) => {
    const { changes, stdout } = await changing('setTtl', ...words);
    expect([changes, stdout]).toEqual([[['/d/a', change]], line]);
  });

  it.each([
    [['/d/a', '2days'], '2days is not valid time\n'],
    [['/d/a', 'x'], 'x is not valid time\n'],
  ])('setTtl refuses %j', async (words, stderr) => expect(await changing('setTtl', ...words)).toMatchObject({ status: 255, stderr }));

  it('setTtl refuses another action, with usage', async () => {
    const { stderr } = await changing('setTtl', '--action', 'burn', '/d/a', '1s');
    expect(stderr).toMatch(/^TTL action should be DELETE OR FREE, not burn\nUsage: setTtl /);
  });

  it('unsetTtl, pin, unpin', async () => {
    expect((await changing('unsetTtl', '/d')).stdout).toBe("TTL of file '/d' was successfully removed.\n");
    expect(await changing('pin', '/d', 'SSD')).toMatchObject({ stdout: "File '/d' was successfully pinned.\n", changes: [['/d', { pinned: true, pinnedMedia: ['SSD'], recursive: true }]] });
    expect((await changing('pin', '/d', 'TAPE')).stderr).toBe('Invalid medium to pin the file. TAPE are invalid. MEM,SSD,HDD are valid medium types\n');
    expect((await changing('unpin', '/d', 'extra')).stdout).toBe("File '/d' was successfully unpinned.\n");
  });

  it('setReplication prints max before min, and an empty line', async () => {
    const { stdout, changes } = await changing('setReplication', '--min', '1', '--max', '-1', '/d');
    expect(stdout).toBe('Changed the replication level of /d\nreplicationMax was set to -1\nreplicationMin was set to 1\n\n');
    expect(changes).toEqual([['/d', { recursive: true, replicationMax: -1, replicationMin: 1 }]]);
  });

  it.each([
    [['/d'], "At least one option of '--max' or '--min' must be specified\n"],
    [['--max', '1', '--min', '2', '/d'], "Invalid values for '--max' and '--min' options\n"],
  ])('setReplication refuses %j', async (words, stderr) => expect(await changing('setReplication', ...words)).toMatchObject({ status: 255, stderr }));
});

describe('rm', () => {
  const removed: unknown[] = [];
  const fs: PartialFileSystem = {
    entries: entriesOf(ALL),
    changes: {
      delete(path, { recursive, alluxioOnly, unchecked }) {
        if (path === '/d/s' && !recursive) return Promise.reject(new AlluxioError('IS_A_DIRECTORY', `${path} is a directory`));
        removed.push([path, recursive, alluxioOnly, unchecked]);
        return Promise.resolve();
      },
    },
  };

  it('goes on after a path that is refused', async () => {
    const outcome = await runCommand('rm', ['/d/*', '/ignored'], { fs });
    expect(outcome).toEqual({
      status: 255,
      stdout: '/d/a has been removed\n/d/b has been removed\n',
      stderr: '/d/s is a directory\n',
    });
  });

  it('passes its flags on', async () => {
    removed.length = 0;
    expect((await runCommand('rm', ['-R', '-U', '--alluxioOnly', '/d'], { fs })).stdout).toBe('/d has been removed from Alluxio space\n');
    expect(removed).toEqual([['/d', true, true, true]]);
  });
});

describe('test', () => {
  const all = [...ALL, status('/d/full', { length: 3 })];
  const fs: PartialFileSystem = { entries: entriesOf(all) };
  it.each([
    ['-d', '/d', 0],
    ['-d', '/d/a', 1],
    ['-e', '/d/a', 0],
    ['-e', '/nope', 3],
    ['-f', '/d/a', 0],
    ['-f', '/d', 1],
    ['-s', '/d', 0],
    ['-s', '/d/s', 1],
    ['-s', '/d/full', 1],
    ['-z', '/d/a', 0],
    ['-z', '/d/full', 1],
    ['-z', '/d', 1],
    ['-de', '/d', 255],
    ['--', '/d', 255],
    ['-e', '/d/*', 3],
  ])('%s %s is %d, without a word', async (flags, path, expected) => {
    expect(await runCommand('test', [flags, path], { fs })).toEqual({ status: expected, stdout: '', stderr: '' });
  });

  it('does not take a storage that does not answer for a missing path', async () => {
    const silent: PartialFileSystem = { entries: { status: () => Promise.reject(new AlluxioError('UNAVAILABLE', 'No answer from oss://b.')) } };
    expect(await runCommand('test', ['-e', '/d'], { fs: silent })).toEqual({ status: 2, stdout: '', stderr: 'No answer from oss://b.\n' });
  });
});

describe('mount', () => {
  const mounted: unknown[] = [];
  const mounts: Partial<FileSystem['mounts']> = {
    mount: (path, uri, options) => (mounted.push([path, uri.toString(), options]), Promise.resolve()),
    list: () =>
      Promise.resolve([
        { id: 1, path: ALL[0]?.path ?? ('/' as never), ufsUri: UfsUri.parse('/opt/ufs'), type: 'local', readOnly: false, shared: false, properties: {}, space: { capacity: 100 * 1024 ** 3, used: 40 * 1024 ** 3 } },
        { id: 2, path: ALL[1]?.path ?? ('/' as never), ufsUri: UfsUri.parse('oss://bucket/data'), type: 'oss', readOnly: true, shared: true, properties: { a: 'b', 'fs.oss.accessKeyId': '******' }, space: undefined },
      ]),
  };

  it('lists in two padded columns', async () => {
    expect((await runCommand('mount', [], { fs: { mounts } })).stdout).toBe(
      [
        '/opt/ufs           on  /   (local, capacity=100.00GB, used=40.00GB(40%), not read-only, not shared, properties={})',
        'oss://bucket/data  on  /d  (oss, capacity=-1B, used=-1B, read-only, shared, properties={a=b, fs.oss.accessKeyId=******})',
        '',
      ].join('\n'),
    );
  });

  it('mounts, with options anywhere', async () => {
    const words = ['/m', '--option', 'k=v=w', 'oss://bucket//x/', '--readonly', '--option', 'e='];
    expect((await runCommand('mount', words, { fs: { mounts } })).stdout).toBe('Mounted oss://bucket/x at /m\n');
    expect(mounted).toEqual([['/m', 'oss://bucket/x', { readOnly: true, shared: false, properties: { k: 'v=w', e: '' } }]]);
  });

  it('refuses an option that is no pair', async () => {
    const { status: code, stderr } = await runCommand('mount', ['--option', 'novalue', '/m', 'oss://b/'], { fs: { mounts } });
    expect([code, stderr.split('\n')[0]]).toEqual([255, 'Option --option takes <key=value>, not "novalue"']);
  });
});
