import type { BigIntStats } from 'node:fs';
import type { UfsStatus } from '../ufs.ts';
import type { Accounts } from './accounts.ts';

/** undefined for what is neither a file nor a directory: sockets, pipes, devices. */
export function statusOf(stats: BigIntStats, accounts: Accounts): UfsStatus | undefined {
  if (!stats.isFile() && !stats.isDirectory()) return undefined;
  const directory = stats.isDirectory();
  return {
    kind: directory ? 'directory' : 'file',
    size: directory ? 0 : Number(stats.size),
    modifiedMs: Number(stats.mtimeNs / 1_000_000n),
    contentHash: directory ? '' : contentHashOf(stats),
    crc64: undefined,
    owner: accounts.userName(Number(stats.uid)),
    group: accounts.groupName(Number(stats.gid)),
    mode: Number(stats.mode & 0o777n),
  };
}

/** A file that is written anew is a new inode, and one that is changed in place has a new time. */
export function contentHashOf(stats: BigIntStats): string {
  return `${String(stats.ino)}-${String(stats.size)}-${String(stats.mtimeNs)}`;
}
