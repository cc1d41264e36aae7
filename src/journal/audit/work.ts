/** Open work and what hangs on it: leases, limbo, mounts, syncs, and the number that is given next. */
import { decodeHolders, decodeIntent, decodeMount, decodeSync } from '../codec.ts';
import { ROOT_ID } from '../journal.ts';
import { NAME_OFFSET, TABLE } from '../keys.ts';
import type { KvReader, RawEntry } from '../kv.ts';
import type { IntentRecord } from '../records.ts';
import { FIRST_SEQUENCE, Tables } from '../tables.ts';
import { holdersOf } from './holders.ts';
import type { TableFinding } from './findings.ts';
import type { InodeTally } from './inodes.ts';
import { inodeOf } from './records-at.ts';
import { idOf, pagesOf, readable, valueOf } from './scan.ts';

export function intentsOf(kv: KvReader): { intents: IntentRecord[]; found: TableFinding[] } {
  const intents: IntentRecord[] = [];
  const found: TableFinding[] = [];
  for (const page of pagesOf(kv, TABLE.intent, (entry) => ({ id: idOf(entry), intent: readable(() => decodeIntent(valueOf(entry), idOf(entry))) }))) {
    for (const { id, intent } of page) {
      if (intent === undefined) found.push({ kind: 'unreadable', id: 0, text: `intent ${id} cannot be read`, repairs: [] });
      else intents.push(intent);
    }
  }
  return { intents, found };
}

export function* auditLeases(kv: KvReader, intents: readonly IntentRecord[]): Generator<TableFinding> {
  const wanted = new Map<string, { parentId: number; name: string }>();
  for (const { leases } of intents) for (const { parentId, name } of leases) wanted.set(`${parentId}/${name}`, { parentId, name });
  const leaseOf = (entry: RawEntry) => ({
    parentId: idOf(entry),
    name: entry.key.toString('utf8', entry.keyStart + NAME_OFFSET, entry.keyEnd),
    holders: readable(() => decodeHolders(valueOf(entry))),
  });
  for (const page of pagesOf(kv, TABLE.lease, leaseOf)) {
    for (const { parentId, name, holders } of page) {
      wanted.delete(`${parentId}/${name}`);
      if (JSON.stringify(holders) === JSON.stringify(holdersOf(intents, parentId, name))) continue;
      const held = holders === undefined ? 'cannot be read' : `names ${holders.map(({ intentId }) => intentId).join(', ')}`;
      yield { kind: 'lease', id: 0, text: `the lease on ${JSON.stringify(name)} in directory ${parentId} ${held}, and the open intents say otherwise`, repairs: [{ what: 'lease', parentId, name }] };
    }
  }
  for (const { parentId, name } of wanted.values()) {
    yield { kind: 'lease', id: 0, text: `an open intent holds ${JSON.stringify(name)} in directory ${parentId}, and there is no lease`, repairs: [{ what: 'lease', parentId, name }] };
  }
}

/** Detached trees that nobody purges. */
export function* auditLimbo(tally: InodeTally, intents: readonly IntentRecord[]): Generator<TableFinding> {
  const known = new Set(intents.map(({ work }) => (work.kind === 'evict' ? work.thenPurge : 'inodeId' in work ? work.inodeId : 0)));
  for (const id of tally.limbo) {
    if (!known.has(id)) yield { kind: 'limbo', id, text: 'it was taken out of the namespace, and no open work removes it', repairs: [] };
  }
}

export function* auditRest(kv: KvReader, tally: InodeTally, intents: readonly IntentRecord[]): Generator<TableFinding> {
  yield* auditMounts(kv, tally);
  for (const page of pagesOf(kv, TABLE.sync, (entry) => ({ id: idOf(entry), sync: readable(() => decodeSync(valueOf(entry), idOf(entry))) }))) {
    for (const { id, sync } of page) {
      if (sync === undefined) yield { kind: 'sync', id, text: 'the record that it is to be compared with its storage cannot be read', repairs: [{ what: 'sync', id }] };
      else if (inodeOf(kv, id) === undefined) yield { kind: 'sync', id, text: 'it is to be compared with its storage, and is not there', repairs: [{ what: 'sync', id }] };
    }
  }
  const greatest = Math.max(tally.greatest, ...intents.map(({ id }) => id));
  const next = readable(() => new Tables(kv).sequence()) ?? 0;
  if (next <= greatest && greatest >= FIRST_SEQUENCE) yield { kind: 'sequence', id: 0, text: `the next number is ${next}, and ${greatest} is given already`, repairs: [{ what: 'sequence', next: greatest + 1 }] };
  if (inodeOf(kv, ROOT_ID) === undefined) yield { kind: 'inode-place', id: ROOT_ID, text: 'the root directory is not there', repairs: [] };
}

function* auditMounts(kv: KvReader, tally: InodeTally): Generator<TableFinding> {
  const left = new Map(tally.mountIds);
  for (const page of pagesOf(kv, TABLE.mount, (entry) => ({ id: idOf(entry), mount: readable(() => decodeMount(valueOf(entry), idOf(entry))) }))) {
    for (const { id, mount } of page) {
      if (mount === undefined) yield { kind: 'unreadable', id: 0, text: `mount ${id} cannot be read`, repairs: [] };
      else if (left.get(mount.inodeId) === id) left.delete(mount.inodeId);
      else {
        const there = inodeOf(kv, mount.inodeId)?.directory === true;
        const text = there ? `mount ${id} is here, and the directory does not say so` : `mount ${id} is here, and the directory is not there`;
        yield { kind: 'mount', id: mount.inodeId, text, repairs: [there ? { what: 'mount', id: mount.inodeId } : { what: 'unmount', id: mount.inodeId, mountId: id }] };
      }
    }
  }
  for (const [id, mountId] of left) {
    const text = `the directory says that mount ${mountId} is here, and there is no such mount`;
    // Without the root mount there is nothing to mend with.
    yield { kind: 'mount', id, text, repairs: id === ROOT_ID ? [] : [{ what: 'mount', id }] };
  }
}
