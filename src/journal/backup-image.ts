/**
 * What of the state survives the loss of a machine, and so is what a backup holds (docs/decisions/0009-backups.md): the namespace with mounts, path defaults and sync points, but
 * no blocks, no secrets, and no work in progress that would act on a storage that has moved on since.
 * Applied to itself it changes nothing: a backup of what was restored is the same.
 */
import { withoutSecrets } from '../config/redact.ts';
import { GONE } from '../process-identity.ts';
import type { Entry } from './entries.ts';
import type { InodeRecord, IntentRecord, MountRecord, Owner, SyncRecord } from './records.ts';

const GONE_OWNER: Owner = { ...GONE, command: 'backup' };

/** Content that is only in a cache is lost with it. */
export function survivingInode(inode: InodeRecord): InodeRecord {
  const lost = !inode.directory && inode.length > 0 && inode.persistence !== 'PERSISTED';
  if (!lost && inode.cachedBytes === 0) return inode;
  return { ...inode, cachedBytes: 0, persistence: lost ? 'LOST' : inode.persistence };
}

export function survivingMount(mount: MountRecord): MountRecord {
  return { ...mount, properties: withoutSecrets(mount.properties) };
}

export function survivingSync(sync: SyncRecord): SyncRecord {
  return { ...sync, owner: GONE_OWNER };
}

/**
 * Detached inodes are still to be purged. Everything else is dropped: an old intent that deletes or copies objects would hit what was written there since.
 */
export function survivingIntent(intent: IntentRecord): IntentRecord | undefined {
  const { work } = intent;
  const inodeId = work.kind === 'delete' || work.kind === 'purge' ? work.inodeId : work.kind === 'evict' ? work.thenPurge : 0;
  if (inodeId === 0) return undefined;
  return { id: intent.id, owner: GONE_OWNER, user: intent.user, startedMs: intent.startedMs, leases: [], reserved: [], work: { kind: 'purge', inodeId } };
}

/** What the image needs to know of the state that an entry meets. */
export interface ImageState {
  inode(id: number): InodeRecord | undefined;
  hasIntent(id: number): boolean;
}

/** The entry that does to the image what `entry` does to the state; undefined when that is nothing. */
export function survivingEntry(entry: Entry, state: ImageState): Entry | undefined {
  switch (entry.type) {
    case 'inode-created':
      return { ...entry, inode: survivingInode(entry.inode) };
    case 'inodes-found':
      return { ...entry, found: entry.found.map(({ name, inode }) => ({ name, inode: survivingInode(inode) })) };
    case 'inode-changed': {
      const inode = state.inode(entry.id);
      const after = inode === undefined ? undefined : survivingInode({ ...inode, ...entry.change });
      return after?.persistence === 'LOST' ? { ...entry, change: { ...entry.change, persistence: 'LOST' } } : entry;
    }
    case 'mount-added':
    case 'mount-changed':
      return { ...entry, mount: survivingMount(entry.mount) };
    case 'path-defaults-set':
      return { ...entry, properties: withoutSecrets(entry.properties) };
    case 'sync-set':
      return { ...entry, sync: survivingSync(entry.sync) };
    case 'intent-opened':
    case 'intent-changed':
      return survivingIntentEntry(entry.intent, state);
    case 'intent-closed':
      return state.hasIntent(entry.id) ? entry : undefined;
    case 'space-reserved':
    case 'space-released':
    case 'block-added':
    case 'block-removed':
    case 'block-used':
      return undefined;
    default:
      return entry;
  }
}

function survivingIntentEntry(intent: IntentRecord, state: ImageState): Entry | undefined {
  const survives = survivingIntent(intent);
  const known = state.hasIntent(intent.id);
  if (survives === undefined) return known ? { type: 'intent-closed', id: intent.id } : undefined;
  return { type: known ? 'intent-changed' : 'intent-opened', intent: survives };
}

/** The entry as it may leave the machine in a log segment: survivingEntry() decides at restore what it does, but secrets must not get that far. */
export function shippedEntry(entry: Entry): Entry | undefined {
  switch (entry.type) {
    case 'mount-added':
    case 'mount-changed':
      return { ...entry, mount: survivingMount(entry.mount) };
    case 'path-defaults-set':
      return { ...entry, properties: withoutSecrets(entry.properties) };
    default:
      return entry.type.startsWith('block-') || entry.type.startsWith('space-') ? undefined : entry;
  }
}
