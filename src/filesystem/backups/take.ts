/** Taking backups. */
import { requireSuperuser } from '../../namespace/permissions.ts';
import type { Progress } from '../../terminal/progress.ts';
import type { Ufs } from '../../ufs/ufs.ts';
import type { UfsUri } from '../../uri.ts';
import type { FileSystemContext } from '../context.ts';
import { gzipped } from './gzip.ts';
import { backupFolder, backupName, backupTime, openFolder, rootUriOf } from './places.ts';

const DIRECTORY = 'alluxio.master.backup.directory';

export interface BackupOptions {
  /** As typed; default `alluxio.master.backup.directory`. */
  readonly directory?: string | undefined;
  /** A path is one of this machine. */
  readonly local?: boolean;
  readonly progress?: Progress;
}

export interface BackupDone {
  readonly uri: UfsUri;
  readonly entries: number;
  /** Files whose content is only in the cache: in the backup they are lost. */
  readonly unsaved: number;
  readonly lastSeq: number;
}

/** @throws PERMISSION_DENIED, or what the storage says; then there is no file */
export async function takeBackup(context: FileSystemContext, options: BackupOptions): Promise<BackupDone> {
  context.journal.read((view) => requireSuperuser(view, context.subject));
  const folder = folderOf(context, options);
  return writeBackup(context, { ufs: await openAt(context, folder), key: backupName(context.now()), progress: options.progress });
}

/** The folder that is meant when none is named. */
export function folderOf(context: FileSystemContext, options: Pick<BackupOptions, 'directory' | 'local'> = {}): UfsUri {
  const root = rootUriOf(context.journal.read((view) => view.mounts()));
  return backupFolder(options.directory ?? context.config.get(DIRECTORY), root, options.local === true);
}

export function openAt(context: FileSystemContext, folder: UfsUri): Promise<Ufs> {
  return openFolder({ mounts: context.journal.read((view) => view.mounts()), ufs: (mount) => context.ufs(mount) }, folder);
}

export async function writeBackup(context: FileSystemContext, to: { ufs: Ufs; key: string; progress?: Progress | undefined }): Promise<BackupDone> {
  const { lastSeq, counts, bytes } = await context.journal.backup();
  const watched = async function* (): AsyncGenerator<Buffer> {
    let told = 0;
    for await (const chunk of bytes) {
      context.signal.throwIfAborted();
      to.progress?.advance({ files: counts.entries - told, bytes: chunk.length });
      told = counts.entries;
      yield chunk;
    }
  };
  await to.ufs.write(to.key, gzipped(watched()), { overwrite: false, mode: 0o600, signal: context.signal });
  return { uri: to.ufs.uri.child(to.key), entries: counts.entries, unsaved: counts.unsaved, lastSeq };
}

/** Keeps the newest `keep` backups of the configured folder; returns how many went. */
export async function pruneBackups(context: FileSystemContext, keep: number): Promise<number> {
  const ufs = await openAt(context, folderOf(context));
  const names: string[] = [];
  for await (const page of ufs.list('')) for (const { kind, name } of page.entries) if (kind === 'file' && backupTime(name) !== undefined) names.push(name);
  const old = names.sort((a, b) => (backupTime(b) ?? 0) - (backupTime(a) ?? 0)).slice(Math.max(1, keep));
  const failures = await ufs.deleteFiles(old, context.signal);
  for (const { key, error } of failures) context.warn(`Old backup ${key} could not be deleted: ${error.message}`);
  return old.length - failures.length;
}
