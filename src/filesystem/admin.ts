/** What operators do with the whole: backups, the log, path defaults, storages. Each asks for the superuser where it changes or reveals something. */
import { AlluxioError } from '../errors.ts';
import { ROOT_ID } from '../journal/journal.ts';
import type { LogRecord } from '../journal/journal.ts';
import type { BlockRecord, IntentRecord } from '../journal/records.ts';
import { requireSuperuser } from '../namespace/permissions.ts';
import { pathOfInode } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { UfsUri } from '../uri.ts';
import type { Shipped } from './backups/ship.ts';
import type { BackupDone, BackupOptions } from './backups/take.ts';
import type { FileSystemContext } from './context.ts';
import type { Fsck } from './fsck/fsck.ts';
import { forgetPathDefaults } from './path-config.ts';
import { transact } from './transact.ts';
import type { UfsMode } from './ufs-mode.ts';
import { storageOf, ufsModeFact } from './ufs-mode.ts';

export type PathDefaults = Readonly<Record<string, string>>;

export interface BlockReport {
  readonly fileId: number;
  /** Undefined when no path leads to the file. */
  readonly path: AlluxioPath | undefined;
  /** Undefined when it is not cached. */
  readonly block: BlockRecord | undefined;
  readonly tier: string | undefined;
}

export interface Admin {
  /** @throws PERMISSION_DENIED, and what the target says; then there is no backup */
  backup(options?: BackupOptions): Promise<BackupDone>;
  /** Removes all but the newest `keep` backups of the configured folder; returns how many. */
  pruneBackups(keep: number): Promise<number>;
  /** Writes what changed since the last call to the backup folder. For one process at a time: the master. */
  shipJournal(signal?: AbortSignal): Promise<Shipped>;
  /** Drops the whole log but its last record; returns how many. */
  checkpoint(): Promise<number>;
  /** Log records from `from` on, without secrets. */
  log(range: { from: number; limit: number }): readonly LogRecord[];
  block(id: number): BlockReport;
  /** Sorted by path. */
  pathDefaults(): ReadonlyMap<string, PathDefaults>;
  /** The properties that a path has from now on; none of them: it has no defaults of its own. */
  setPathDefaults(path: AlluxioPath, properties: PathDefaults): Promise<void>;
  /** For every mount of the storage, which is a scheme and an authority. @throws NOT_FOUND when nothing of it is mounted */
  setUfsMode(uri: UfsUri, mode: UfsMode): Promise<void>;
  summary(): Summary;
  /** What is under way, oldest first: who holds which paths. */
  underWay(): readonly IntentRecord[];
  fsck(): Promise<Fsck>;
}

export interface Summary {
  readonly clusterId: string;
  readonly superuser: string;
  readonly files: number;
  readonly directories: number;
  readonly toBePersisted: number;
  /** Log records, and the newest one's time. */
  readonly logged: number;
  readonly lastChangeMs: number | undefined;
}

const BLOCKS_PER_FILE = 2 ** 24;

export function createAdmin(context: FileSystemContext): Admin {
  const { journal } = context;
  return {
    backup: async (options = {}) => (await import('./backups/take.ts')).takeBackup(context, options),
    pruneBackups: async (keep) => (await import('./backups/take.ts')).pruneBackups(context, keep),
    shipJournal: async (signal = context.signal) => (await import('./backups/ship.ts')).shipJournal({ ...context, signal }),
    checkpoint: async () => {
      ask(context);
      return journal.pruneLog(Number.MAX_SAFE_INTEGER);
    },
    log: (range) => {
      ask(context);
      return journal.log(range);
    },
    block: (id) => blockReport(context, id),
    pathDefaults: () => new Map([...journal.read((view) => view.pathDefaults())].sort(([a], [b]) => (a < b ? -1 : 1))),
    async setPathDefaults(path, properties) {
      await transact(context, (tx) => {
        requireSuperuser(tx, context.subject);
        tx.append({ type: 'path-defaults-set', path, properties });
      });
      forgetPathDefaults(context);
    },
    setUfsMode: (uri, mode) => setUfsMode(context, uri, mode),
    summary: () => summaryOf(context),
    underWay: () => [...journal.read((view) => view.intents())].sort((a, b) => a.startedMs - b.startedMs),
    fsck: async () => (await import('./fsck/index.ts')).createFsck(context),
  };
}

function summaryOf({ journal }: FileSystemContext): Summary {
  const [oldest] = journal.log({ limit: 1 });
  return journal.read((view) => {
    const { files, directories } = view.totals(ROOT_ID);
    const lastSeq = view.lastSeq();
    const [newest] = journal.log({ from: lastSeq, limit: 1 });
    return {
      clusterId: view.fact('clusterId') ?? '',
      superuser: view.fact('superuser') ?? '',
      files,
      directories,
      toBePersisted: view.toBePersisted().length,
      logged: oldest === undefined ? 0 : lastSeq - oldest.seq + 1,
      lastChangeMs: newest?.timeMs,
    };
  });
}

function ask(context: FileSystemContext): void {
  context.journal.read((view) => requireSuperuser(view, context.subject));
}

function blockReport({ journal, blocks }: FileSystemContext, id: number): BlockReport {
  const fileId = Math.floor(id / BLOCKS_PER_FILE);
  return journal.read((view) => {
    const block = view.block(fileId, id % BLOCKS_PER_FILE);
    const directory = blocks.directories.find(({ index }) => index === block?.directory);
    return { fileId, path: view.locate(fileId) === undefined ? undefined : pathOfInode(view, fileId), block, tier: directory?.tier };
  });
}

async function setUfsMode(context: FileSystemContext, uri: UfsUri, mode: UfsMode): Promise<void> {
  const storage = storageOf(uri);
  await transact(context, (tx) => {
    requireSuperuser(tx, context.subject);
    if (!tx.mounts().some(({ ufsUri }) => storageOf(UfsUri.parse(ufsUri)) === storage)) throw new AlluxioError('NOT_FOUND', `Nothing of ${storage} is mounted.`, { hint: 'See what is: alluxio fs mount' });
    tx.append({ type: 'fact-set', name: ufsModeFact(storage), value: mode });
  });
}
