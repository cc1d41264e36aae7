/** Renaming a path: here alone where the storage has nothing of it, there and here where it has. */
import { AlluxioError } from '../errors.ts';
import type { View } from '../journal/journal.ts';
import type { IntentRecord, MountRecord } from '../journal/records.ts';
import { planRename } from '../namespace/rename.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { Unknown } from './delete-work.ts';
import { unknownBelow } from './delete-work.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import type { RenameWork } from './rename-work.ts';
import { renamePersisted } from './rename-work.ts';
import { ufsOrClose } from './stored-parents.ts';
import { closeIntent, openIntent, transact, transactWhenFree } from './transact.ts';

/** Others may write below a directory while what is new there is loaded. */
const LOADS = 3;

/** `still`: may refuse it in the transaction that takes both places. */
export async function renamePath(context: FileSystemContext, from: AlluxioPath, to: AlluxioPath, still?: (view: View) => void): Promise<void> {
  for (let loads = 0; ; loads++) {
    await lookUp(context, from);
    await lookUp(context, to, { thorough: true });
    const planned = await beginRename(context, { from, to, still });
    if (planned === undefined) return;
    const { intent, plan, work } = planned;
    const ufs = await ufsOrClose(context, intent, plan.mount);
    // A store that renames takes along what nobody has looked at; elsewhere it would stay behind, and nobody would see it.
    const unknown = plan.source.inode.directory && !ufs.capabilities.atomicRename ? await unknownOrClose(context, intent, { mount: plan.mount, inodeId: work.inodeId, key: work.fromKey }) : undefined;
    if (unknown === undefined) return renamePersisted(context, ufs, intent, work);
    await transact(context, (tx) => closeIntent(tx, intent.id));
    if (!unknown.nameable || loads === LOADS) throw notWhole(from, ufs.uri.child(work.fromKey).toString(), unknown);
    await loadTree(context, from, { loadType: 'ALWAYS' });
  }
}

async function unknownOrClose(context: FileSystemContext, intent: IntentRecord, { mount, ...tree }: { mount: MountRecord; inodeId: number; key: string }): Promise<Unknown | undefined> {
  try {
    return await unknownBelow(context, mount, tree);
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
}

function notWhole(path: AlluxioPath, stored: string, { name, nameable }: Unknown): AlluxioError {
  const why = nameable ? `the under storage holds ${stored}/${name}, which Alluxio does not know or knows as something else` : `the under storage holds an object below it that no path can name: ${name}`;
  return new AlluxioError('FAILED_PRECONDITION', `Failed to rename ${path}: ${why}`, {
    path,
    hint: nameable ? `Try again when nobody writes there; see what is there with "alluxio fs ls -f -R ${path}".` : 'Move or remove that object with a tool of the storage, then try again.',
  });
}

function beginRename(context: FileSystemContext, { from, to, still }: { from: AlluxioPath; to: AlluxioPath; still: ((view: View) => void) | undefined }) {
  return transactWhenFree(context, (tx) => {
    still?.(tx);
    const plan = planRename(tx, context.subject, from, to);
    if (plan === undefined) return undefined;
    const { source } = plan;
    const touch = (id: number) => tx.append({ type: 'inode-changed', id, change: { modifiedMs: context.now() } });
    if (!plan.persisted) {
      tx.append({ type: 'inode-moved', id: source.inode.id, toParentId: plan.toParent.inode.id, toName: plan.toName, from: { parentId: source.parentId, name: source.name } });
      touch(source.parentId);
      touch(plan.toParent.inode.id);
      return undefined;
    }
    const work: RenameWork = {
      kind: 'rename',
      inodeId: source.inode.id,
      mountId: plan.mount.id,
      fromParentId: source.parentId,
      fromKey: plan.fromKey,
      toKey: plan.toKey,
      toParentId: plan.toParent.inode.id,
      toName: plan.toName,
      phase: 'copy',
    };
    return { plan, work, intent: openIntent(context, tx, plan.leases, work) };
  });
}
