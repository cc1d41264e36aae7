/** What was removed while the storage was looked at must not come back, and the look comes to its end however busy others are. */
import { expect, it, onTestFinished } from 'vitest';
import { RemovalGuard } from '../../src/filesystem/metadata/guard.ts';
import type { Actor, Journal, NotPromise, Transaction } from '../../src/journal/journal.ts';
import { ACTOR, NOW, makeJournal } from '../journal/support.ts';

it('sees what happens up to its transaction, and is not kept from it by those who are always faster', async () => {
  const { journal, dispose } = await makeJournal('memory');
  onTestFinished(dispose);
  let writes = 0;
  // Somebody else commits between each look at the journal and the transaction that follows.
  const busy: Journal = {
    ...bound(journal),
    async transact<T>(by: Actor, timeMs: number, fn: (tx: Transaction) => T & NotPromise<T>) {
      writes++;
      await journal.transact(ACTOR, NOW, (tx) => {
        const id = tx.allocate();
        const owner = { host: 'h', pid: 1, startedAt: 1, bootId: '', command: 'fs rm' };
        tx.append({ type: 'intent-opened', intent: { id, owner, user: 'alice', startedMs: NOW, leases: [{ parentId: 1, name: `gone${writes}`, scope: 'tree' }], reserved: [], work: { kind: 'remove' } } });
        tx.append({ type: 'intent-closed', id });
      });
      return journal.transact<T>(by, timeMs, fn);
    },
  };
  const guard = new RemovalGuard({ journal: busy, actor: ACTOR, now: () => NOW });
  for (const name of ['gone1', 'gone2']) expect(await guard.transact(() => [guard.removed(1, name), guard.removed(1, 'kept')])).toEqual([true, false]);
  expect(writes).toBe(2);
});

function bound(of: Journal): Journal {
  return {
    read: (fn) => of.read(fn), transact: <T>(by: Actor, timeMs: number, fn: (tx: Transaction) => T & NotPromise<T>) => of.transact<T>(by, timeMs, fn), log: (range) => of.log(range), backup: () => of.backup(), audit: () => of.audit(),
    segment: (from, limit) => of.segment(from, limit), pruneLog: (below) => of.pruneLog(below), close: () => of.close(),
  };
}
