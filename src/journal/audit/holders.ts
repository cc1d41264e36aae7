import type { LeaseHolder } from '../codec.ts';
import type { IntentRecord } from '../records.ts';

/** Who holds a directory entry, as the lease table has it: by intent. */
export function holdersOf(intents: readonly IntentRecord[], parentId: number, name: string): LeaseHolder[] {
  return intents
    .flatMap(({ id, leases }) => leases.filter((lease) => lease.parentId === parentId && lease.name === name).map(({ scope }) => ({ intentId: id, scope })))
    .sort((a, b) => a.intentId - b.intentId);
}
