/** One transaction of the store: the callbacks that share it, the entries they append, the log. */
import { AlluxioError } from '../errors.ts';
import { Applier } from './apply.ts';
import type { Entry } from './entries.ts';
import type { Actor, Child, HeldLease, NotPromise, Transaction, UsageRecord } from './journal.ts';
import { TABLE, get48, logKey, tableRange } from './keys.ts';
import type { KvWriter } from './kv.ts';
import { encodeLog } from './log-codec.ts';
import { Remembered } from './remembered.ts';
import type { InodeRecord, MountRecord, TotalsRecord } from './records.ts';
import { Tables } from './tables.ts';
import type { MountReading } from './tables.ts';

/** Log records dropped in one transaction, so that it stays short; more only where as many are added. */
export const PRUNE_STEP = 1000;

export interface LogLimit {
  /** Records to keep. */
  readonly keep: number;
  /** The oldest record, as far as known: saves a look in most transactions. */
  oldest: number;
}

export class WriteSession {
  readonly #kv: KvWriter;
  readonly #applier: Applier;
  readonly #firstSeq: number;
  readonly remembered = new Remembered();
  readonly mountReading: MountReading | undefined;
  #lastSeq: number;

  constructor(kv: KvWriter, mountReading?: MountReading) {
    this.#kv = kv;
    this.mountReading = mountReading;
    this.#applier = new Applier(kv);
    this.#lastSeq = new Tables(kv).lastSeq();
    this.#firstSeq = this.#lastSeq;
  }

  get applier(): Applier {
    return this.#applier;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  nextSeq(): number {
    return ++this.#lastSeq;
  }

  apply(entry: Entry): void {
    this.#applier.apply(entry);
    this.remembered.applied(entry);
  }

  log(seq: number, actor: Actor, timeMs: number, entry: Entry): void {
    // The number was the next one in the state that this transaction has read. Should another have it, that state was an old one.
    this.#kv.putNew(logKey(seq), encodeLog(actor, timeMs, entry));
  }

  begin(actor: Actor, timeMs: number): TransactionView {
    return new TransactionView(this, { kv: this.#kv, actor, timeMs });
  }

  /** Writes what was gathered; after the last callback. */
  finish(limit?: LogLimit): void {
    this.#applier.flush();
    if (limit !== undefined) this.#prune(limit);
  }

  #prune(limit: LogLimit): void {
    const slack = Math.min(PRUNE_STEP, Math.ceil(limit.keep / 10));
    if (this.#lastSeq - limit.oldest < limit.keep + slack) return;
    const step = Math.max(PRUNE_STEP, 2 * (this.#lastSeq - this.#firstSeq));
    limit.oldest = dropLog(this.#kv, this.#lastSeq - limit.keep + 1, step).oldest;
  }
}

/** Drops at most `step` of the oldest log records below `below`. The newest stays: its number is the store's memory of the last one. */
export function dropLog(kv: KvWriter, below: number, step: number): { dropped: number; oldest: number } {
  const seqs: number[] = [];
  const { from } = tableRange(TABLE.log);
  kv.scan({ from, to: logKey(Math.max(0, below)), limit: step }, (entry) => {
    seqs.push(get48(entry.key, entry.keyStart + 1));
  });
  for (const seq of seqs) kv.delete(logKey(seq));
  const last = seqs[seqs.length - 1];
  return { dropped: seqs.length, oldest: last === undefined ? below : last + 1 };
}

export class TransactionView extends Tables implements Transaction {
  #session: WriteSession | undefined;
  readonly #kv: KvWriter;
  readonly #actor: Actor;
  readonly #timeMs: number;
  /** Of whose transaction this is a part. */
  readonly #whole: TransactionView | undefined;
  /** The log position of this callback's one `sequence-moved`, taken at the first allocation. */
  #sequenceSeq = 0;
  #next = 0;
  #wrote = false;
  /** Of somebody's part that failed in the middle, so that all of it has to go. */
  #failure: { readonly error: unknown } | undefined;

  constructor(session: WriteSession, { kv, actor, timeMs, whole }: { kv: KvWriter; actor: Actor; timeMs: number; whole?: TransactionView }) {
    super(kv, session.mountReading);
    this.#session = session;
    this.#kv = kv;
    this.#actor = actor;
    this.#timeMs = timeMs;
    this.#whole = whole;
  }

  /** True when an abort is needed to get rid of what the callback did. */
  get wrote(): boolean {
    return this.#wrote;
  }

  append(entry: Entry): void {
    const session = this.#current();
    this.#wrote = true;
    session.apply(entry);
    session.log(session.nextSeq(), this.#actor, this.#timeMs, entry);
  }

  allocate(): number {
    if (this.#whole !== undefined) return this.#whole.allocate();
    const session = this.#current();
    if (this.#sequenceSeq === 0) {
      this.#wrote = true;
      this.#next = super.sequence();
      this.#sequenceSeq = session.nextSeq();
    }
    return this.#next++;
  }

  as<T>(actor: Actor, fn: (tx: Transaction) => T & NotPromise<T>): T {
    const part = new TransactionView(this.#current(), { kv: this.#kv, actor, timeMs: this.#timeMs, whole: this });
    try {
      return fn(part);
    } catch (error) {
      if (part.wrote) this.#failure = { error };
      throw error;
    } finally {
      this.#wrote ||= part.wrote;
      part.end();
    }
  }

  override sequence(): number {
    if (this.#whole !== undefined) return this.#whole.sequence();
    return this.#sequenceSeq === 0 ? super.sequence() : this.#next;
  }

  override lastSeq(): number {
    return this.#current().lastSeq;
  }

  override child(parentId: number, name: string): InodeRecord | undefined {
    return this.#current().remembered.child(parentId, name, () => super.child(parentId, name));
  }

  override locate(id: number): Child | undefined {
    return this.#current().remembered.place(id, () => super.locate(id));
  }

  override mount(id: number): MountRecord | undefined {
    return this.#current().remembered.mount(id, () => super.mount(id));
  }

  override fact(name: string): string | undefined {
    return this.#current().remembered.fact(name, () => super.fact(name));
  }

  override lease(parentId: number, name: string): HeldLease | undefined {
    return this.#current().remembered.noLeases(() => !super.hasLeases()) ? undefined : super.lease(parentId, name);
  }

  override totals(directoryId: number): TotalsRecord {
    return this.#current().applier.totals(directoryId);
  }

  override usage(directory: number): UsageRecord {
    return this.#current().applier.usage(directory);
  }

  /** The callback has returned: its allocations become one entry. */
  complete(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#sequenceSeq === 0) return;
    const session = this.#current();
    const entry: Entry = { type: 'sequence-moved', next: this.#next };
    session.apply(entry);
    session.log(this.#sequenceSeq, this.#actor, this.#timeMs, entry);
  }

  override end(): void {
    super.end();
    this.#session = undefined;
  }

  #current(): WriteSession {
    if (this.#session === undefined) throw new AlluxioError('INTERNAL', 'A transaction of the journal was used after its callback had ended.');
    return this.#session;
  }
}
