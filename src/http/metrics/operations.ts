/** What was done to the namespace, by any command: counted from the journal's log, since those who do it are processes that come and go. */
import type { LogRecord } from '../../filesystem/file-system.ts';
import type { InodeRecord } from '../../journal/records.ts';
import { LIMBO_ID } from '../../journal/journal.ts';
import type { WatchedFileSystem } from '../served.ts';

/** Alluxio's names where it has one. */
export const OPERATIONS = {
  'Master.FilesCreated': 'Files created',
  'Master.DirectoriesCreated': 'Directories created',
  'Master.PathsLoaded': 'Files and directories found in an under storage',
  'Master.PathsDeleted': 'Files and directories removed',
  'Master.PathsRenamed': 'Renames',
  'Master.FilesPersisted': 'Files that reached their under storage after they were written',
  'Master.PathsMounted': 'Mounts added',
  'Master.PathsUnmounted': 'Mounts removed',
  'Worker.BlocksAdded': 'Blocks written to the cache',
  'Worker.BytesCached': 'Bytes written to the cache',
  'Worker.BlocksDeleted': 'Blocks removed from the cache: evicted, freed, or with their file',
} as const satisfies Record<string, string>;

export type Operation = keyof typeof OPERATIONS;
export type OperationCounts = Readonly<Record<Operation, number>>;

const STEP = 2_000;
/** Records read in one go; what is more waits for the next one. An import of millions must not keep the server busy. */
const MOST = 100_000;

export class OperationCounter {
  readonly #fs: WatchedFileSystem;
  #counts = noCounts();
  #seq: number;
  #reading: Promise<void> | undefined;

  constructor(fs: WatchedFileSystem) {
    this.#fs = fs;
    this.#seq = fs.watch.lastSeq();
  }

  get counts(): OperationCounts {
    return this.#counts;
  }

  /** Begins anew. */
  async clear(): Promise<void> {
    await this.catchUp();
    this.#counts = noCounts();
  }

  /** Reads what was logged since the last time. */
  catchUp(): Promise<void> {
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  async #read(): Promise<void> {
    for (let read = 0; read < MOST; ) {
      const records = this.#fs.watch.log({ from: this.#seq + 1, limit: STEP });
      for (const record of records) this.#count(record);
      this.#seq = records[records.length - 1]?.seq ?? this.#seq;
      read += records.length;
      if (records.length < STEP) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #count({ entry }: LogRecord): void {
    switch (entry.type) {
      case 'inode-created':
        if (wasFound(entry.inode)) this.#add('Master.PathsLoaded');
        else this.#add(entry.inode.directory ? 'Master.DirectoriesCreated' : 'Master.FilesCreated');
        return;
      case 'inodes-found':
        return this.#add('Master.PathsLoaded', entry.found.length);
      case 'inode-removed':
        return this.#add('Master.PathsDeleted');
      case 'inode-moved':
        if (entry.toParentId !== LIMBO_ID) this.#add('Master.PathsRenamed');
        return;
      case 'inode-changed':
        if (entry.change.persistence === 'PERSISTED' && entry.change.contentHash !== undefined) this.#add('Master.FilesPersisted');
        return;
      case 'mount-added':
        return this.#add('Master.PathsMounted');
      case 'mount-removed':
        return this.#add('Master.PathsUnmounted');
      case 'block-added':
        this.#add('Worker.BlocksAdded');
        return this.#add('Worker.BytesCached', entry.block.length);
      case 'block-removed':
        return this.#add('Worker.BlocksDeleted');
      default:
        return;
    }
  }

  #add(name: Operation, by = 1): void {
    this.#counts[name] += by;
  }
}

function noCounts(): Record<Operation, number> {
  return Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, 0])) as Record<Operation, number>;
}

/** What was found in a storage was compared with it the moment it appeared here; files have the storage's time then, and directories no other time at all. */
function wasFound({ directory, createdMs, modifiedMs, syncedMs }: Pick<InodeRecord, 'directory' | 'createdMs' | 'modifiedMs' | 'syncedMs'>): boolean {
  return syncedMs === createdMs && (directory || modifiedMs !== createdMs);
}
