/** Plain inodes, an actor and a time for tests. */
import type { Actor } from '../../src/journal/journal.ts';
import type { InodeRecord } from '../../src/journal/records.ts';

export const ACTOR: Actor = { user: 'alice', command: 'fs test' };
export const NOW = 1_790_000_000_000;

export function inodeOf(id: number, fields: Partial<InodeRecord> = {}): InodeRecord {
  return {
    id,
    directory: false,
    length: 0,
    blockSize: 67_108_864,
    createdMs: NOW,
    modifiedMs: NOW,
    accessedMs: NOW,
    owner: 'alice',
    group: 'users',
    mode: 0o644,
    persistence: 'PERSISTED',
    pinned: false,
    pinnedMedia: [],
    ttlMs: -1,
    ttlAction: 'DELETE',
    replicationMin: 0,
    replicationMax: -1,
    cachedBytes: 0,
    acl: [],
    defaultAcl: [],
    contentHash: '',
    crc64: '',
    childrenLoaded: false,
    syncedMs: 0,
    mountId: 0,
    ...fields,
  };
}

export function directoryOf(id: number, fields: Partial<InodeRecord> = {}): InodeRecord {
  return inodeOf(id, { directory: true, mode: 0o755, blockSize: 0, childrenLoaded: true, ...fields });
}
