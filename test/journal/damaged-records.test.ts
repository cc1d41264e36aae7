/** One byte of a record is not what was written: it is still a record, or it is said that the journal is damaged; never is it anything else. */
import { describe, expect, it } from 'vitest';
import { hasCode, isAlluxioError } from '../../src/errors.ts';
import { decodeBlock, decodeHolders, decodeIntent, decodeMount, decodeNumber, decodePathDefaults, decodePlace, decodeSpace, decodeSync, decodeTotals, encodeBlock, encodeHolders, encodeJson, encodeNumber, encodePlace, encodeSpace, encodeTotals } from '../../src/journal/codec.ts';
import type { Entry } from '../../src/journal/entries.ts';
import { decodeInode, encodeInode } from '../../src/journal/inode-codec.ts';
import { expiryKey, inodeKey, intentKey, mountKey, placeKey, syncKey } from '../../src/journal/keys.ts';
import { decodeLog, encodeLog } from '../../src/journal/log-codec.ts';
import type { IntentRecord, IntentWork, MountRecord, SyncRecord } from '../../src/journal/records.ts';
import { ACTOR, NOW, directoryOf, inodeOf } from './inode-samples.ts';

const owner = { host: 'host', pid: 4711, startedAt: 12.5, bootId: 'boot', command: 'fs persist /a' };
const mount: MountRecord = { id: 2, inodeId: 17, ufsUri: 'oss://bucket/dir', readOnly: false, shared: true, properties: { 'fs.oss.endpoint': 'http://127.0.0.1' } };
const sync: SyncRecord = { id: 17, automatic: true, neededMs: NOW, initial: 'RUNNING', owner };
const intentOf = (work: IntentWork): IntentRecord => ({ id: 30, owner, user: 'alice', startedMs: NOW, leases: [{ parentId: 1, name: 'ä', scope: 'tree' }], reserved: [{ directory: 0, bytes: 5 }], work, wanted: true, notBeforeMs: NOW });
const works: IntentWork[] = [
  { kind: 'write', fileId: 18, mountId: 1, key: 'a', through: true },
  { kind: 'writes', mountId: 1, through: true, files: [{ fileId: 18, key: 'a' }] },
  { kind: 'persist', fileId: 18, mountId: 1, key: 'a', background: true },
  { kind: 'rename', inodeId: 18, mountId: 1, fromParentId: 1, fromKey: 'a', toKey: 'b', toParentId: 1, toName: 'b', phase: 'copy' },
  { kind: 'make', mountId: 1, key: 'a/b', levels: 2 },
  { kind: 'own', inodeIds: [18, 19] },
  { kind: 'remove' },
  { kind: 'delete', inodeId: 18, parentId: 1, name: 'a', mountId: 1, key: 'a', directory: true, unchecked: false },
  { kind: 'purge', inodeId: 18 },
  { kind: 'cache', fileId: 18 },
  { kind: 'evict', blocks: [{ fileId: 18, index: 0, directory: 1 }], thenPurge: 0, beforeMs: NOW },
];
const inodes = [
  inodeOf(18, { length: 1 << 27, contentHash: 'D41D8CD98F00B204E9800998ECF8427E', crc64: '18446744073709551615', syncedMs: NOW + 5 }),
  inodeOf(19, { length: 3, blockSize: 1000, ttlMs: 60_000, ttlAction: 'FREE', replicationMin: 1, replicationMax: 3, cachedBytes: 2, modifiedMs: NOW + 1, accessedMs: NOW + 7, contentHash: '5-3-17', pinned: true, pinnedMedia: ['SSD'], acl: [{ type: 'user', subject: 'bob', bits: 6 }] }),
  directoryOf(17, { mountId: 2, group: 'users', defaultAcl: [{ type: 'mask', subject: '', bits: 5 }] }),
];
const entries: Entry[] = [
  { type: 'inode-created', parentId: 1, name: 'a', inode: inodes[0] ?? inodeOf(1) },
  { type: 'inodes-found', parentId: 1, found: inodes.map((inode) => ({ name: `f${inode.id}`, inode })) },
  { type: 'inode-changed', id: 18, change: { mode: 0o600, ttlMs: 5 }, before: { mode: 0o644 } },
  { type: 'inode-moved', id: 18, toParentId: 1, toName: 'b', from: { parentId: 1, name: 'a' } },
  { type: 'block-added', block: { fileId: 18, index: 0, length: 5, directory: 0, checksums: [1, 2], usedMs: NOW } },
  { type: 'mount-added', mount },
  { type: 'intent-opened', intent: intentOf({ kind: 'purge', inodeId: 18 }) },
  { type: 'sync-set', sync },
  { type: 'path-defaults-set', path: '/a', properties: { x: 'y' } },
  { type: 'record-repaired', repair: { what: 'totals', id: 17 } },
];

