/** What src/journal/journal.ts promises, for any engine. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../src/journal/entries.ts';
import type { ChildRange, Journal, Transaction } from '../../src/journal/journal.ts';
import { LIMBO_ID, ROOT_ID } from '../../src/journal/journal.ts';
import type { BlockRecord, InodeRecord, IntentRecord, MountRecord } from '../../src/journal/records.ts';
import { ACTOR, NOW, directoryOf, inodeOf } from '../journal/support.ts';

export interface JournalUnderTest {
  /** Formatted: a root directory, the root mount with id 1, the facts superuser and clusterId. */
  readonly journal: Journal;
  dispose(): Promise<void>;
}

const OWNER = { host: 'h', pid: 1, startedAt: 2, bootId: 'b', command: 'c' };
const TOTALS = { children: 0, files: 0, directories: 0, bytes: 0, cachedBytes: 0, unloaded: 0 };

export function journalContract(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`journal contract: ${name}`, () => {
    let under: JournalUnderTest;
    let journal: Journal;

    beforeEach(async () => {
      under = await make();
      journal = under.journal;
    });
    afterEach(() => under.dispose());

    const append = (...entries: Entry[]) => journal.transact(ACTOR, NOW, (tx) => entries.forEach((entry) => tx.append(entry)));
    const created = (parentId: number, childName: string, inode: InodeRecord): Entry => ({ type: 'inode-created', parentId, name: childName, inode });
    const names = (parentId: number, range?: ChildRange) => journal.read((view) => view.children(parentId, range).map((child) => child.name));
    const totals = (id: number) => journal.read((view) => view.totals(id));

    describe('namespace', () => {
      it('starts with a root and nothing else', () => {
        expect(journal.read((view) => view.locate(ROOT_ID))).toMatchObject({ parentId: 0, name: '', inode: { id: ROOT_ID, directory: true, owner: 'root' } });
        expect(names(ROOT_ID)).toEqual([]);
        expect(totals(ROOT_ID)).toEqual(TOTALS);
        expect(journal.read((view) => [view.locate(77), view.child(ROOT_ID, 'x'), view.lease(ROOT_ID, 'x'), view.block(77, 0), view.fact('x'), view.intent(77)])).toEqual(Array(6).fill(undefined));
      });

      it('takes what a listing found in one record, and all of it or nothing', async () => {
        const found = [{ name: 'f', inode: inodeOf(20, { length: 3, contentHash: 'etag' }) }, { name: '目录', inode: directoryOf(21) }];
        await append({ type: 'inodes-found', parentId: ROOT_ID, found });
        expect(names(ROOT_ID)).toEqual(['f', '目录']);
        expect(totals(ROOT_ID)).toMatchObject({ children: 2, files: 1, directories: 1, bytes: 3 });
        expect(journal.read((view) => [view.locate(20)?.name, view.child(ROOT_ID, 'f')?.contentHash, view.locate(21)?.parentId])).toEqual(['f', 'etag', ROOT_ID]);
        expect(journal.log().at(-1)?.entry).toEqual({ type: 'inodes-found', parentId: ROOT_ID, found });
        const again = [{ name: 'new', inode: inodeOf(22) }, { name: 'f', inode: inodeOf(23) }];
        await expect(append({ type: 'inodes-found', parentId: ROOT_ID, found: again })).rejects.toThrow(/has an entry "f" already/);
        expect(names(ROOT_ID)).toEqual(['f', '目录']);
      });

      it('gives back every attribute as it was put in', async () => {
        const full = inodeOf(20, {
          length: 2 ** 52,
          blockSize: 1_000_003,
          createdMs: -5,
          modifiedMs: NOW,
          accessedMs: 3,
          owner: '李',
          group: 'g'.repeat(300),
          mode: 0o1777,
          persistence: 'LOST',
          pinned: true,
          pinnedMedia: ['MEM', 'SSD'],
          ttlMs: 86_400_000,
          ttlAction: 'FREE',
          replicationMin: 2,
          replicationMax: 5,
          acl: [{ type: 'user', subject: 'bob', bits: 5 }, { type: 'mask', subject: '', bits: 7 }],
          defaultAcl: [{ type: 'group', subject: 'ops', bits: 3 }],
          contentHash: 'some-etag-12',
          crc64: '18446744073709551615',
          childrenLoaded: true,
          syncedMs: NOW + 1,
          mountId: 9,
        });
        const others = [
          inodeOf(21, { contentHash: 'D41D8CD98F00B204E9800998ECF8427E', crc64: '0', blockSize: 64 }),
          inodeOf(22, { contentHash: 'd41d8cd98f00b204e9800998ecf8427e', length: 1, owner: '', group: '' }),
          inodeOf(23, { contentHash: 'D41d8cd98f00b204e9800998ecf8427e', replicationMax: 3, syncedMs: 1 }),
          directoryOf(24, { childrenLoaded: false, persistence: 'NOT_PERSISTED' }),
        ];
        const all = [full, ...others];
        await append(...all.map((inode) => created(ROOT_ID, `f${inode.id}`, inode)));
        for (const inode of all) {
          expect(journal.read((view) => view.child(ROOT_ID, `f${inode.id}`))).toEqual(inode);
          expect(journal.read((view) => view.locate(inode.id))).toEqual({ parentId: ROOT_ID, name: `f${inode.id}`, inode });
        }
        expect(journal.read((view) => view.children(ROOT_ID).map((child) => child.inode))).toEqual(all);
        expect(journal.log({ from: 5 }).map((record) => record.entry)).toEqual(all.map((inode) => created(ROOT_ID, `f${inode.id}`, inode)));
      });

      it('lists in the order of UTF-8 bytes, in pages', async () => {
        const sorted = ['', '\0', '\n', ' ', '%2F', 'A', 'a', 'a\0', 'a b', 'aa', 'b', 'é', '中文', '\uFFFD', '😀'];
        const shuffled = [...sorted].sort((a, b) => (a.length * 7 + b.length * 3) % 5 - 2);
        await append(...shuffled.map((childName, i) => created(ROOT_ID, childName, inodeOf(20 + i))), created(ROOT_ID, 'd', directoryOf(80)), created(80, 'inner', inodeOf(81)));
        const withDirectory = [...sorted.slice(0, 11), 'd', ...sorted.slice(11)];
        expect(names(ROOT_ID)).toEqual(withDirectory);
        expect(names(80)).toEqual(['inner']);
        const paged: string[] = [];
        for (let page = names(ROOT_ID, { limit: 4 }); page.length > 0; page = names(ROOT_ID, { limit: 4, after: paged[paged.length - 1] ?? '' })) paged.push(...page);
        expect(paged).toEqual(withDirectory);
        expect(names(ROOT_ID, { after: 'aaa', limit: 1 })).toEqual(['b']);
        const all = names(ROOT_ID);
        expect(names(ROOT_ID, { reverse: true })).toEqual([...all].reverse());
        expect(names(ROOT_ID, { before: 'b', reverse: true, limit: 2 })).toEqual(all.filter((name) => Buffer.from(name).compare(Buffer.from('b')) < 0).slice(-2).reverse());
        for (let skip = 0; skip <= all.length + 1; skip++) {
          expect(names(ROOT_ID, { skip, limit: 3 })).toEqual(all.slice(skip, skip + 3));
          expect(names(ROOT_ID, { skip, reverse: true, limit: 3 })).toEqual([...all].reverse().slice(skip, skip + 3));
        }
        expect(names(ROOT_ID, { limit: 0 })).toEqual([]);
        expect(names(ROOT_ID, { limit: 0 })).toEqual([]);
      });

      it('takes names of up to 1,900 bytes and refuses longer ones and halves of surrogate pairs', async () => {
        const longest = '中'.repeat(633) + 'x';
        await append(created(ROOT_ID, longest, inodeOf(20)));
        expect(names(ROOT_ID)).toEqual([longest]);
        await expect(append(created(ROOT_ID, `${longest}x`, inodeOf(21)))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        await expect(append(created(ROOT_ID, 'a\uD800b', inodeOf(21)))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        expect(() => journal.read((view) => view.child(ROOT_ID, '\uDC00'))).toThrow(/half of a surrogate pair/);
      });

      it('changes what a change names, and nothing else', async () => {
        await append(created(ROOT_ID, 'f', inodeOf(20, { length: 10, acl: [{ type: 'other', subject: '', bits: 1 }] })));
        await append({ type: 'inode-changed', id: 20, change: { mode: 0o600, owner: 'bob', modifiedMs: NOW + 9.7 } });
        expect(journal.read((view) => view.child(ROOT_ID, 'f'))).toEqual(
          inodeOf(20, { length: 10, acl: [{ type: 'other', subject: '', bits: 1 }], mode: 0o600, owner: 'bob', modifiedMs: NOW + 9 }),
        );
      });

      it('moves a tree by its one entry', async () => {
        await append(created(ROOT_ID, 'a', directoryOf(20)), created(20, 'b', directoryOf(21)), created(21, 'f', inodeOf(22, { length: 5 })), created(ROOT_ID, 'z', directoryOf(23)));
        await append({ type: 'inode-moved', id: 21, toParentId: 23, toName: 'B' });
        expect(names(20)).toEqual([]);
        expect(journal.read((view) => view.locate(22))).toMatchObject({ parentId: 21, name: 'f' });
        expect(journal.read((view) => view.locate(21))).toMatchObject({ parentId: 23, name: 'B' });
        expect(totals(20)).toEqual(TOTALS);
        expect(totals(23)).toEqual({ ...TOTALS, children: 1, files: 1, directories: 1, bytes: 5 });
        expect(totals(ROOT_ID)).toEqual({ ...TOTALS, children: 2, files: 1, directories: 3, bytes: 5 });
      });

      it.each<[string, (tx: Transaction) => void]>([
        ['a taken name', (tx) => tx.append(created(ROOT_ID, 'a', inodeOf(30)))],
        ['a taken id', (tx) => tx.append(created(ROOT_ID, 'n', inodeOf(20)))],
        ['a parent that is a file', (tx) => tx.append(created(22, 'n', inodeOf(30)))],
        ['a parent that is not there', (tx) => tx.append(created(99, 'n', inodeOf(30)))],
        ['a second root', (tx) => tx.append(created(0, 'n', inodeOf(30)))],
        ['a move onto an entry', (tx) => tx.append({ type: 'inode-moved', id: 21, toParentId: ROOT_ID, toName: 'a' })],
        ['a move into itself', (tx) => tx.append({ type: 'inode-moved', id: 20, toParentId: 21, toName: 'x' })],
        ['a move of the root', (tx) => tx.append({ type: 'inode-moved', id: ROOT_ID, toParentId: 21, toName: 'x' })],
        ['removing what is not empty', (tx) => tx.append({ type: 'inode-removed', id: 20 })],
        ['removing what is not there', (tx) => tx.append({ type: 'inode-removed', id: 99 })],
        ['changing what is not there', (tx) => tx.append({ type: 'inode-changed', id: 99, change: {} })],
        ['a block of a directory', (tx) => tx.append({ type: 'block-added', block: { fileId: 20, index: 0, length: 1, directory: 0, checksums: [0], usedMs: 0 } })],
        ['removing a block that is not there', (tx) => tx.append({ type: 'block-removed', fileId: 22, index: 0 })],
        ['releasing more than was reserved', (tx) => tx.append({ type: 'space-released', directory: 0, bytes: 1 })],
        ['a mount twice', (tx) => tx.append({ type: 'mount-added', mount: { id: 1, inodeId: 1, ufsUri: '/', readOnly: false, shared: false, properties: {} } })],
        ['closing an intent that is not open', (tx) => tx.append({ type: 'intent-closed', id: 99 })],
        ['a sequence going back', (tx) => tx.append({ type: 'sequence-moved', next: 3 })],
      ])('refuses %s as a mistake of the caller, and keeps nothing', async (_what, fn) => {
        await append(created(ROOT_ID, 'a', directoryOf(20)), created(20, 'b', directoryOf(21)), created(20, 'f', inodeOf(22)));
        const before = journal.log().length;
        await expect(
          journal.transact(ACTOR, NOW, (tx) => {
            tx.append(created(ROOT_ID, 'first', inodeOf(40)));
            fn(tx);
          }),
        ).rejects.toMatchObject({ code: 'INTERNAL' });
        expect(names(ROOT_ID)).toEqual(['a']);
        expect(journal.log().length).toBe(before);
      });
    });

    describe('totals', () => {
      it('count everything below, at once in the same transaction', async () => {
        await journal.transact(ACTOR, NOW, (tx) => {
          tx.append(created(ROOT_ID, 'a', directoryOf(20, { childrenLoaded: false })));
          tx.append(created(20, 'b', directoryOf(21)));
          tx.append(created(21, 'f', inodeOf(22, { length: 7 })));
          expect(tx.totals(ROOT_ID)).toEqual({ ...TOTALS, children: 1, files: 1, directories: 2, bytes: 7, unloaded: 1 });
          tx.append({ type: 'inode-changed', id: 22, change: { length: 9 } });
          tx.append({ type: 'inode-changed', id: 20, change: { childrenLoaded: true } });
          tx.append({ type: 'inode-changed', id: 21, change: { childrenLoaded: false } });
          expect(tx.totals(20)).toEqual({ ...TOTALS, children: 1, files: 1, directories: 1, bytes: 9, unloaded: 1 });
        });
        expect(totals(ROOT_ID)).toEqual({ ...TOTALS, children: 1, files: 1, directories: 2, bytes: 9, unloaded: 1 });
        await append({ type: 'inode-removed', id: 22 }, { type: 'inode-removed', id: 21 }, { type: 'inode-removed', id: 20 });
        expect(totals(ROOT_ID)).toEqual(TOTALS);
      });

      it('leave out what hangs in limbo, and keep its own for the way back', async () => {
        await append(created(ROOT_ID, 'a', directoryOf(20)), created(20, 'f', inodeOf(21, { length: 4 })));
        await append({ type: 'inode-moved', id: 20, toParentId: LIMBO_ID, toName: '20' });
        expect(totals(ROOT_ID)).toEqual(TOTALS);
        expect(totals(LIMBO_ID)).toEqual(TOTALS);
        expect(names(LIMBO_ID)).toEqual(['20']);
        await append(created(20, 'g', inodeOf(22, { length: 1 })), { type: 'inode-moved', id: 20, toParentId: ROOT_ID, toName: 'back' });
        expect(totals(ROOT_ID)).toEqual({ ...TOTALS, children: 1, files: 2, directories: 1, bytes: 5 });
        await append({ type: 'inode-moved', id: 20, toParentId: LIMBO_ID, toName: '20' });
        await append({ type: 'inode-removed', id: 21 }, { type: 'inode-removed', id: 22 }, { type: 'inode-removed', id: 20 });
        expect(names(LIMBO_ID)).toEqual([]);
        expect(totals(ROOT_ID)).toEqual(TOTALS);
      });
    });

    describe('cache', () => {
      const block = (fileId: number, index: number, fields: Partial<BlockRecord> = {}): BlockRecord => ({ fileId, index, length: 10, directory: 0, checksums: [0xffff_fffe, 7], usedMs: NOW, ...fields });

      beforeEach(() => append(created(ROOT_ID, 'd', directoryOf(19)), created(19, 'f', inodeOf(20, { length: 30 })), created(19, 'g', inodeOf(21, { length: 10 }))));

      it('counts blocks in the file, in the directories above and in the cache directory', async () => {
        await append({ type: 'space-reserved', directory: 0, bytes: 25 }, { type: 'block-added', block: block(20, 0) }, { type: 'block-added', block: block(20, 1, { directory: 2 }) });
        await append({ type: 'space-released', directory: 0, bytes: 20 });
        expect(journal.read((view) => view.usage(0))).toEqual({ used: 10, reserved: 5 });
        expect(journal.read((view) => view.usage(2))).toEqual({ used: 10, reserved: 0 });
        expect(journal.read((view) => view.child(19, 'f'))?.cachedBytes).toBe(20);
        expect(totals(ROOT_ID).cachedBytes).toBe(20);
        expect(journal.read((view) => view.blocks(20))).toEqual([block(20, 0), block(20, 1, { directory: 2 })]);
        expect(journal.read((view) => view.block(20, 1))).toEqual(block(20, 1, { directory: 2 }));
      });

      it('replaces a block by a newer record of it', async () => {
        await append({ type: 'block-added', block: block(20, 0) });
        await append({ type: 'block-added', block: block(20, 0, { length: 12, directory: 1, usedMs: NOW + 1.5 }) });
        expect(journal.read((view) => [view.usage(0), view.usage(1)])).toEqual([{ used: 0, reserved: 0 }, { used: 12, reserved: 0 }]);
        expect(journal.read((view) => view.blocksByUse(0, { limit: 9 }))).toEqual([]);
        expect(journal.read((view) => view.blocksByUse(1, { limit: 9 }))).toEqual([block(20, 0, { length: 12, directory: 1, usedMs: NOW + 1 })]);
        expect(totals(19).cachedBytes).toBe(12);
      });

      it('gives blocks in the order of their use, in pages', async () => {
        await append({ type: 'block-added', block: block(20, 0, { usedMs: 5 }) }, { type: 'block-added', block: block(20, 1, { usedMs: 3 }) });
        await append({ type: 'block-added', block: block(21, 0, { usedMs: 4 }) }, { type: 'block-added', block: block(20, 2, { usedMs: 1, directory: 1 }) });
        await append({ type: 'block-used', fileId: 20, index: 1, usedMs: 9 });
        const page = journal.read((view) => view.blocksByUse(0, { limit: 2 }));
        expect(page.map((each) => [each.fileId, each.index])).toEqual([[21, 0], [20, 0]]);
        const rest = journal.read((view) => view.blocksByUse(0, { limit: 2, after: page[1] ?? block(0, 0) }));
        expect(rest).toEqual([block(20, 1, { usedMs: 9 })]);
      });

      it('drops the blocks of a removed file', async () => {
        await append({ type: 'block-added', block: block(20, 0) }, { type: 'block-added', block: block(20, 7) }, { type: 'block-added', block: block(21, 0) });
        await append({ type: 'block-removed', fileId: 21, index: 0 }, { type: 'inode-removed', id: 20 });
        expect(journal.read((view) => [view.blocks(20), view.blocks(21), view.blocksByUse(0, { limit: 9 })])).toEqual([[], [], []]);
        expect(journal.read((view) => view.usage(0))).toEqual({ used: 0, reserved: 0 });
        expect(totals(ROOT_ID)).toMatchObject({ files: 1, bytes: 10, cachedBytes: 0 });
      });
    });

    describe('indexes', () => {
      it('know what expires when', async () => {
        await append(
          created(ROOT_ID, 'late', inodeOf(20, { ttlMs: 1000 })),
          created(ROOT_ID, 'soon', inodeOf(21, { ttlMs: 10 })),
          created(ROOT_ID, 'never', inodeOf(22)),
          created(ROOT_ID, 'dir', directoryOf(23, { ttlMs: 500 })),
          created(ROOT_ID, 'endless', inodeOf(24, { ttlMs: Number.MAX_SAFE_INTEGER })),
        );
        expect(journal.read((view) => [view.expired(NOW + 9, 9), view.expired(NOW + 10, 9), view.expired(NOW + 5000, 2), view.expired(-1, 9)])).toEqual([[], [21], [21, 23], []]);
        await append({ type: 'inode-changed', id: 21, change: { ttlMs: -1 } }, { type: 'inode-changed', id: 22, change: { ttlMs: 0 } }, { type: 'inode-removed', id: 23 });
        expect(journal.read((view) => view.expired(NOW + 5000, 9))).toEqual([22, 20]);
      });

      it('know which files wait to be persisted', async () => {
        await append(
          ...[20, 21, 22].map((id) => created(ROOT_ID, `f${id}`, inodeOf(id, { persistence: 'TO_BE_PERSISTED' }))),
          created(ROOT_ID, 'd', directoryOf(23, { persistence: 'TO_BE_PERSISTED' })),
        );
        expect(journal.read((view) => [view.toBePersisted(), view.toBePersisted({ after: 20, limit: 1 })])).toEqual([[20, 21, 22], [21]]);
        await append({ type: 'inode-changed', id: 20, change: { persistence: 'PERSISTED' } }, { type: 'inode-removed', id: 22 });
        expect(journal.read((view) => view.toBePersisted())).toEqual([21]);
      });
    });

    describe('sync records', () => {
      it('hang at an inode, are replaced, cleared, and gone with it', async () => {
        const sync = (id: number, neededMs: number) => ({ type: 'sync-set', sync: { id, automatic: true, neededMs, initial: 'DONE', owner: { host: 'h', pid: 1, startedAt: 2, bootId: 'b', command: 'c' } } }) as const;
        await append(created(ROOT_ID, 'a', directoryOf(20)), created(ROOT_ID, 'b', inodeOf(21)), sync(20, 1), sync(21, 2), sync(20, 3), sync(ROOT_ID, 4));
        const known = () => journal.read((view) => view.syncs().map(({ id, neededMs }) => [id, neededMs]));
        expect(known()).toEqual([[ROOT_ID, 4], [20, 3], [21, 2]]);
        await append({ type: 'sync-cleared', id: ROOT_ID }, { type: 'inode-removed', id: 20 });
        expect(known()).toEqual([[21, 2]]);
        await expect(append({ type: 'sync-cleared', id: 20 })).rejects.toThrow('inode 20 has no sync record');
        await expect(append(sync(99, 1))).rejects.toThrow('there is no inode 99');
      });
    });

    describe('rare records', () => {
      const intent = (id: number, fields: Partial<IntentRecord> = {}): IntentRecord => ({
        id,
        owner: { host: 'h', pid: 1, startedAt: 2, bootId: 'b', command: 'fs rm' },
        user: 'alice',
        startedMs: NOW,
        leases: [],
        reserved: [],
        work: { kind: 'remove' },
        ...fields,
      });

      it('keeps mounts', async () => {
        const mount: MountRecord = { id: 5, inodeId: 30, ufsUri: 'oss://b/', readOnly: true, shared: true, properties: { 'fs.oss.accessKeySecret': 'sk', 'fs.oss.endpoint': 'e' } };
        await append({ type: 'mount-added', mount });
        expect(journal.read((view) => view.mounts()).map((each) => each.id)).toEqual([1, 5]);
        expect(journal.read((view) => view.mounts())[1]).toEqual(mount);
        await append({ type: 'mount-changed', mount: { ...mount, readOnly: false } });
        expect(journal.read((view) => view.mounts())[1]?.readOnly).toBe(false);
        await append({ type: 'mount-removed', id: 5 });
        expect(journal.read((view) => view.mounts()).length).toBe(1);
      });

      it('keeps intents, and leases as their intents hold them', async () => {
        const lease = { parentId: ROOT_ID, name: 'a', scope: 'tree' } as const;
        await append({ type: 'intent-opened', intent: intent(20, { leases: [lease, { parentId: 7, name: '中', scope: 'entry' }] }) });
        expect(journal.read((view) => view.lease(ROOT_ID, 'a'))).toEqual({ ...lease, intentId: 20 });
        expect(journal.read((view) => view.leases())).toEqual([{ ...lease, intentId: 20 }, { parentId: 7, name: '中', scope: 'entry', intentId: 20 }]);
        await append({ type: 'intent-opened', intent: intent(21, { leases: [lease] }) }, { type: 'intent-changed', intent: intent(20, { work: { kind: 'purge', inodeId: 3 } }) });
        expect(journal.read((view) => view.leases())).toEqual([{ ...lease, intentId: 21 }]);
        expect(journal.read((view) => view.intent(20)?.work)).toEqual({ kind: 'purge', inodeId: 3 });
        await append({ type: 'intent-closed', id: 21 });
        expect(journal.read((view) => [view.leases(), view.intents().map((each) => each.id)])).toEqual([[], [20]]);
      });

      it('keeps path defaults and facts', async () => {
        const long = `/${'deep/'.repeat(1000)}`;
        await append({ type: 'path-defaults-set', path: '/b', properties: { k: 'v' } }, { type: 'path-defaults-set', path: long, properties: { x: 'y' } });
        expect(journal.read((view) => [...view.pathDefaults()])).toEqual([['/b', { k: 'v' }], [long, { x: 'y' }]]);
        await append({ type: 'path-defaults-set', path: '/b', properties: {} }, { type: 'fact-set', name: 'n', value: '' });
        expect(journal.read((view) => [[...view.pathDefaults().keys()], view.fact('n'), view.fact('superuser')])).toEqual([[long], '', 'root']);
      });
    });

    describe('transactions', () => {
      it('keep nothing of a callback that throws', async () => {
        const state = () => journal.read((view) => [view.sequence(), view.lastSeq(), view.children(ROOT_ID).length]);
        const before = state();
        const fail = journal.transact(ACTOR, NOW, (tx): number => {
          tx.append(created(ROOT_ID, 'x', inodeOf(tx.allocate())));
          throw new TypeError('mine');
        });
        await expect(fail).rejects.toThrow(new TypeError('mine'));
        expect(state()).toEqual(before);
      });

      it('keep the others when one of many fails, whether it wrote before or not', async () => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) =>
            journal.transact(ACTOR, NOW, (tx) => {
              if (i % 5 === 1) throw new Error(`early ${i}`);
              const id = tx.allocate();
              tx.append(created(ROOT_ID, `f${i}`, inodeOf(id)));
              if (i % 5 === 3) throw new Error(`late ${i}`);
              return id;
            }),
          ),
        );
        const good = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
        expect(outcomes.map((outcome, i) => outcome.status === 'fulfilled' || String(outcome.reason) === `Error: ${i % 5 === 1 ? 'early' : 'late'} ${i}`)).toEqual(Array(20).fill(true));
        expect(new Set(good).size).toBe(12);
        expect(names(ROOT_ID).length).toBe(12);
        expect(totals(ROOT_ID).files).toBe(12);
      });

      it('see their own writes and those before them, and number what they append', async () => {
        const first = journal.transact(ACTOR, NOW, (tx) => {
          const seq = tx.lastSeq();
          const id = tx.allocate();
          tx.append(created(ROOT_ID, 'a', inodeOf(id)));
          expect(tx.child(ROOT_ID, 'a')?.id).toBe(id);
          expect(tx.sequence()).toBe(id + 1);
          expect(tx.allocate()).toBe(id + 1);
          expect(tx.lastSeq()).toBe(seq + 2);
          return tx.lastSeq();
        });
        const second = journal.transact(ACTOR, NOW, (tx) => ({ seen: tx.child(ROOT_ID, 'a') !== undefined, seq: tx.lastSeq() }));
        expect(await second).toEqual({ seen: true, seq: await first });
        expect(journal.read((view) => view.lastSeq())).toBe(await first);
      });

      it('run in the order in which they were asked for', async () => {
        const order: number[] = [];
        await Promise.all(Array.from({ length: 50 }, (_, i) => journal.transact(ACTOR, NOW, () => void order.push(i))));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      });

      it('are over when their callback has returned', async () => {
        const kept = await journal.transact(ACTOR, NOW, (tx) => ({ tx }));
        expect(() => kept.tx.append({ type: 'fact-set', name: 'a', value: 'b' })).toThrow(/had ended/);
        expect(() => kept.tx.child(ROOT_ID, 'a')).toThrow(/had ended/);
        const view = journal.read((given) => ({ given }));
        expect(() => view.given.fact('superuser')).toThrow(/had ended/);
      });

      it('show their state to a read that a callback makes on the side', async () => {
        const seen = await journal.transact(ACTOR, NOW, (tx) => {
          tx.append({ type: 'fact-set', name: 'n', value: 'new' });
          return journal.read((view) => view.fact('n'));
        });
        expect(seen).toBe('new');
        expect(journal.read((view) => view.fact('n'))).toBe('new');
      });
    });

    describe('a transaction that does what several actors do', () => {
      const alice = { user: 'alice', command: 'line 1', run: 1 };
      const bob = { user: 'bob', command: 'line 2', run: 2 };
      const make = (tx: Transaction, childName: string): number => {
        const id = tx.allocate();
        tx.append(created(ROOT_ID, childName, directoryOf(id)));
        return id;
      };

      it('logs each as its own, and allocates for all of them once', async () => {
        const from = journal.read((view) => view.lastSeq()) + 1;
        const ids = await journal.transact(ACTOR, NOW, (tx) => [tx.as(alice, (part) => make(part, 'a')), make(tx, 'b'), tx.as(bob, (part) => make(part, 'c'))]);
        expect(ids).toEqual([ids[0], (ids[0] ?? 0) + 1, (ids[0] ?? 0) + 2]);
        expect(journal.read((view) => view.sequence())).toBe((ids[2] ?? 0) + 1);
        expect(journal.log({ from }).map(({ user, run, entry }) => [user, run, entry.type])).toEqual([
          [ACTOR.user, undefined, 'sequence-moved'],
          ['alice', 1, 'inode-created'],
          [ACTOR.user, undefined, 'inode-created'],
          ['bob', 2, 'inode-created'],
        ]);
      });

      it('goes on without one that threw before it wrote, and fails as a whole with one that threw after it', async () => {
        const attempt = (tx: Transaction, fn: (part: Transaction) => void): string => {
          try {
            tx.as(bob, fn);
            return 'done';
          } catch (error) {
            return String(error);
          }
        };
        const refuse = (): never => {
          throw new Error('refused');
        };
        expect(await journal.transact(ACTOR, NOW, (tx) => [attempt(tx, (part) => void make(part, 'a')), attempt(tx, refuse), attempt(tx, (part) => void make(part, 'b'))])).toEqual(['done', 'Error: refused', 'done']);
        const half = (part: Transaction): void => {
          make(part, 'd');
          refuse();
        };
        await expect(journal.transact(ACTOR, NOW, (tx) => [attempt(tx, (part) => void make(part, 'c')), attempt(tx, half)])).rejects.toThrow('refused');
        expect(names(ROOT_ID)).toEqual(['a', 'b']);
      });

      it('sees each change of what it has read before', async () => {
        const lease = { parentId: ROOT_ID, name: 'x', scope: 'entry' } as const;
        await journal.transact(ACTOR, NOW, (tx) => {
          const id = tx.as(alice, (part) => make(part, 'a'));
          for (let times = 0; times < 40; times++) expect([tx.child(ROOT_ID, 'a')?.mode, tx.locate(id)?.name, tx.fact('n'), tx.mount(1)?.readOnly, tx.mount(5)?.id, tx.lease(ROOT_ID, 'x')?.intentId]).toEqual([0o755, 'a', undefined, false, undefined, undefined]);
          const mount = tx.mount(1);
          if (mount === undefined) throw new Error('there is no root mount');
          tx.as(bob, (part) => {
            part.append({ type: 'inode-changed', id, change: { mode: 0o700 } });
            part.append({ type: 'inode-moved', id, toParentId: ROOT_ID, toName: 'b' });
            part.append({ type: 'fact-set', name: 'n', value: 'v' });
            part.append({ type: 'mount-changed', mount: { ...mount, readOnly: true } });
            part.append({ type: 'mount-added', mount: { ...mount, id: 5 } });
            part.append({ type: 'intent-opened', intent: { id: 90, owner: OWNER, user: 'bob', startedMs: NOW, leases: [lease], reserved: [], work: { kind: 'remove' } } });
          });
          expect([tx.child(ROOT_ID, 'a'), tx.child(ROOT_ID, 'b')?.mode, tx.locate(id)?.name, tx.fact('n'), tx.mount(1)?.readOnly, tx.mount(5)?.id, tx.lease(ROOT_ID, 'x')?.intentId]).toEqual([undefined, 0o700, 'b', 'v', true, 5, 90]);
          tx.append({ type: 'mount-removed', id: 5 });
          tx.append({ type: 'intent-closed', id: 90 });
          tx.append({ type: 'inode-removed', id });
          expect([tx.child(ROOT_ID, 'b'), tx.locate(id), tx.mount(5), tx.lease(ROOT_ID, 'x')]).toEqual([undefined, undefined, undefined, undefined]);
        });
      });
    });

    describe('log', () => {
      it('says who did what, in order, and hides credentials', async () => {
        const from = journal.read((view) => view.lastSeq()) + 1;
        await journal.transact({ user: 'bob', command: 'fs mount' }, 42, (tx) => {
          tx.append({ type: 'mount-added', mount: { id: 5, inodeId: 1, ufsUri: 'oss://b/', readOnly: false, shared: false, properties: { 'fs.oss.accessKeySecret': 'PLANTED', a: 'b' } } });
          tx.allocate();
          tx.append({ type: 'fact-set', name: 'x', value: 'y' });
        });
        const records = journal.log({ from });
        expect(records.map(({ seq, timeMs, user, command, entry }) => [seq, timeMs, user, command, entry.type])).toEqual([
          [from, 42, 'bob', 'fs mount', 'mount-added'],
          [from + 1, 42, 'bob', 'fs mount', 'sequence-moved'],
          [from + 2, 42, 'bob', 'fs mount', 'fact-set'],
        ]);
        expect(JSON.stringify(journal.log())).not.toContain('PLANTED');
        expect(records[0]?.entry).toMatchObject({ mount: { properties: { 'fs.oss.accessKeySecret': '******', a: 'b' } } });
        expect(journal.log({ from: from + 1, limit: 1 }).map((record) => record.seq)).toEqual([from + 1]);
      });

      it('can be cut at its old end, but never forgets its number', async () => {
        for (let i = 0; i < 5; i++) await append(...Array.from({ length: 500 }, (_, k): Entry => ({ type: 'fact-set', name: 'n', value: String(k) })));
        const last = journal.read((view) => view.lastSeq());
        expect(await journal.pruneLog(100)).toBe(99);
        expect(journal.log()[0]?.seq).toBe(100);
        expect(await journal.pruneLog(last + 100)).toBe(last - 100);
        expect(journal.log().map((record) => record.seq)).toEqual([last]);
        await append({ type: 'fact-set', name: 'n', value: '' });
        expect(journal.read((view) => view.lastSeq())).toBe(last + 1);
      });
    });
  });
}
