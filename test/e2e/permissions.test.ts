/** `setfacl`, `getfacl`, and who is let in, typed at the real binary over an OSS bucket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const USER = 'alluxio.security.login.username';

describe('permissions', () => {
  let home: Home;
  let oss: OssProcess;
  const as = (user: string, ...args: string[]): Promise<RunResult> => runAlluxio(home, ['fs', ...args, `-D${USER}=${user}`]);
  const root = async (...args: string[]): Promise<string> => {
    const done = await as('root', ...args);
    expect(`${args.join(' ')}: ${done.status} ${done.stderr}`).toBe(`${args.join(' ')}: 0 `);
    return done.stdout;
  };
  const refused = async (user: string, args: readonly string[], stderr: string): Promise<void> => {
    const done = await as(user, ...args);
    expect({ args, status: done.status, stdout: done.stdout, stderr: done.stderr }).toEqual({ args, status: 255, stdout: '', stderr: `${stderr}\n` });
  };

  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home, { buckets: ['bucket'] });
    await home.configure({
      ...oss.properties,
      'alluxio.master.mount.table.root.ufs': 'oss://bucket/root',
      'alluxio.security.group.mapping.class': 'alluxio.security.group.provider.IdentityUserGroupsMapping',
    });
    await runAlluxio(home, ['format', `-D${USER}=root`]);
    await root('mkdir', '/d/sub');
    await Promise.all([root('touch', '/d/f'), root('touch', '/d/sub/g')]);
  });
  afterAll(async () => {
    await oss.stop();
    await home.remove();
  });

  it('setfacl says nothing, getfacl shows everything, ls a plus', async () => {
    expect(await root('setfacl', '-m', 'user:testuser:rwx,group:ops:r--', '/d/f')).toBe('');
    expect(await root('setfacl', '-d', '-m', 'user:bob:rwx', '/d/s*')).toBe('');
    expect(await root('getfacl', '/d/*')).toBe(
      [
        ...['# file: /d/f', '# owner: root', '# group: root', 'user::rw-', 'group::r--', 'other::r--', 'user:testuser:rwx', 'group:ops:r--', 'mask::rwx'],
        ...['# file: /d/sub', '# owner: root', '# group: root', 'user::rwx', 'group::r-x', 'other::r-x'],
        ...['default:user::rwx', 'default:group::r-x', 'default:other::r-x', 'default:user:bob:rwx', 'default:mask::rwx', ''],
      ].join('\n'),
    );
    expect((await root('ls', '/d')).split('\n').map((line) => line.slice(0, 17))).toEqual(['-rw-r--r--+ root ', 'drwxr-xr-x+ root ', '']);
    expect((await root('getfacl', '--json', '/d/f')).trimEnd()).toBe(
      JSON.stringify({ path: '/d/f', owner: 'root', group: 'root', acl: ['user::rw-', 'group::r--', 'other::r--', 'user:testuser:rwx', 'group:ops:r--', 'mask::rwx'], defaultAcl: [] }),
    );
  });

  it('what is made below a default ACL has it; -x, -b and -k take away, --set replaces', async () => {
    await root('mkdir', '/d/sub/made');
    await root('setfacl', '-x', 'group:ops,user:testuser', '/d/f');
    await root('setfacl', '-k', '/d/sub');
    await root('setfacl', '-R', '--set', 'user::rwx,group::---,other::---,user:ann:r-x', '/d/sub');
    expect(await root('getfacl', '/d/sub/made')).toBe(
      [
        ...['# file: /d/sub/made', '# owner: root', '# group: root', 'user::rwx', 'group::---', 'other::---', 'user:ann:r-x', 'mask::r-x'],
        ...['default:user::rwx', 'default:group::r-x', 'default:other::r-x', 'default:user:bob:rwx', 'default:mask::rwx', ''],
      ].join('\n'),
    );
    await root('setfacl', '-b', '/d/sub/made');
    const lines = (await root('ls', '-R', '/d')).split('\n').map((line) => line.slice(0, 12).trim());
    expect(lines).toEqual(['-rw-r--r--', 'drwx------+', '-rwx------+', 'drwx------+', '']);
    expect(await root('setfacl', '-R', '-b', '/d/sub')).toBe('');
  });

  it('misuse in Alluxio\'s words', async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['/d/f'], 'No actions specified.'],
      [['-d', '/d/f'], 'No actions specified.'],
      [['--set', 'user::rwx', '-m', 'user::rwx', '/d/f'], 'Only 1 action can be specified: set, m'],
      [['-b', '-k', '/d/f'], 'Only 1 action can be specified: b, k'],
      [['-m', 'user:bob', '/d/f'], 'Unexpected acl components: user:bob'],
      [['-m', 'user::', '/d/f'], 'Unexpected acl components: user::'],
      [['-d', '-m', 'bob:rwx', '/d/f'], 'Unexpected acl components: default:bob:rwx'],
      [['-m', '::rwx', '/d/f'], 'ACL entry type is empty: ::rwx'],
      [['-m', 'users::rwx', '/d/f'], 'Unexpected ACL entry type: users::rwx'],
      [['-m', 'mask:m:rwx', '/d/f'], 'Subject for acl mask type must be empty: mask:m:rwx'],
      [['-m', 'other:o:rwx', '/d/f'], 'Subject for acl other type must be empty: other:o:rwx'],
      [['-m', 'user::xyz', '/d/f'], 'Invalid mode string: xyz'],
      [['-m', 'user::rwx,user:bob:7', '/d/f'], 'Invalid mode string: 7'],
      [['-x', 'user:bob:rwx', '/d/f'], 'ACL permissions cannot be specified: user:bob:rwx'],
      [['-x', 'user', '/d/f'], 'ACL entry must have subject: user'],
      [['--set', 'user::rwx,user:bob:rwx', '/d/f'], "Replacing ACL entries must include the base entries for 'user', 'group', and 'other'. missing: OWNING_GROUP, OTHER"],
      [['-m', 'default:user:bob:r--', '/d/f'], 'Can not set default ACL for a file'],
      [['-m', 'user:bob:r--', '/d/missing'], 'Path "/d/missing" does not exist.'],
      [['-m', 'user:bob:r--', '/d/missing*'], '/d/missing* does not exist.'],
    ];
    await Promise.all(cases.map(([args, words]) => refused('root', ['setfacl', ...args], words)));
    const { status, stderr } = await as('root', 'setfacl', '-b');
    expect([status, stderr.split('\n')[0]]).toEqual([255, 'Command setfacl takes 1 arguments, not 0']);
    await refused('root', ['getfacl', '/d/missing'], 'Path "/d/missing" does not exist.');
    await root('setfacl', '-m', 'user:bob:r--', '/d/f');
    await refused('root', ['setfacl', '-x', 'mask', '/d/f'], 'Deleting the mask for an extended ACL is not allowed. entry: mask::');
    await root('setfacl', '-b', '/d/f');
  });

  it('a denied command says who, what and where, and changes nothing', async () => {
    const before = await root('ls', '-R', '/');
    const atD = 'failed at d, inode owner=root, inode group=root, inode mode=rwxr-xr-x';
    const atSub = 'failed at sub, inode owner=root, inode group=root, inode mode=rwx------';
    await Promise.all([
      refused('bob', ['touch', '/d/n'], `Permission denied: user=bob, access=-w-, path=/d/n: ${atD}`),
      refused('bob', ['mkdir', '/d/n'], `Permission denied: user=bob, access=-w-, path=/d/n: ${atD}`),
      refused('bob', ['rm', '/d/f'], `Permission denied: user=bob, access=-w-, path=/d/f: ${atD}`),
      refused('bob', ['rm', '/d/missing'], 'Path "/d/missing" does not exist.'),
      refused('bob', ['rm', '-R', '/d/sub'], `Permission denied: user=bob, access=-w-, path=/d/sub: ${atD}`),
      refused('bob', ['mv', '/d/f', '/d/n'], `Permission denied: user=bob, access=-w-, path=/d/f: ${atD}`),
      refused('bob', ['ls', '/d/sub'], `Permission denied: user=bob, access=r--, path=/d/sub: ${atSub}`),
      refused('bob', ['getfacl', '/d/sub/g'], `Permission denied: user=bob, access=--x, path=/d/sub/g: ${atSub}`),
      refused('bob', ['cat', '/d/sub/g'], `Permission denied: user=bob, access=--x, path=/d/sub/g: ${atSub}`),
      refused('bob', ['pin', '/d'], `Permission denied: user=bob, access=-w-, path=/d: ${atD}`),
      refused('bob', ['chmod', '777', '/d'], 'Permission denied: user=bob is not the owner of path=/d'),
      refused('bob', ['setfacl', '-b', '/d'], 'Permission denied: user=bob is not the owner of path=/d'),
      refused('bob', ['chown', 'bob', '/d'], 'Permission denied: bob is not a super user or in super group'),
      refused('root', ['chown', 'bob:ops', '/d'], 'Could not update owner:group for /d to bob:ops. alluxio.exception.status.FailedPreconditionException: Owner bob does not belong to the group ops'),
    ]);
    expect(await root('ls', '-R', '/')).toBe(before);
  });

  it('chmod leaves the mask; an entry lets in, the mask keeps out', async () => {
    await root('setfacl', '-m', 'user:bob:rwx,mask::r-x', '/d/sub');
    await root('chmod', '700', '/d/sub');
    expect((await as('bob', 'ls', '/d/sub')).status).toBe(0);
    await refused('bob', ['touch', '/d/sub/n'], 'Permission denied: user=bob, access=-w-, path=/d/sub/n: failed at sub, inode owner=root, inode group=root, inode mode=rwx------');
    await root('setfacl', '-m', 'mask::-wx', '/d/sub');
    expect(await as('bob', 'touch', '/d/sub/n')).toMatchObject({ status: 0, stdout: '/d/sub/n has been created\n' });
    await refused('bob', ['ls', '/d/sub'], 'Permission denied: user=bob, access=r--, path=/d/sub: failed at sub, inode owner=root, inode group=root, inode mode=rwx------');
  });
});
