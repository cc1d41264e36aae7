/** Finding what a restore reads: one backup and the segments of the journal that follow it. */
import { AlluxioError, hasCode } from '../../errors.ts';
import type { RestoreSource } from '../../journal/restore.ts';
import type { Ufs, UfsEntry } from '../../ufs/ufs.ts';
import type { UfsUri } from '../../uri.ts';
import { gunzipped } from './gzip.ts';
import type { Storages } from './places.ts';
import { CHAINS, backupTime, openFolder, parentFolder, segmentsOf } from './places.ts';

export interface FoundBackup {
  readonly uri: UfsUri;
  readonly backup: RestoreSource;
  readonly segments: readonly RestoreSource[];
}

/**
 * @param uri a backup, or a folder of backups: then the one that reaches furthest
 * @param backupOnly leaves the journal's segments out
 * @throws NOT_FOUND
 */
export async function findBackup(storages: Storages, uri: UfsUri, backupOnly: boolean): Promise<FoundBackup> {
  const { folder, name } = parentFolder(uri);
  const above = await openFolder(storages, folder);
  const status = name === '' ? undefined : await above.status(name);
  if (status?.kind === 'file') return found(above, name, backupOnly ? [] : await entriesOf(above, segmentsOf(name)));
  const ufs = await openFolder(storages, uri);
  const newest = await newestOf(ufs);
  if (newest === undefined) throw new AlluxioError('NOT_FOUND', `There is no metadata backup at ${uri.toString()}.`, { hint: 'List what is there, and name a file alluxio-backup-<date>-<ms>.gz or the folder that holds some.' });
  return found(ufs, newest.key, backupOnly ? [] : newest.segments);
}

function found(ufs: Ufs, key: string, segments: readonly UfsEntry[]): FoundBackup {
  const folder = segmentsOf(key);
  const ordered = segments.filter(({ kind, name }) => kind === 'file' && /^\d+\.gz$/.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { uri: ufs.uri.child(key), backup: sourceOf(ufs, key), segments: ordered.map(({ name }) => sourceOf(ufs, `${folder}/${name}`)) };
}

function sourceOf(ufs: Ufs, key: string): RestoreSource {
  const name = ufs.uri.child(key).toString();
  const read = async function* (): AsyncGenerator<Uint8Array> {
    yield* await ufs.read(key);
  };
  return { name, bytes: gunzipped(read(), name) };
}

interface Candidate {
  readonly key: string;
  readonly segments: readonly UfsEntry[];
  readonly timeMs: number;
}

async function newestOf(ufs: Ufs): Promise<Candidate | undefined> {
  const candidates: Candidate[] = [];
  for (const prefix of ['', `${CHAINS}/`]) {
    for (const { kind, name } of await entriesOf(ufs, prefix.slice(0, -1))) {
      const timeMs = backupTime(name);
      if (kind !== 'file' || timeMs === undefined) continue;
      const key = prefix + name;
      const segments = await entriesOf(ufs, segmentsOf(key));
      candidates.push({ key, segments, timeMs: Math.max(timeMs, ...segments.map(({ modifiedMs }) => modifiedMs ?? 0)) });
    }
  }
  return candidates.sort((a, b) => b.timeMs - a.timeMs)[0];
}

async function entriesOf(ufs: Ufs, key: string): Promise<UfsEntry[]> {
  const entries: UfsEntry[] = [];
  try {
    for await (const page of ufs.list(key)) entries.push(...page.entries);
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  return entries;
}
