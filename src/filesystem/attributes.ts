/** Attribute changes: one inode, or a tree in steps. */
import type { View } from '../journal/journal.ts';
import type { MountRecord } from '../journal/records.ts';
import { changeOf, requireChange } from '../namespace/attributes.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { existing } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { keyOf } from './delete-work.ts';
import type { AttributeChange } from './file-system.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import { forEachParallel } from './parallel.ts';
import { transact, transactWhenFree } from './transact.ts';
import { inBatches, walkTree } from './tree-walk.ts';

const BATCH = 1000;

export async function changeAttributes(context: FileSystemContext, path: AlluxioPath, change: AttributeChange): Promise<void> {
  await lookUp(context, path);
  const at = context.journal.read((view) => checkedPlace(context, view, path, change));
  if (change.recursive === true) await loadTree(context, path);
  await pushToStorage(context, at, change);
  if (change.recursive !== true) {
    await transactWhenFree(context, (tx) => {
      const { id, inode } = checkedPlace(context, tx, path, change);
      tx.append({ type: 'inode-changed', id, change: changeOf(inode, change) });
    });
    return;
  }
  for await (const batch of inBatches(walkTree(context, at.id), BATCH)) {
    await transact(context, (tx) => {
      for (const { child } of batch) {
        const current = tx.locate(child.inode.id);
        if (current !== undefined) tx.append({ type: 'inode-changed', id: current.inode.id, change: changeOf(current.inode, change) });
      }
    });
  }
}

function checkedPlace(context: FileSystemContext, view: View, path: AlluxioPath, change: AttributeChange) {
  const { target, chain } = existing(view, path);
  requireChange(view, context.subject, { chain, path }, change);
  const { mount, key } = mountOf(view, { path, chain, missing: [] });
  return { id: target.inode.id, inode: target.inode, mount, key };
}

/** Owner, group and mode of persisted paths follow in storages that keep them; first there, so that a refusal changes nothing here. */
async function pushToStorage(context: FileSystemContext, at: { id: number; mount: MountRecord; key: string }, change: AttributeChange): Promise<void> {
  const { owner, group, mode } = change;
  if (owner === undefined && group === undefined && mode === undefined) return;
  if (context.journal.read((view) => view.locate(at.id)?.inode.persistence) !== 'PERSISTED') return;
  const ufs = await context.ufs(at.mount);
  if (!ufs.capabilities.ownership) return;
  const wanted = { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }), ...(mode === undefined ? {} : { mode }) };
  if (change.recursive !== true) return ufs.setOwnership(at.key, wanted);
  for await (const batch of inBatches(walkTree(context, at.id), BATCH)) {
    const persisted = batch.filter(({ child }) => child.inode.persistence === 'PERSISTED');
    await forEachParallel(persisted, 16, ({ relative }) => ufs.setOwnership(keyOf(at.key, relative), wanted));
  }
}
