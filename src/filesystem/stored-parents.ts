/** Keeping the directories above a path true in the under storage. */
import type { Transaction, View } from '../journal/journal.ts';
import type { IntentRecord } from '../journal/records.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { deepest, pathOfInode, resolve } from '../namespace/resolve.ts';
import type { FileSystemContext } from './context.ts';
import { closeIntent, transact } from './transact.ts';

/** The inode and its ancestors exist in the under storage now. Returns those for which that is new. */
export function markPersistedUpwards(tx: Transaction, id: number): number[] {
  const ids: number[] = [];
  for (let at = tx.locate(id); at !== undefined && at.inode.persistence !== 'PERSISTED'; at = tx.locate(at.parentId)) {
    tx.append({ type: 'inode-changed', id: at.inode.id, change: { persistence: 'PERSISTED' } });
    ids.push(at.inode.id);
  }
  return ids;
}

/** The mount's client; an intent whose client cannot be made is closed again. */
export async function ufsOrClose(context: FileSystemContext, intent: IntentRecord, mount: Parameters<FileSystemContext['ufs']>[0]) {
  try {
    return await context.ufs(mount);
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
}

/**
 * A directory of an object store that exists only through its children would vanish with the last one. The namespace still has it, so it gets a marker: before the
 * intent that took the last child is closed, so that a recoverer does it too.
 */
export async function keepEmptyParent(context: FileSystemContext, id: number): Promise<void> {
  const empty = context.journal.read((view) => emptyPersisted(view, id));
  if (empty === undefined) return;
  const ufs = await context.ufs(empty.mount);
  if (ufs.capabilities.objectStore) await ufs.makeDirectory(empty.key);
}

function emptyPersisted(view: View, id: number) {
  const at = resolveMounted(view, id);
  if (at === undefined || at.key === '' || at.inode.persistence !== 'PERSISTED') return undefined;
  return view.totals(at.inode.id).children === 0 ? at : undefined;
}

function resolveMounted(view: View, id: number) {
  const path = pathOfInode(view, id);
  if (path === undefined) return undefined;
  const resolution = resolve(view, path);
  if (resolution.missing.length > 0) return undefined;
  return { ...mountOf(view, resolution), inode: deepest(resolution).inode };
}
