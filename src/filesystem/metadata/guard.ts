/**
 * A look at the under storage takes time, and meanwhile others remove and rename. What was removed since the look began must not come back because an
 * old answer still names it. Every removal and rename of something persisted opens an intent that names its entries, so the log tells.
 */
import { AlluxioError } from '../../errors.ts';
import type { Transaction } from '../../journal/journal.ts';
import type { IntentRecord } from '../../journal/records.ts';
import type { NotPromise } from '../../journal/journal.ts';
import type { FileSystemContext } from '../context.ts';
import { transact } from '../transact.ts';

const PAGE = 1000;

export class RemovalGuard {
  readonly #removed = new Set<string>();
  #seenSeq: number;

  /** Begin it before the look. */
  constructor(private readonly context: FileSystemContext) {
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

  /** Runs a transaction in which `removed` is complete: nothing happened that it has not read. */
  async transact<T>(fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
    for (;;) {
      const upTo = this.#catchUp();
      const outcome = await transact(this.context, (tx): { done: true; value: T; seq: number } | { done: false } => {
        if (tx.lastSeq() !== upTo) return { done: false };
        return { done: true, value: fn(tx), seq: tx.lastSeq() };
      });
      if (!outcome.done) continue;
      this.#seenSeq = outcome.seq;
      return outcome.value;
    }
  }

  #note({ work: { kind }, leases }: IntentRecord): void {
    if (kind !== 'delete' && kind !== 'rename' && kind !== 'purge' && kind !== 'remove' && kind !== 'make') return;
    for (const lease of leases) this.#removed.add(`${lease.parentId}/${lease.name}`);
  }

  #catchUp(): number {
    for (;;) {
      const records = this.context.journal.log({ from: this.#seenSeq + 1, limit: PAGE });
      const last = records[records.length - 1];
      if (last === undefined) return this.#seenSeq;
      // Pruned by "fsadmin journal checkpoint": what was removed in the gap cannot be known.
      if (records[0]?.seq !== this.#seenSeq + 1) throw new AlluxioError('BUSY', 'The log of the journal was pruned while metadata was being loaded.', { hint: 'Run the command again.' });
      for (const { entry } of records) {
        if (entry.type === 'intent-opened') this.#note(entry.intent);
      }
      this.#seenSeq = last.seq;
    }
  }
}
