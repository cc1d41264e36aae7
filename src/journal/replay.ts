/** From a log to a store, and from a store to bytes that can be compared or kept. */
import { Applier } from './apply.ts';
import type { LogRecord } from './journal.ts';
import { TABLE } from './keys.ts';
import { valueIn } from './kv.ts';
import type { KvEngine, KvReader } from './kv.ts';

/** Entries applied in one transaction. */
const BATCH = 1000;

/**
 * Applies a log to a store that is empty, or that stands where the log begins. The records must be the raw ones (Store.rawLog): those of log() have lost
 * the credentials of mounts.
 */
export async function replay(records: Iterable<LogRecord>, engine: KvEngine): Promise<void> {
  let batch: LogRecord[] = [];
  const commit = async () => {
    const entries = batch;
    batch = [];
    await engine.write((kv) => {
      const applier = new Applier(kv);
      for (const { entry } of entries) applier.apply(entry);
      applier.flush();
    });
  };
  for (const record of records) {
    batch.push(record);
    if (batch.length === BATCH) await commit();
  }
  if (batch.length > 0) await commit();
}

/** Every key and value of the state, in key order: all tables but the log and the mark of a replaced store. */
export function dump(kv: KvReader, visit: (key: Buffer, value: Buffer) => void): void {
  for (const [from, to] of [
    [0, TABLE.log],
    [TABLE.log + 1, TABLE.retired],
    [TABLE.retired + 1, 255],
  ] as const) {
    kv.scan({ from: Buffer.of(from), to: Buffer.of(to) }, (entry) => {
      visit(Buffer.from(entry.key.subarray(entry.keyStart, entry.keyEnd)), Buffer.from(valueIn(entry)));
    });
  }
}
