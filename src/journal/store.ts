/** The Journal over any KvEngine: views, transactions that share commits, the log. */
import { maskProperties } from '../config/redact.ts';
import { AlluxioError } from '../errors.ts';
import type { Entry } from './entries.ts';
import { GroupCommit } from './group-commit.ts';
import type { Actor, BackupStream, Journal, LogRecord, LogSegment, NotPromise, TableFinding, Transaction, View } from './journal.ts';
import { retiredKey } from './keys.ts';
import type { KvEngine, KvReader } from './kv.ts';
import { dropLog, PRUNE_STEP, type LogLimit } from './session.ts';
import { Tables } from './tables.ts';
import type { MountReading } from './tables.ts';

export interface StoreOptions {
  /** For messages. */
  readonly folder: string;
  /** Log records to keep; all of them when absent. */
  readonly keepLogEntries?: number | undefined;
  readonly mountReading?: MountReading | undefined;
}

export class Store implements Journal {
  readonly #engine: KvEngine;
  readonly #limit: LogLimit | undefined;
  #commits: GroupCommit | undefined;
  readonly #folder: string;
  readonly #mountReading: MountReading | undefined;

  constructor(engine: KvEngine, options: StoreOptions) {
    this.#engine = engine;
    this.#folder = options.folder;
    this.#mountReading = options.mountReading;
    this.#limit = options.keepLogEntries === undefined ? undefined : { keep: Math.max(1, options.keepLogEntries), oldest: 0 };
  }

  read<T>(fn: (view: View) => T & NotPromise<T>): T {
    return this.#readState((kv) => {
      const view = new Tables(kv, this.#mountReading);
      try {
        return fn(view);
      } finally {
        view.end();
      }
    });
  }

  transact<T>(actor: Actor, timeMs: number, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
    this.#commits ??= new GroupCommit(this.#engine, (kv) => this.#requireCurrent(kv), { limit: this.#limit, mountReading: this.#mountReading });
    return this.#commits.add<T>(actor, timeMs, fn);
  }

  log(range: { from?: number; limit?: number } = {}): LogRecord[] {
    return this.rawLog(range).map((record) => ({ ...record, entry: masked(record.entry) }));
  }

  /** The log as it must be replayed: with the credentials of mounts. Not for anybody's eyes. */
  rawLog(range: { from?: number; limit?: number } = {}): LogRecord[] {
    return this.read((view) => view.log({ ...range, from: range.from ?? 0 }));
  }

  // What makes backups is loaded only where one is made.
  async backup(): Promise<BackupStream> {
    const { backupOf } = await import('./backup.ts');
    this.#readState(() => undefined);
    return backupOf(await this.#engine.snapshot());
  }

  async *audit(): AsyncGenerator<readonly TableFinding[]> {
    const { auditOf } = await import('./audit/index.ts');
    this.#readState(() => undefined);
    yield* auditOf(await this.#engine.snapshot());
  }

  async segment(from: number, limit: number): Promise<LogSegment | 'pruned' | undefined> {
    const { segmentOf } = await import('./backup.ts');
    const records = this.rawLog({ from, limit });
    const [first] = records;
    if (first === undefined) return undefined;
    return first.seq === from ? segmentOf(records) : 'pruned';
  }

  async pruneLog(below: number): Promise<number> {
    let total = 0;
    for (;;) {
      const dropped = await this.#engine.write((kv) => dropLog(kv, Math.min(below, new Tables(kv).lastSeq()), PRUNE_STEP).dropped);
      total += dropped;
      if (dropped < PRUNE_STEP) return total;
    }
  }

  async close(): Promise<void> {
    await this.#commits?.idle();
    await this.#engine.close();
  }

  #readState<T>(fn: (kv: KvReader) => T): T {
    return this.#engine.read((kv) => {
      this.#requireCurrent(kv);
      return fn(kv);
    });
  }

  /** Format leaves this mark in the store that it replaces: a process that still has it open would write what nobody reads. */
  #requireCurrent(kv: KvReader): void {
    if (kv.get(retiredKey()) === undefined) return;
    throw new AlluxioError('UNFORMATTED', `Journal ${this.#folder} was formatted again while it was in use.`, { hint: 'Run the command again.' });
  }
}

function masked(entry: Entry): Entry {
  if (entry.type !== 'mount-added' && entry.type !== 'mount-changed') return entry;
  return { ...entry, mount: { ...entry.mount, properties: maskProperties(entry.mount.properties) } };
}
