/** Who may do what: mode bits and ACLs, supergroup, the superuser who formatted the store. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { AclEntry, InodeRecord } from '../journal/records.ts';

/** The acting user. Groups are asked for only when owner and superuser do not decide. */
export interface Subject {
  readonly user: string;
  groups(): readonly string[];
  /** False when `alluxio.security.authorization.permission.enabled` is. */
  readonly enforced: boolean;
  readonly supergroup: string;
}

export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

export function isSuperuser(view: View, subject: Subject): boolean {
  return !subject.enforced || view.fact('superuser') === subject.user || subject.groups().includes(subject.supergroup);
}

/**
 * Checks execute on every directory above the last of the chain, and `bits` on the last.
 * @throws PERMISSION_DENIED in Alluxio's words
 */
export function requireAccess(view: View, subject: Subject, at: { chain: readonly Child[]; path: string }, bits: number): void {
  if (isSuperuser(view, subject)) return;
  at.chain.forEach((child, i) => {
    const last = i === at.chain.length - 1;
    const wanted = last ? bits : EXECUTE;
    if (wanted === 0 || (bitsFor(subject, child.inode) & wanted) === wanted) return;
    throw denied(subject, { path: at.path, child, bits: wanted });
  });
}

/** @throws PERMISSION_DENIED unless the user owns the inode or is superuser. */
export function requireOwner(view: View, subject: Subject, at: { chain: readonly Child[]; path: string }): void {
  requireAccess(view, subject, at, 0);
  const owned = at.chain[at.chain.length - 1];
  if (owned === undefined || owned.inode.owner === subject.user || isSuperuser(view, subject)) return;
  throw new AlluxioError('PERMISSION_DENIED', `Permission denied: user=${subject.user} is not the owner of path=${at.path}`, { path: at.path });
}

/** @throws PERMISSION_DENIED unless superuser. */
export function requireSuperuser(view: View, subject: Subject): void {
  if (isSuperuser(view, subject)) return;
  throw new AlluxioError('PERMISSION_DENIED', `Permission denied: ${subject.user} is not a super user or in super group`);
}

/** The rwx bits that the user has on an inode. POSIX order: owner, named user, groups (any that grants), other. */
function bitsFor(subject: Subject, inode: InodeRecord): number {
  const { user } = subject;
  if (inode.owner === user) return (inode.mode >> 6) & 7;
  const named = inode.acl.find((entry) => entry.type === 'user' && entry.subject === user);
  if (named !== undefined) return named.bits & maskOf(inode);
  const groups = subject.groups();
  const granted: number[] = [];
  if (groups.includes(inode.group)) granted.push(owningGroupBits(inode) & maskOf(inode));
  for (const entry of inode.acl) {
    if (entry.type === 'group' && entry.subject !== '' && groups.includes(entry.subject)) granted.push(entry.bits & maskOf(inode));
  }
  return granted.length > 0 ? granted.reduce((all, bits) => all | bits, 0) : inode.mode & 7;
}

function maskOf(inode: InodeRecord): number {
  return find(inode.acl, 'mask')?.bits ?? 7;
}

/** With an extended ACL the mode's group triplet stands for the mask; the group's own bits are an entry. */
function owningGroupBits(inode: InodeRecord): number {
  return inode.acl.find((entry) => entry.type === 'group' && entry.subject === '')?.bits ?? (inode.mode >> 3) & 7;
}

function find(acl: readonly AclEntry[], type: AclEntry['type']): AclEntry | undefined {
  return acl.find((entry) => entry.type === type);
}

function denied(subject: Subject, what: { path: string; child: Child; bits: number }): AlluxioError {
  const { owner, group, mode } = what.child.inode;
  const at = what.child.name === '' ? '/' : what.child.name;
  return new AlluxioError(
    'PERMISSION_DENIED',
    `Permission denied: user=${subject.user}, access=${rwx(what.bits)}, path=${what.path}: failed at ${at}, inode owner=${owner}, inode group=${group}, inode mode=${rwx(mode >> 6)}${rwx(mode >> 3)}${rwx(mode)}`,
    { path: what.path },
  );
}

function rwx(bits: number): string {
  return `${bits & READ ? 'r' : '-'}${bits & WRITE ? 'w' : '-'}${bits & EXECUTE ? 'x' : '-'}`;
}
