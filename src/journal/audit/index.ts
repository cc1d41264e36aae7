/**
 * All tables of one state against each other. Memory holds a page of a table, what is wrong, and small tables (mounts, intents, leases); a directory's row in
 * limbo counts as small too.
 */
import { setImmediate } from 'node:timers/promises';
import type { KvSnapshot } from '../kv.ts';
import type { Space } from './blocks.ts';
import { auditBlocks, auditSpace } from './blocks.ts';
import type { TableFinding } from './findings.ts';
import type { InodeTally } from './inodes.ts';
import { auditIndexTables, auditInodes, auditPlaces } from './inodes.ts';
import { auditLeases, auditLimbo, auditRest, intentsOf } from './work.ts';

export type { Repair, TableFinding, TableFindingKind } from './findings.ts';

/** @param snapshot is closed when the audit ends, one way or the other */
export async function* auditOf(snapshot: KvSnapshot): AsyncGenerator<readonly TableFinding[]> {
  try {
    for (const found of findingsOf(snapshot)) {
      yield found;
      // Signals and other work of this process wait otherwise.
      await setImmediate();
    }
  } finally {
    snapshot.close();
  }
}

function* findingsOf(kv: KvSnapshot): Generator<TableFinding[]> {
  const tally: InodeTally = { inodes: 0, greatest: 0, limbo: [], mountIds: new Map() };
  const space: Space = new Map();
  const { intents, found } = intentsOf(kv);
  yield found;
  yield* auditInodes(kv, tally);
  yield* auditPlaces(kv);
  yield* auditIndexTables(kv);
  yield* auditBlocks(kv, space);
  yield* auditSpace(kv, space, intents);
  yield [...auditLeases(kv, intents), ...auditLimbo(tally, intents), ...auditRest(kv, tally, intents)];
}
