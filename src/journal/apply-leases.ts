/** Who holds which directory entry, kept from the leases of open intents. */
import { decodeHolders, encodeHolders, type LeaseHolder } from './codec.ts';
import { leaseKey } from './keys.ts';
import type { KvWriter } from './kv.ts';
import type { LeaseTarget } from './records.ts';

export class LeaseTable {
  readonly #kv: KvWriter;

  constructor(kv: KvWriter) {
    this.#kv = kv;
  }

  /** Several intents may hold one entry when the caller allows it (an operation inside another one); the order is by intent. */
  replace(intentId: number, before: readonly LeaseTarget[], after: readonly LeaseTarget[]): void {
    for (const target of before) this.#put(target, this.#others(target, intentId));
    for (const target of after) {
      const holders = [...this.#others(target, intentId), { intentId, scope: target.scope }];
      this.#put(target, holders.sort((a, b) => a.intentId - b.intentId));
    }
  }

  #others(target: LeaseTarget, intentId: number): LeaseHolder[] {
    const value = this.#kv.get(leaseKey(target.parentId, target.name));
    return value === undefined ? [] : decodeHolders(value).filter((holder) => holder.intentId !== intentId);
  }

  #put(target: LeaseTarget, holders: readonly LeaseHolder[]): void {
    const key = leaseKey(target.parentId, target.name);
    if (holders.length === 0) this.#kv.delete(key);
    else this.#kv.put(key, encodeHolders(holders));
  }
}
