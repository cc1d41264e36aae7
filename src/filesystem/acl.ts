/** Changing access control lists, of one inode or of a tree. They live in the namespace alone; only a changed mode follows in storages that keep modes. */
import type { Child, Transaction, View } from '../journal/journal.ts';
import { applyAcl, requireApplicable, requireBase } from '../namespace/acl.ts';
import { changedByUser } from '../namespace/attributes.ts';
import { refusedBelow } from '../namespace/descendants.ts';
import { requireOwner } from '../namespace/permissions.ts';
import { deepest, notFound, resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { AclRequest } from './file-system.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import type { Ownership } from './ownership.ts';
import { changeOwnership } from './ownership.ts';
import { transact, transactWhenFree } from './transact.ts';
import type { Walked } from './tree-walk.ts';
import { inBatches, walkTree } from './tree-walk.ts';

const BATCH = 1000;

/** All or nothing: an inode that the user does not own, or that cannot have such a list, and none is changed. */
export async function changeAcl(context: FileSystemContext, path: AlluxioPath, request: AclRequest): Promise<void> {
  const recursive = request.recursive === true;
  await lookUp(context, path);
  const { inode } = context.journal.read((view) => ownPlace(context, view, path));
  if (recursive) await loadTree(context, path);
  context.journal.read((view) => {
    const child = ownPlace(context, view, path);
    if (recursive) for (const { error } of refusedBelow(view, context.subject, { child, path }, 'owner')) throw error;
  });
  requireBase(request);
  const touched = () => (recursive ? walkTree(context, inode.id, { mounts: true }) : only(context, inode.id));
  for await (const page of touched()) for (const { child } of page) requireApplicable(child.inode, request);
  for await (const batch of inBatches(touched(), BATCH)) await changeBatch(context, batch, request);
}

/** The user's own inode. As with Alluxio, a path that does not exist is asked for only by who owns where it would be. @throws PERMISSION_DENIED, NOT_FOUND */
function ownPlace(context: FileSystemContext, view: View, path: AlluxioPath) {
  const resolution = resolve(view, path);
  requireOwner(view, context.subject, resolution);
  if (resolution.missing.length > 0) throw notFound(path);
  return deepest(resolution);
}

async function* only(context: FileSystemContext, id: number): AsyncGenerator<readonly Walked[]> {
  const child = context.journal.read((view) => view.locate(id));
  if (child !== undefined) yield [{ child, relative: '' }];
}

async function changeBatch(context: FileSystemContext, batch: readonly Walked[], request: AclRequest): Promise<void> {
  const modeOf = ({ inode }: Child): Ownership => {
    const { mode } = applyAcl(inode, request);
    return mode === inode.mode ? {} : { mode };
  };
  const record = (tx: Transaction): void => {
    for (const { child } of batch) {
      const current = tx.locate(child.inode.id)?.inode;
      if (current === undefined) continue;
      requireApplicable(current, request);
      const { mode, acl, defaultAcl } = applyAcl(current, request);
      tx.append(changedByUser(current, { mode, acl, defaultAcl }));
    }
  };
  await changeOwnership(context, batch.map(({ child }) => child), modeOf, { run: batch.length === 1 ? transactWhenFree : transact, record });
}
