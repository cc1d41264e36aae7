/** Comparing what the namespace has with what the under storage has now, and mending the namespace. */
import type { Transaction } from '../../journal/journal.ts';
import type { InodeRecord, IntentRecord } from '../../journal/records.ts';
import { driftOf } from '../../namespace/fingerprint.ts';
import { isHeld } from '../../namespace/leases.ts';
import { mountOf } from '../../namespace/mount-table.ts';
import { detach } from '../../namespace/remove.ts';
import { deepest, resolve } from '../../namespace/resolve.ts';
import { allChildren, mustStay, staysBelow } from '../../namespace/vanished.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { UfsStatus } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';
import { purgeDetached } from '../purge.ts';
import { openIntent, transact } from '../transact.ts';
import { RemovalGuard } from './guard.ts';
import { insertLoaded } from './insert.ts';

/** One entry as both sides see it; `status` undefined: gone from the storage. */
export interface Compared {
  readonly parentId: number;
  readonly name: string;
  readonly status: UfsStatus | undefined;
}

/** Syncs one existing path: dropped, reloaded or updated as the storage says. */
export async function syncEntry(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  const guard = new RemovalGuard(context);
  const startedMs = context.now();
  const at = context.journal.read((view) => {
    const resolution = resolve(view, path);
    const { mount, key } = mountOf(view, resolution);
    return { child: deepest(resolution), mount, key, found: resolution.missing.length === 0 };
  });
  if (!at.found || at.child.inode.mountId !== 0) return;
  const ufs = await context.ufs(at.mount);
  const status = await ufs.status(at.key, context.signal);
  const { parentId, name } = at.child;
  await mend(context, guard, { compared: [{ parentId, name, status }], startedMs, ownership: ufs.capabilities.ownership });
}

export interface MendInput {
  readonly compared: readonly Compared[];
  /** When the look at the storage began: what was written since is newer than the answer. */
  readonly startedMs: number;
  readonly ownership: boolean;
}

/**
 * Applies the comparison. Never drops what is not persisted, is held, is a mount point, or was written after the look began; a directory that has such things below it
 * stays for them, as one that is not in the storage, and only what else it has goes.
 */
export async function mend(context: FileSystemContext, guard: RemovalGuard, input: MendInput): Promise<void> {
  const dropped = await guard.transact((tx) => {
    const intents: { inodeId: number; intent: IntentRecord }[] = [];
    const compared = [...input.compared];
    // It grows by what directories have that must stay themselves.
    for (const entry of compared) {
      const inode = tx.child(entry.parentId, entry.name);
      if (inode === undefined) {
        addNew(context, tx, guard, entry);
        continue;
      }
      const replaced = mendOne(context, tx, inode, { ...input, entry });
      if (!replaced) continue;
      if (inode.directory && staysBelow(tx, inode.id, input.startedMs)) {
        for (const { name } of allChildren(tx, inode.id)) compared.push({ parentId: inode.id, name, status: undefined });
        tx.append({ type: 'inode-changed', id: inode.id, change: { persistence: 'NOT_PERSISTED', childrenLoaded: true } });
        continue;
      }
      const intent = openIntent(context, tx, [{ parentId: entry.parentId, name: entry.name, scope: 'entry' }], { kind: 'purge', inodeId: inode.id });
      detach(tx, inode.id);
      // The lease was only there to tell other loaders; the new content takes the place at once.
      tx.append({ type: 'intent-changed', intent: { ...intent, leases: [] } });
      intents.push({ inodeId: inode.id, intent });
      if (entry.status !== undefined) addReplacement(context, tx, guard, entry);
    }
    return intents;
  });
  for (const { inodeId, intent } of dropped) await purgeDetached(context, inodeId, intent.id);
}

/** True when the inode must be dropped (and its replacement loaded). */
function mendOne(context: FileSystemContext, tx: Transaction, inode: InodeRecord, input: MendInput & { entry: Compared }): boolean {
  const { entry, startedMs, ownership } = input;
  if (isHeld(tx, entry.parentId, entry.name)) return false;
  if (mustStay(inode, startedMs)) {
    if (isBackInStorage(inode, input)) tx.append({ type: 'inode-changed', id: inode.id, change: { persistence: 'PERSISTED', childrenLoaded: false } });
    return false;
  }
  if (inode.syncedMs >= startedMs) return false;
  if (entry.status === undefined) return true;
  const drift = driftOf(inode, entry.status, ownership);
  if (drift === 'content') return true;
  const { owner, group, mode } = entry.status;
  const change = drift === 'attributes' ? { owner, group, mode, syncedMs: context.now() } : { syncedMs: context.now() };
  // A directory's syncedMs says when its children were compared, which this is not.
  if (!inode.directory) tx.append({ type: 'inode-changed', id: inode.id, change });
  else if (drift === 'attributes') tx.append({ type: 'inode-changed', id: inode.id, change: { owner, group, mode } });
  return false;
}

/** A directory that was only here, and that somebody has made in the storage too: what is in both belongs together. */
function isBackInStorage({ directory, persistence, mountId, createdMs }: InodeRecord, { entry, startedMs }: { entry: Compared; startedMs: number }): boolean {
  return directory && persistence === 'NOT_PERSISTED' && mountId === 0 && createdMs < startedMs && entry.status?.kind === 'directory';
}

function addNew(context: FileSystemContext, tx: Transaction, guard: RemovalGuard, entry: Compared): void {
  const parent = tx.locate(entry.parentId)?.inode;
  if (parent === undefined || entry.status === undefined) return;
  insertLoaded(tx, { name: entry.name, status: entry.status }, { parent, guard, nowMs: context.now(), blockSize: blockSizeOf(context) });
}

function addReplacement(context: FileSystemContext, tx: Transaction, guard: RemovalGuard, entry: Compared): void {
  if (!guard.removed(entry.parentId, entry.name)) addNew(context, tx, guard, entry);
}

export function blockSizeOf(context: FileSystemContext): number {
  return context.config.bytes('alluxio.user.block.size.bytes.default');
}

/** They lie all over the journal, and a transaction holds a piece of memory for each. */
const MARKED_AT_ONCE = 100;

/** Marks directories as loaded and compared now. */
export async function markLoaded(context: FileSystemContext, ids: readonly number[], syncedMs: number): Promise<void> {
  for (let i = 0; i < ids.length; i += MARKED_AT_ONCE) {
    await transact(context, (tx) => {
      for (const id of ids.slice(i, i + MARKED_AT_ONCE)) {
        if (tx.locate(id) !== undefined) tx.append({ type: 'inode-changed', id, change: { childrenLoaded: true, syncedMs } });
      }
    });
  }
}
