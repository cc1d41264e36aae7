/** How a path's status is shown: permission string, percentage, and the record of `--json`. */
import type { Config } from '../config/config.ts';
import type { AclEntry, BlockInfo, FileStatus } from './file-system.ts';
import { percentOf } from '../terminal/size.ts';

const TRIPLETS = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const;

export function modeText(mode: number): string {
  return `${TRIPLETS[(mode >> 6) & 7] ?? ''}${TRIPLETS[(mode >> 3) & 7] ?? ''}${TRIPLETS[mode & 7] ?? ''}`;
}

export function bitsText(bits: number): string {
  return TRIPLETS[bits & 7] ?? '';
}

/** `drwxr-xr-x`, with a `+` where an extended or default ACL exists. */
export function permissionText(status: FileStatus): string {
  const extended = status.acl.some(isNamed) || status.defaultAcl.length > 0;
  return `${status.directory ? 'd' : '-'}${modeText(status.mode)}${extended ? '+' : ''}`;
}

/** `user::rwx`, `group:ops:r--`, `mask::r-x` */
export function aclText(entry: AclEntry): string {
  return `${entry.type}:${entry.subject}:${bitsText(entry.bits)}`;
}

/** The three base entries, then the others: named users, named groups, mask. */
export function aclLines(status: FileStatus): string[] {
  const { mode, acl } = status;
  return [`user::${bitsText(mode >> 6)}`, `group::${bitsText(mode >> 3)}`, `other::${bitsText(mode)}`, ...beyondBase(acl).map(aclText)];
}

export function defaultAclLines(status: FileStatus): string[] {
  const { defaultAcl } = status;
  const base = (['user', 'group', 'other'] as const).flatMap((type) => defaultAcl.filter((entry) => entry.type === type && entry.subject === ''));
  return [...base, ...beyondBase(defaultAcl)].map((entry) => `default:${aclText(entry)}`);
}

function isNamed(entry: AclEntry): boolean {
  return entry.subject !== '';
}

/** A mask with nobody to mask is not shown. */
function beyondBase(entries: readonly AclEntry[]): AclEntry[] {
  return entries.some(isNamed) ? ordered(entries.filter((entry) => isNamed(entry) || entry.type === 'mask')) : [];
}

function ordered(entries: readonly AclEntry[]): AclEntry[] {
  const named = (type: 'user' | 'group'): AclEntry[] => entries.filter((entry) => entry.type === type).sort((a, b) => (a.subject < b.subject ? -1 : 1));
  return [...named('user'), ...named('group'), ...entries.filter((entry) => entry.type === 'mask')];
}

/** Bytes in the top storage tier, whatever it is made of: that is what Alluxio calls in memory. */
export function bytesInMemory(blocks: readonly BlockInfo[], config: Config): number {
  const top = config.get('alluxio.worker.tieredstore.level0.alias');
  return blocks.reduce((sum, { tier, length }) => sum + (tier === top ? length : 0), 0);
}

/** A file of no bytes is wholly in Alluxio. */
export function cachedPercent(status: FileStatus): number {
  return percentOf(status.cachedBytes, status.length, 100);
}

export const STATUS_JSON = 'path, name, type, size, childCount, owner, group, mode, permission, persistence, cachedPercent, createdMs, modifiedMs, accessedMs, pinned, ttlMs, ttlAction, mountPoint, ufsPath';

export function statusRecord(status: FileStatus): Record<string, unknown> {
  return {
    path: status.path,
    name: status.name,
    type: status.directory ? 'directory' : 'file',
    size: status.length,
    childCount: status.childCount,
    owner: status.owner,
    group: status.group,
    mode: status.mode,
    permission: permissionText(status),
    persistence: status.persistence,
    cachedPercent: status.directory ? null : cachedPercent(status),
    createdMs: status.createdMs,
    modifiedMs: status.modifiedMs,
    accessedMs: status.accessedMs,
    pinned: status.pinned,
    ttlMs: status.ttlMs,
    ttlAction: status.ttlAction,
    mountPoint: status.mountPoint,
    ufsPath: status.ufsPath,
  };
}
