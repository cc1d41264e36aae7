/**
 * The trash (decision 0012): what `rm` removes is renamed to `<mount>/.Trash/<user>/<when>/<its path in the mount>`, by the same intents as any rename. The directory
 * `<when>` has a time to live, so that whatever ends times to live ends it too.
 */
import { AlluxioError } from '../errors.ts';
import type { Transaction, View } from '../journal/journal.ts';
import type { InodeRecord, LeaseTarget, MountRecord } from '../journal/records.ts';
import { newDirectory } from '../namespace/inodes.ts';
import { requireFree } from '../namespace/leases.ts';
import { mountPoints, mountsBelow } from '../namespace/mount-table.ts';
import type { RemoveInput } from '../namespace/remove.ts';
import { removable } from '../namespace/remove.ts';
import { resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow, joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { requireInSync } from './delete.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import type { RenameWork } from './rename-work.ts';
import { renamePersisted } from './rename-work.ts';
import { ufsOrClose } from './stored-parents.ts';
import { openIntent, transactWhenFree } from './transact.ts';

export const TRASH = '.Trash';

export interface Keeping {
  readonly keepMs: number;
  /** Take what the namespace does not know along, instead of refusing. */
  readonly unchecked: boolean;
}

/** At or below a trash: what is removed there is gone. */
export function inTrash(context: FileSystemContext, path: AlluxioPath): boolean {
  return context.journal.read((view) => trashAbove(view, path) !== undefined);
}

/** The trash of its mount that a path is in, if it is. */
export function trashAbove(view: View, path: AlluxioPath): AlluxioPath | undefined {
  return mountPoints(view).map((point) => joinPath(point.path, TRASH)).find((trash) => isAtOrBelow(path, trash));
}

/** @throws as sheet `rm` */
export async function moveToTrash(context: FileSystemContext, input: RemoveInput, keeping: Keeping): Promise<void> {
  const { path } = input;
  if (context.journal.read((view) => mountsBelow(view, path).length > 0 || resolve(view, path).chain.at(-1)?.inode.mountId !== 0)) {
    throw new AlluxioError('FAILED_PRECONDITION', `${path} is or contains a mount point and cannot be kept in the trash`, { path, hint: 'Unmount it first, or remove it for good: rm --skip-trash' });
  }
  if (keeping.unchecked) await loadTree(context, path, { loadType: 'ALWAYS', syncIntervalMs: 0 });
  await lookUp(context, joinPath(context.journal.read((view) => removable(view, context.subject, input).mounted.mountPath), TRASH));
  const moving = await transactWhenFree(context, (tx) => begin(context, tx, input, keeping));
  const { mounted, target, work } = moving;
  if (work === undefined) return;
  const ufs = await ufsOrClose(context, moving.intent, mounted.mount);
  if (target.inode.directory && !keeping.unchecked && !ufs.capabilities.atomicRename) await requireInSync(context, { plan: moving, intent: moving.intent, path });
  await renamePersisted(context, ufs, moving.intent, work);
}

function begin(context: FileSystemContext, tx: Transaction, input: RemoveInput, keeping: Keeping) {
  const { target, parents, mounted } = removable(tx, context.subject, input);
  const source: LeaseTarget = { parentId: target.parentId, name: target.name, scope: 'tree' };
  requireFree(tx, source, parents, input.ownIntent);
  const place = trashPlace(context, tx, { ...mounted, keepMs: keeping.keepMs });
  const nowMs = context.now();
  if (target.inode.persistence !== 'PERSISTED') {
    tx.append({ type: 'inode-moved', id: target.inode.id, toParentId: place.parent.id, toName: place.name, from: { parentId: target.parentId, name: target.name } });
    tx.append({ type: 'inode-changed', id: target.parentId, change: { modifiedMs: nowMs } });
    return { target, mounted, work: undefined };
  }
  const work: RenameWork = {
    kind: 'rename',
    inodeId: target.inode.id,
    mountId: mounted.mount.id,
    fromKey: mounted.key,
    fromParentId: target.parentId,
    toKey: [...place.names, place.name].join('/'),
    toParentId: place.parent.id,
    toName: place.name,
    phase: 'copy',
  };
  const leases: LeaseTarget[] = [source, { parentId: place.parent.id, name: place.name, scope: 'tree' }];
  return { target, mounted, work, intent: openIntent(context, tx, leases, work) };
}

interface TrashPlace {
  readonly parent: InodeRecord;
  readonly name: string;
  /** Of the directories below the mount. */
  readonly names: readonly string[];
}

/** Makes the directories that lead there. All that one command removes is below the same one. */
function trashPlace(context: FileSystemContext, tx: Transaction, from: { mount: MountRecord; key: string; keepMs: number }): TrashPlace {
  const above = from.key.split('/');
  const name = above.pop() ?? '';
  const when = `${stamp(context.now())}-${(context.actor.run ?? tx.sequence()).toString(36)}`;
  const root = tx.locate(from.mount.inodeId)?.inode;
  if (root === undefined) throw new AlluxioError('NOT_FOUND', `Mount ${from.mount.ufsUri} does not exist any more.`);
  const user = context.subject.user.replaceAll('/', '_');
  const owned = { owner: context.subject.user, group: context.primaryGroup(), mode: 0o700 };
  let parent = directory(context, tx, { parent: root, name: TRASH }, { owner: tx.fact('superuser') ?? root.owner, group: root.group, mode: 0o755 });
  parent = directory(context, tx, { parent, name: user }, owned);
  parent = directory(context, tx, { parent, name: when }, { ...owned, ttlMs: from.keepMs });
  for (const each of above) parent = directory(context, tx, { parent, name: each }, owned);
  let free = name;
  for (let n = 2; tx.child(parent.id, free) !== undefined; n++) free = `${name}.${n}`;
  return { parent, name: free, names: [TRASH, user, when, ...above] };
}

function directory(context: FileSystemContext, tx: Transaction, at: { parent: InodeRecord; name: string }, kind: Pick<InodeRecord, 'owner' | 'group' | 'mode'> & { ttlMs?: number }): InodeRecord {
  const { parent, name } = at;
  const there = tx.child(parent.id, name);
  if (there !== undefined) {
    if (there.directory) return there;
    throw new AlluxioError('FAILED_PRECONDITION', `${name} is a file, where the trash wants a directory.`, { hint: 'Rename it, or remove for good: rm --skip-trash' });
  }
  const { ttlMs = -1, ...owned } = kind;
  const made = newDirectory({ id: tx.allocate(), nowMs: context.now(), umask: 0, parent, ...owned });
  // Nothing is handed down to what is removed.
  const inode: InodeRecord = { ...made, ttlMs, ttlAction: 'DELETE', acl: [], defaultAcl: [], mode: owned.mode, pinned: false, pinnedMedia: [] };
  tx.append({ type: 'inode-created', parentId: parent.id, name, inode });
  return inode;
}

/** `20261122-143000`, in UTC: sorts by time. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}
