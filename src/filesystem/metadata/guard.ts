/**
 * A look at the under storage takes time, and meanwhile others remove and rename. What was removed since the look began must not come back because an
 * old answer still names it. Every removal and rename of something persisted opens an intent that names its entries, so the log tells.
 */
import { AlluxioError } from '../../errors.ts';
import type { Transaction, View } from '../../journal/journal.ts';
import type { IntentRecord } from '../../journal/records.ts';
import type { NotPromise } from '../../journal/journal.ts';
import type { FileSystemContext } from '../context.ts';
import { transact } from '../transact.ts';

const PAGE = 1000;

export class RemovalGuard {
  readonly #removed = new Set<string>();
  #seenSeq: number;

  /** Begin it before the look. */
  constructor(private readonly context: Pick<FileSystemContext, 'journal' | 'actor' | 'now'>) {
    this.#seenSeq = context.journal.read((view) => {
      // A removal that is under way may have ended, and its lease with it, before the answer is used.
      for (const intent of view.intents()) this.#note(intent);
      return view.lastSeq();
    });
  }

  /** True when anything at all was. */
  get sawRemovals(): boolean {
    return this.#removed.size > 0;
  }

  /** True when the entry was removed or renamed away since the look began. */
  removed(parentId: number, name: string): boolean {
    return this.#removed.has(`${parentId}/${name}`);
  }

  /**
   * Runs a transaction in which `removed` is complete: it reads itself what happened until it began. Whoever tried again until nothing happened meanwhile would never come
   * to it where many are at work.
   */
  async transact<T>(fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
    for (let before = -1; before !== this.#seenSeq; ) {
      before = this.#seenSeq;
      this.#seenSeq = this.context.journal.read((view) => this.#noteSince(view, PAGE));
    }
    const { value, seq } = await transact(this.context, (tx) => {
      this.#noteSince(tx);
      const done: { value: T; seq: number } = { value: fn(tx), seq: tx.lastSeq() };
      return done;
    });
    // Not before it is on disk: what a transaction read that comes to nothing may never have been.
    this.#seenSeq = seq;
    return value;
  }

  #note({ work: { kind }, leases }: IntentRecord): void {
    if (kind !== 'delete' && kind !== 'rename' && kind !== 'purge' && kind !== 'remove' && kind !== 'make') return;
    for (const lease of leases) this.#removed.add(`${lease.parentId}/${lease.name}`);
  }

  /** Returns the newest record that it read, else the newest one known. */
  #noteSince(view: View, limit?: number): number {
    const records = view.log({ from: this.#seenSeq + 1, ...(limit === undefined ? {} : { limit }) });
    const [first] = records;
    // Pruned by "fsadmin journal checkpoint": what was removed in the gap cannot be known.
    if (first !== undefined && first.seq !== this.#seenSeq + 1) throw new AlluxioError('BUSY', 'The log of the journal was pruned while metadata was being loaded.', { hint: 'Run the command again.' });
    for (const { entry } of records) {
      if (entry.type === 'intent-opened') this.#note(entry.intent);
    }
    return records.at(-1)?.seq ?? this.#seenSeq;
  }
}
