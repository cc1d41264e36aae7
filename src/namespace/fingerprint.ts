/** What the under storage said about an entry, and whether the namespace still agrees. */
import type { InodeRecord } from '../journal/records.ts';

/** Structurally a UfsStatus: the namespace knows no under storage. */
export interface UfsStatusLike {
  readonly kind: 'file' | 'directory';
  readonly size: number;
  readonly modifiedMs: number | undefined;
  readonly contentHash: string;
  readonly crc64: string | undefined;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
}

/** Alluxio's text of `TAG|value` pairs, as `stat` shows it; '' for what was never in the under storage. */
export function fingerprintText(inode: InodeRecord, ufsType: string): string {
  if (inode.persistence !== 'PERSISTED') return '';
  const type = inode.directory ? 'DIRECTORY' : 'FILE';
  const hash = inode.contentHash === '' ? '_' : inode.contentHash;
  return `TYPE|${type} UFS|${ufsType} OWNER|${inode.owner} GROUP|${inode.group} MODE|${inode.mode} CONTENT_HASH|${hash}`;
}

export type Drift = 'same' | 'content' | 'attributes';

/** How a persisted inode differs from what the storage has now. */
export function driftOf(inode: InodeRecord, status: UfsStatusLike, ownership: boolean): Drift {
  if (inode.directory !== (status.kind === 'directory')) return 'content';
  if (!inode.directory && (inode.length !== status.size || inode.contentHash !== status.contentHash)) return 'content';
  const moved = ownership && (inode.owner !== status.owner || inode.group !== status.group || inode.mode !== status.mode);
  return moved ? 'attributes' : 'same';
}
