/** Who may do what: mode bits and ACLs, supergroup, the superuser who formatted the store. Checks and words are those of Alluxio 2.9. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { InodeRecord } from '../journal/records.ts';

/** The acting user. Groups are asked for only when owner and superuser do not decide. */
export interface Subject {
  readonly user: string;
  groups(): readonly string[];
  /** False when `alluxio.security.authorization.permission.enabled` is. */
  readonly enforced: boolean;
  readonly supergroup: string;
}

/** What decides about an inode. */
export type Guarded = Pick<InodeRecord, 'owner' | 'group' | 'mode' | 'acl'>;

export interface Checked {
  /** The inodes that exist of the path, from the root on. */
  readonly chain: readonly Child[];
  readonly path: string;
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
export function requireAccess(view: View, subject: Subject, at: Checked, bits: number): void {
  if (isSuperuser(view, subject)) return;
  at.chain.forEach((child, i) => {
    const wanted = i === at.chain.length - 1 ? bits : EXECUTE;
    if (!permits(subject, child.inode, wanted)) throw denied(subject, { path: at.path, child, bits: wanted });
  });
}

/** Checks write access to the directory in which the path is, or would be; of the path's deepest existing directory when there are several to make. */
export function requireParentAccess(view: View, subject: Subject, at: Checked & { missing: readonly string[] }): void {
  const parents = at.missing.length > 0 ? at.chain : at.chain.slice(0, -1);
  // The root has none.
  if (parents.length === 0) return;
  requireAccess(view, subject, { chain: parents, path: at.path }, WRITE);
}

/** @throws PERMISSION_DENIED unless the user owns the last of the chain or is superuser. */
export function requireOwner(view: View, subject: Subject, at: Checked): void {
  if (isSuperuser(view, subject)) return;
  requireAccess(view, subject, at, 0);
  if (at.chain[at.chain.length - 1]?.inode.owner !== subject.user) throw notOwner(subject, at.path);
}

/** @throws PERMISSION_DENIED unless superuser. */
export function requireSuperuser(view: View, subject: Subject): void {
  if (isSuperuser(view, subject)) return;
  throw new AlluxioError('PERMISSION_DENIED', `Permission denied: ${subject.user} is not a super user or in super group`);
}

/** Whether the inode itself lets the user; whoever asks has seen to superusers and to the way there. */
export function permits(subject: Subject, inode: Guarded, bits: number): boolean {
  return bits === 0 || (bitsFor(subject, inode) & bits) === bits;
}

/** The rwx bits that the user has on an inode. POSIX order: owner, named user, groups (all that match together), other. */
function bitsFor(subject: Subject, inode: Guarded): number {
  const { user } = subject;
  if (inode.owner === user) return (inode.mode >> 6) & 7;
  const extended = inode.acl.some((entry) => entry.subject !== '');
  const mask = extended ? (inode.acl.find((entry) => entry.type === 'mask')?.bits ?? 0) : 7;
  const named = inode.acl.find((entry) => entry.type === 'user' && entry.subject === user);
  if (named !== undefined) return named.bits & mask;
  const groups = subject.groups();
  const granted = inode.acl.filter((entry) => entry.type === 'group' && groups.includes(entry.subject)).map((entry) => entry.bits);
  if (groups.includes(inode.group)) granted.push((inode.mode >> 3) & 7);
  return granted.length > 0 ? granted.reduce((all, bits) => all | bits, 0) & mask : inode.mode & 7;
}

export function denied(subject: Subject, what: { path: string; child: Child; bits: number }): AlluxioError {
  const { owner, group, mode } = what.child.inode;
  const at = what.child.name === '' ? '/' : what.child.name;
  return new AlluxioError(
    'PERMISSION_DENIED',
    `Permission denied: user=${subject.user}, access=${rwx(what.bits)}, path=${what.path}: failed at ${at}, inode owner=${owner}, inode group=${group}, inode mode=${rwx(mode >> 6)}${rwx(mode >> 3)}${rwx(mode)}`,
    { path: what.path },
  );
}

export function notOwner(subject: Subject, path: string): AlluxioError {
  return new AlluxioError('PERMISSION_DENIED', `Permission denied: user=${subject.user} is not the owner of path=${path}`, { path });
}

function rwx(bits: number): string {
  return `${bits & READ ? 'r' : '-'}${bits & WRITE ? 'w' : '-'}${bits & EXECUTE ? 'x' : '-'}`;
}
