/** Users and groups of the operating system, without starting a process for what a file says. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { systemCode } from '../errors.ts';

const groupsByUser = new Map<string, readonly string[]>();

/** The configured user, else the system's. */
export function actingUser(configured: string | undefined): string {
  return configured === undefined || configured === '' ? userInfo().username : configured;
}

/** Primary group first. A user whom the system does not know is in no group. */
export function groupsOf(user: string): readonly string[] {
  const known = groupsByUser.get(user);
  if (known !== undefined) return known;
  const groups = fromFiles(user) ?? fromCommand(user);
  groupsByUser.set(user, groups);
  return groups;
}

export const GROUP_MAPPING = 'alluxio.security.group.mapping.class';

/** How groups of users are found: each user's own name as Alluxio's IdentityUserGroupsMapping has it, else the system's groups. */
export function groupMapping(mappingClass: string | undefined): (user: string) => readonly string[] {
  return mappingClass?.endsWith('.IdentityUserGroupsMapping') === true ? (user) => [user] : groupsOf;
}

/** Undefined when the user is not in /etc/passwd: a directory service may know it. */
function fromFiles(user: string): readonly string[] | undefined {
  const account = lines('/etc/passwd').find((fields) => fields[0] === user);
  if (account === undefined) return undefined;
  const groups = lines('/etc/group');
  const primary = groups.find((fields) => fields[2] === account[3])?.[0];
  if (primary === undefined) return undefined;
  const others = groups.filter((fields) => fields[0] !== primary && (fields[3] ?? '').split(',').includes(user)).map((fields) => fields[0] ?? '');
  return [primary, ...others];
}

function fromCommand(user: string): readonly string[] {
  try {
    return execFileSync('id', ['-Gn', '--', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split(/\s+/);
  } catch {
    // Unknown to the system, which is no error: Alluxio's own user names need not exist there.
    return [];
  }
}

function lines(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8').split('\n').map((line) => line.split(':'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
