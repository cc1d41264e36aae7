/** Where backups lie, and what they are called. */
import { AlluxioError } from '../../errors.ts';
import { ROOT_ID } from '../../journal/journal.ts';
import type { MountRecord } from '../../journal/records.ts';
import type { Ufs } from '../../ufs/ufs.ts';
import { UfsUri, nameOf, parentOf, normalisePath } from '../../uri.ts';

/** Opens storages with the credentials that are configured for them. */
export interface Storages {
  readonly mounts: readonly MountRecord[];
  ufs(mount: MountRecord): Promise<Ufs>;
}

const BACKUP = /^alluxio-backup-\d{4}-\d{2}-\d{2}-(\d+)\.gz$/;
/** Below the folder of backups: those that the shipped journal goes on from, each with its segments beside it. */
export const CHAINS = 'journal';

export function backupName(nowMs: number): string {
  return `alluxio-backup-${new Date(nowMs).toISOString().slice(0, 10)}-${nowMs}.gz`;
}

/** When it was made; undefined for the name of something else. */
export function backupTime(name: string): number | undefined {
  const [, ms] = BACKUP.exec(name) ?? [];
  return ms === undefined ? undefined : Number(ms);
}

/** Where the segments of the journal after this backup are. */
export function segmentsOf(backup: string): string {
  return backup.replace(/\.gz$/, '.log');
}

export function segmentName(first: number): string {
  return `${String(first).padStart(15, '0')}.gz`;
}

/** A directory as typed: a URI of its own, or a path in the storage at `/`, or with `local` one on this machine. */
export function backupFolder(typed: string, root: string, local: boolean): UfsUri {
  if (typed.includes('://')) return UfsUri.parse(typed);
  if (!typed.startsWith('/')) throw new AlluxioError('INVALID_ARGUMENT', `Backup directory "${typed}" is neither an absolute path nor a URI.`);
  const { scheme, authority } = UfsUri.parse(root);
  return UfsUri.parse(local || scheme === 'file' ? typed : `${scheme}://${authority}${normalisePath(typed)}`);
}

/** The storage at a folder: with the options of a mount of the same bucket, the root's first. */
export function openFolder(storages: Storages, folder: UfsUri): Promise<Ufs> {
  const mounts = [...storages.mounts].sort((a, b) => a.id - b.id);
  const like = mounts.find(({ ufsUri }) => isSameStorage(UfsUri.parse(ufsUri), folder));
  const none: MountRecord = { id: 0, inodeId: 0, ufsUri: '', readOnly: false, shared: false, properties: {} };
  return storages.ufs({ ...(like ?? none), inodeId: 0, ufsUri: folder.toString(), readOnly: false });
}

function isSameStorage(a: UfsUri, b: UfsUri): boolean {
  return a.scheme === b.scheme && a.authority === b.authority;
}

export function parentFolder(uri: UfsUri): { readonly folder: UfsUri; readonly name: string } {
  const path = normalisePath(uri.path);
  const above = parentOf(path);
  return { folder: UfsUri.parse(uri.scheme === 'file' ? above : `${uri.scheme}://${uri.authority}${above}`), name: nameOf(path) };
}

export function rootUriOf(mounts: readonly MountRecord[]): string {
  return mounts.find(({ inodeId }) => inodeId === ROOT_ID)?.ufsUri ?? '/';
}