interface Kind {
  readonly name: string;
  readonly bytes: Buffer;
  /** Reads it and does with it what the journal does. */
  readonly use: (bytes: Buffer) => unknown;
}

const kinds: Kind[] = [
  ...inodes.map((inode, at) => ({ name: `inode ${at}`, bytes: encodeInode(inode), use: (bytes: Buffer) => [usedInode(bytes), decodeInode(bytes, { brief: true })] })),
  { name: 'place', bytes: encodePlace({ parentId: 300, name: 'some name' }), use: (bytes) => decodePlace(bytes) },
  { name: 'totals', bytes: encodeTotals({ children: 5, files: 1000, directories: 3, bytes: 1e12, cachedBytes: 7, unloaded: 1 }), use: (bytes) => encodeTotals(decodeTotals(bytes)) },
  { name: 'block', bytes: encodeBlock({ fileId: 18, index: 0, length: 1 << 20, directory: 1, checksums: [1, 0xffff_ffff], usedMs: NOW }), use: (bytes) => encodeBlock(decodeBlock(bytes, 18, 0)) },
  { name: 'space', bytes: encodeSpace({ used: 1 << 30, reserved: 12 }), use: (bytes) => encodeSpace(decodeSpace(bytes)) },
  { name: 'lease', bytes: encodeHolders([{ intentId: 300, scope: 'tree' }]), use: (bytes) => encodeHolders(decodeHolders(bytes)) },
  { name: 'number', bytes: encodeNumber(2 ** 40), use: (bytes) => encodeNumber(decodeNumber(bytes)) },
  { name: 'mount', bytes: encodeJson(mount), use: (bytes) => [mountKey(decodeMount(bytes, 2).id), placeKey(decodeMount(bytes, 2).inodeId), Object.entries(decodeMount(bytes, 2).properties)] },
  { name: 'sync', bytes: encodeJson(sync), use: (bytes) => [syncKey(decodeSync(bytes, 17).id), decodeSync(bytes, 17).owner.pid] },
  { name: 'path defaults', bytes: encodeJson([['/a', { x: 'y' }]]), use: (bytes) => new Map(decodePathDefaults(bytes)) },
  ...works.map((work) => ({ name: `intent ${work.kind}`, bytes: encodeJson(intentOf(work)), use: (bytes: Buffer) => usedIntent(decodeIntent(bytes, 30)) })),
  ...entries.map((entry) => ({ name: `log ${entry.type}`, bytes: encodeLog({ ...ACTOR, run: 300, undoes: 20 }, NOW, entry), use: (bytes: Buffer) => JSON.stringify(decodeLog(5, bytes)) + new Date(decodeLog(5, bytes).timeMs).toISOString() })),
];

function usedInode(bytes: Buffer): unknown {
  const inode = decodeInode(bytes);
  const [times, keys] = [[inode.createdMs, inode.modifiedMs, inode.accessedMs, inode.syncedMs], [placeKey(inode.id), mountKey(inode.mountId), expiryKey(inode.createdMs + inode.ttlMs, inode.id)]];
  return [times.map((ms) => new Date(ms).toISOString()), keys, encodeInode({ ...inode })];
}

function usedIntent(intent: IntentRecord): unknown {
  const { id, leases, reserved, work } = intent;
  return [intentKey(id), leases.map((lease) => inodeKey(lease.parentId, lease.name.replaceAll('\0', '').replaceAll('/', '') || 'x')), reserved.map(({ directory, bytes }) => directory + bytes), 'inodeId' in work ? placeKey(work.inodeId) : work.kind];
}

describe('a record with one byte that is another', () => {
  it.each(kinds.map((kind) => [kind.name, kind] as const))('%s', (_, { bytes, use }) => {
    use(bytes);
    const wrong: string[] = [];
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flipped of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flipped;
        try {
          use(damaged);
        } catch (error) {
          if (isAlluxioError(error) && error.code === 'CORRUPT' && error.hint?.includes('loadMetadata') === true) refused++;
          else wrong.push(`byte ${at}, ^${flipped}: ${String(error)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  });

  it.each(kinds.map((kind) => [kind.name, kind] as const))('%s, cut short', (_, { bytes, use }) => {
    for (let length = 0; length < bytes.length; length++) {
      try {
        use(Buffer.from(bytes.subarray(0, length)));
      } catch (error) {
        expect([length, hasCode(error, 'CORRUPT')]).toEqual([length, true]);
      }
    }
  });
});
