/**
 * Shipping the journal: a backup, and after it what has changed since, segment by segment, so that a lost disk costs no more than the time since the last one.
 *
 *   <backup directory>/journal/alluxio-backup-<date>-<ms>.gz               where it begins
 *   <backup directory>/journal/alluxio-backup-<date>-<ms>.log/<first>.gz   log records from `first` on
 *
 * How far it has come is kept beside the journal. A store that was formatted or restored, or whose log was pruned too far, begins with a new backup; so does one
 * whose backup is a day old, because replaying takes time. Of these, the newest two stay.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../../errors.ts';
import { currentStore } from '../../journal/store-files.ts';
import type { Ufs } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';
import { gzipped } from './gzip.ts';
import { CHAINS, backupName, backupTime, segmentName, segmentsOf } from './places.ts';
import { folderOf, openAt, writeBackup } from './take.ts';

/** Records in one segment: a few MB. */
const SEGMENT_RECORDS = 10_000;
const NEW_BACKUP_MS = 24 * 60 * 60_000;
const CHAINS_KEPT = 2;
const STATE = 'shipping.json';

export interface Shipped {
  /** Log records that were written now. */
  readonly records: number;
  /** True when a backup was. */
  readonly backup: boolean;
}

interface State {
  /** Of which store and folder this tells. */
  readonly store: string;
  readonly folder: string;
  readonly backup: string;
  readonly nextSeq: number;
}

/** Ships what is new. One process does this at a time: the master. What fails is shipped by the next call. @throws what the storage says */
export async function shipJournal(context: FileSystemContext): Promise<Shipped> {
  const folder = folderOf(context);
  const ufs = await openAt(context, folder.child(CHAINS));
  const store = basename(currentStore(context.config.get('alluxio.master.journal.folder')));
  const known = await readState(context);
  let state = known?.store === store && known.folder === folder.toString() ? known : undefined;
  let records = 0;
  for (;;) {
    const segment = state === undefined ? 'pruned' : await context.journal.segment(state.nextSeq, SEGMENT_RECORDS);
    if (segment === undefined) return { records, backup: false };
    if (state === undefined || segment === 'pruned' || context.now() - (backupTime(state.backup) ?? 0) > NEW_BACKUP_MS) {
      await beginAnew(context, ufs, { store, folder: folder.toString() });
      return { records, backup: true };
    }
    context.signal.throwIfAborted();
    // Written twice when the note below could not be: the same records, and perhaps more.
    await ufs.write(`${segmentsOf(state.backup)}/${segmentName(segment.first)}`, gzipped(once(segment.bytes)), { overwrite: true, mode: 0o600, signal: context.signal });
    records += segment.last - segment.first + 1;
    state = { ...state, nextSeq: segment.last + 1 };
    await writeState(context, state);
  }
}

async function beginAnew(context: FileSystemContext, ufs: Ufs, of: { store: string; folder: string }): Promise<void> {
  const backup = backupName(context.now());
  const { lastSeq } = await writeBackup(context, { ufs, key: backup });
  await writeState(context, { ...of, backup, nextSeq: lastSeq + 1 });
  await dropOldChains(context, ufs);
}

/** Each backup goes before its segments: what is left of one that was dropped in part is never taken for whole. */
async function dropOldChains(context: FileSystemContext, ufs: Ufs): Promise<void> {
  const keys: string[] = [];
  for await (const page of ufs.list('', { recursive: true })) for (const { kind, name } of page.entries) if (kind === 'file') keys.push(name);
  const backups = keys.filter((key) => backupTime(key) !== undefined).sort((a, b) => (backupTime(b) ?? 0) - (backupTime(a) ?? 0));
  const old = backups.slice(CHAINS_KEPT);
  const kept = backups.slice(0, CHAINS_KEPT).map((backup) => `${segmentsOf(backup)}/`);
  const segments = keys.filter((key) => /^alluxio-backup-[^/]*\.log\/\d+\.gz$/.test(key) && !kept.some((folder) => key.startsWith(folder)));
  for (const list of [old, segments]) {
    for (const { key, error } of await ufs.deleteFiles(list, context.signal)) context.warn(`Old backup ${key} could not be deleted: ${error.message}`);
  }
  for (const folder of new Set([...old.map(segmentsOf), ...segments.map((key) => key.slice(0, key.indexOf('/')))])) await ufs.removeDirectory(folder);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

function statePath(context: FileSystemContext): string {
  return join(context.config.get('alluxio.master.journal.folder'), STATE);
}

/** One that cannot be understood is as good as none: shipping begins anew. */
async function readState(context: FileSystemContext): Promise<State | undefined> {
  try {
    return parseState(await readFile(statePath(context), 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parseState(text: string): State | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('store' in value && 'folder' in value && 'backup' in value && 'nextSeq' in value)) return undefined;
  const { store, folder, backup, nextSeq } = value;
  if (typeof store !== 'string' || typeof folder !== 'string' || typeof backup !== 'string' || typeof nextSeq !== 'number') return undefined;
  return { store, folder, backup, nextSeq };
}

async function writeState(context: FileSystemContext, state: State): Promise<void> {
  const path = statePath(context);
  await writeFile(`${path}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}
