/** Attribute changes: one inode, or a tree in steps. */
import { AlluxioError } from '../errors.ts';
import { changeOf, changedByUser, placeToChange, requireChangeBelow } from '../namespace/attributes.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { AttributeChange } from './file-system.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import type { Ownership } from './ownership.ts';
import { changeOwnership } from './ownership.ts';
import { transact, transactWhenFree } from './transact.ts';
import { inBatches, walkTree } from './tree-walk.ts';

const BATCH = 1000;

/** All or nothing where permission is concerned: one inode below that refuses, and none is changed. */
export async function changeAttributes(context: FileSystemContext, path: AlluxioPath, change: AttributeChange): Promise<void> {
  const { subject, journal } = context;
  requireMembership(context, path, change);
  await lookUp(context, path);
  const top = journal.read((view) => placeToChange(view, subject, path, change).target);
  if (change.recursive !== true) {
    return changeOwnership(context, [top], () => ownershipOf(change), {
      run: transactWhenFree,
      record: (tx) => {
        const { inode } = placeToChange(tx, subject, path, change).target;
        tx.append(changedByUser(inode, changeOf(inode, change)));
      },
    });
  }
  await loadTree(context, path);
  journal.read((view) => requireChangeBelow(view, subject, { child: placeToChange(view, subject, path, change).target, path }, change));
  for await (const batch of inBatches(walkTree(context, top.inode.id, { mounts: true }), BATCH)) {
    await changeOwnership(context, batch.map(({ child }) => child), () => ownershipOf(change), {
      run: transact,
      record: (tx) => {
        for (const { child } of batch) {
          const current = tx.locate(child.inode.id);
          if (current !== undefined) tx.append(changedByUser(current.inode, changeOf(current.inode, change)));
        }
      },
    });
  }
}

function ownershipOf({ owner, group, mode }: AttributeChange): Ownership {
  return { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }), ...(mode === undefined ? {} : { mode }) };
}

/** Owner and group given together must belong together. @throws FAILED_PRECONDITION */
function requireMembership(context: FileSystemContext, path: AlluxioPath, { owner, group }: AttributeChange): void {
  if (owner === undefined || group === undefined || context.groupsOf(owner).includes(group)) return;
  const reason = `alluxio.exception.status.FailedPreconditionException: Owner ${owner} does not belong to the group ${group}`;
  throw new AlluxioError('FAILED_PRECONDITION', `Could not update owner:group for ${path} to ${owner}:${group}. ${reason}`, { path });
}
