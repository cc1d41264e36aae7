/** Making and opening a journal. */
import { randomBytes, randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { AlluxioError, hasCode, systemCode } from '../errors.ts';
import type { Actor, Journal, RestoreReport, Transaction } from './journal.ts';
import { ROOT_ID } from './journal.ts';
import { retiredKey } from './keys.ts';
import type { InodeRecord, MountRecord, Owner } from './records.ts';
import type { KvEngine } from './kv.ts';
import type { RestoreSettings } from './restore.ts';
import { PageEngine } from './page-engine.ts';
import { confirmStore, currentStore, dataFile, makeStore, publishStore, removeOtherStores, removeStore, replaceableStore, soundStore } from './store-files.ts';
import { storeError } from './store-error.ts';
import type { MountReading } from './tables.ts';
import { Store } from './store.ts';

/** A journal that was written so lately is about to be written again. */
const QUIET_MS = 500;

export interface OpenSettings {
  /** `alluxio.master.journal.folder` */
  readonly folder: string;
  /** Log records to keep; all when absent. */
  readonly keepLogEntries?: number;
  readonly readOnly?: boolean;
  /**
   * The process ends right after close(), and so ends its use of the store. The last process that closes an LMDB store destroys its mutexes, and one that
   * opens it at that moment finds them destroyed: "Invalid argument". An exit leaves them as they are.
   */
  readonly leaveOpen?: boolean;
  /** The process goes on for long: its memory counts for more than some microseconds of a look-up. */
  readonly stays?: boolean;
  /** How views and transactions show the mounts; the records, and backups of them, stay as they are. */
  readonly mountReading?: MountReading;
}

export interface FormatSettings {
  readonly folder: string;
  /** The mount at `/`. */
  readonly mount: MountRecord;
  /** Owner of the root directory; may do everything. */
  readonly superuser: string;
  readonly group: string;
  readonly nowMs: number;
  /** Who empties the cache too, of what is older than the new journal: work that it begins with, so that it is done also when its process dies. */
  readonly emptying?: Owner | undefined;
  /** Hears of a damaged journal that is replaced: it goes on, but not in silence. */
  readonly warn?: ((text: string) => void) | undefined;
}

/**
 * Opens a formatted journal. What is wrong with it is said here, before anything of it is used.
 * @throws UNFORMATTED, UNSUPPORTED, CORRUPT, PERMISSION_DENIED
 */
export async function openStore(settings: OpenSettings): Promise<Journal> {
  const path = currentStore(settings.folder);
  const engine = lookingEngine(path, settings) ?? (await lmdbEngine(path, settings).catch((error: unknown) => orByPages(error, path, settings)));
  const { folder, keepLogEntries, mountReading } = settings;
  return new Store(engine, { folder, keepLogEntries, mountReading });
}

/** For a process that will most probably be gone before anybody writes. */
function lookingEngine(path: string, settings: OpenSettings): KvEngine | undefined {
  if (settings.stays === true) return undefined;
  return Date.now() - statSync(dataFile(path)).mtimeMs < QUIET_MS ? undefined : byPages(path, settings);
}

function byPages(path: string, settings: OpenSettings): KvEngine | undefined {
  return PageEngine.over(dataFile(path), { name: settings.folder, open: () => lmdbEngine(path, settings) });
}

/** Looking needs no room on the disk. */
function orByPages(error: unknown, path: string, settings: OpenSettings): KvEngine {
  const engine = hasCode(error, 'NO_SPACE') ? byPages(path, settings) : undefined;
  if (engine === undefined) throw error;
  return engine;
}

async function lmdbEngine(path: string, settings: OpenSettings): Promise<KvEngine> {
  const { LmdbEngine } = await import('./lmdb-engine.ts');
  confirmStore(path);
  return new LmdbEngine(path, { readOnly: settings.readOnly ?? false, leaveOpen: settings.leaveOpen ?? false, ...(settings.stays === true ? { mappedBytes: 0 } : {}) });
}

/** Looks at every page of the journal's file before anything is opened: of a damaged page LMDB dies. @throws as openStore */
export function checkStore(folder: string): void {
  soundStore(folder);
}

/**
 * Replaces whatever journal is in the folder by an empty one with a root directory and a root mount. A crash leaves the old journal or the new one; processes
 * that still use the old one are refused from then on.
 */
export function formatStore(settings: FormatSettings): Promise<void> {
  const { folder } = settings;
  return replaceStore(settings, async (engine) => {
    await initialise(new Store(engine, { folder }), settings);
  });
}

/** The same, but with what a backup holds. When anything of that is not right, the old journal stays. @throws as restoreInto */
export async function restoreStore(folder: string, settings: RestoreSettings & Pick<FormatSettings, 'emptying' | 'warn'>): Promise<RestoreReport> {
  const { restoreInto } = await import('./restore.ts');
  const { emptying, warn } = settings;
  return replaceStore({ folder, warn }, async (engine) => {
    const report = await restoreInto(engine, settings);
    // Later than `nowMs`: what the old journal's commands wrote in between goes too.
    const startedMs = Date.now();
    if (emptying !== undefined) await new Store(engine, { folder }).transact(settings.actor, startedMs, (tx) => openEmptying(tx, emptying, { user: settings.actor.user, startedMs }));
    return report;
  });
}

/** Files of the cache that come with the new journal are younger: it takes longer than this to publish it. */
function openEmptying(tx: Transaction, owner: Owner, { user, startedMs }: { readonly user: string; readonly startedMs: number }): void {
  const work = { kind: 'evict', blocks: [], thenPurge: 0, beforeMs: startedMs + 1 } as const;
  tx.append({ type: 'intent-opened', intent: { id: tx.allocate(), owner, user, startedMs, leases: [], reserved: [], work } });
}

async function replaceStore<T>({ folder, warn }: Pick<FormatSettings, 'folder' | 'warn'>, fill: (engine: KvEngine) => Promise<T>): Promise<T> {
  try {
    const path = makeStore(folder, randomBytes(6).toString('hex'));
    const result = await fillStore(path, fill);
    const replaced = replaceableStore(folder, (damage) => warn?.(`${damage} It is replaced by a new one, and what it held is forgotten.`));
    publishStore(folder, path);
    if (replaced !== undefined) await retire(replaced);
    removeOtherStores(folder, path);
    return result;
  } catch (error) {
    throw systemCode(error) === undefined ? error : storeError(folder, error);
  }
}

/** A store that could not be filled leaves nothing behind. */
async function fillStore<T>(path: string, fill: (engine: KvEngine) => Promise<T>): Promise<T> {
  const { LmdbEngine } = await import('./lmdb-engine.ts');
  let filled = false;
  let engine: KvEngine | undefined;
  try {
    engine = new LmdbEngine(path);
    const result = await fill(engine);
    filled = true;
    return result;
  } finally {
    await engine?.close();
    if (!filled) removeStore(path);
  }
}

/** The first entries of every log: a replay makes the same store. */
export async function initialise(journal: Journal, settings: Omit<FormatSettings, 'folder'>): Promise<void> {
  const actor: Actor = { user: settings.superuser, command: 'format' };
  const clusterId = randomUUID();
  await journal.transact(actor, settings.nowMs, (tx) => {
    tx.append({ type: 'inode-created', parentId: 0, name: '', inode: rootInode(settings) });
    tx.append({ type: 'mount-added', mount: settings.mount });
    tx.append({ type: 'fact-set', name: 'superuser', value: settings.superuser });
    tx.append({ type: 'fact-set', name: 'clusterId', value: clusterId });
    if (settings.emptying !== undefined) openEmptying(tx, settings.emptying, { user: settings.superuser, startedMs: settings.nowMs });
  });
}

function rootInode({ superuser, group, nowMs, mount }: Omit<FormatSettings, 'folder'>): InodeRecord {
  return {
    id: ROOT_ID,
    directory: true,
    length: 0,
    blockSize: 0,
    createdMs: nowMs,
    modifiedMs: nowMs,
    accessedMs: nowMs,
    owner: superuser,
    group,
    mode: 0o755,
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
    mountId: mount.id,
  };
}

/** Marks a replaced store. One that cannot be written has no users to stop. */
async function retire(path: string): Promise<void> {
  const { LmdbEngine } = await import('./lmdb-engine.ts');
  try {
    const engine = new LmdbEngine(path);
    await engine.write((kv) => kv.put(retiredKey(), Buffer.alloc(0)));
    await engine.close();
  } catch (error) {
    if (!(error instanceof AlluxioError)) throw error;
  }
}
