/** Doing the opposite of steps, the last one first, with the rights of whoever asks for it. */
import type { Child, Transaction } from '../../journal/journal.ts';
import { AlluxioError } from '../../errors.ts';
import type { MountRecord } from '../../journal/records.ts';
import { changedByUser, placeToChange } from '../../namespace/attributes.ts';
import type { WantedChange } from '../../namespace/attributes.ts';
import { pathOfInode } from '../../namespace/resolve.ts';
import type { AlluxioPath } from '../../uri.ts';
import { UfsUri } from '../../uri.ts';
import { renamePath } from '../rename.ts';
import type { FileSystemContext } from '../context.ts';
import { removePath } from '../delete.ts';
import type { MountOptions, Mounts } from '../file-system.ts';
import { listEntries } from '../listing.ts';
import { createMounts } from '../mounts.ts';
import type { Ownership } from '../ownership.ts';
import { changeOwnership } from '../ownership.ts';
import { transactWhenFree } from '../transact.ts';
import { pathOf } from './check.ts';
import type { Step } from './steps.ts';

const BATCH = 1000;

type AttributeStep = Extract<Step, { kind: 'attributes' }>;

export async function takeBack(context: FileSystemContext, steps: readonly Step[]): Promise<void> {
  const mounts = createMounts(context);
  const attributes = steps.filter((step) => step.kind === 'attributes');
  // All or nothing, as far as permission is concerned.
  for (let at = 0; at < attributes.length; at += BATCH) requirePermission(context, attributes.slice(at, at + BATCH));
  for (const step of [...steps].reverse()) if (step.kind !== 'attributes') await takeBackOne(context, step, mounts);
  for (let at = 0; at < attributes.length; at += BATCH) await changeBack(context, attributes.slice(at, at + BATCH));
}

async function takeBackOne(context: FileSystemContext, step: Exclude<Step, AttributeStep>, mounts: Mounts): Promise<void> {
  switch (step.kind) {
    case 'move': {
      const [now, then] = context.journal.read((view) => [pathOfInode(view, step.id), pathOf(view, step.from)]);
      if (now === undefined || then === undefined) throw gone(step.from.name);
      return renamePath(context, now, then);
    }
    case 'create': {
      const [path, directory] = context.journal.read((view) => [pathOfInode(view, step.id), view.locate(step.id)?.inode.directory === true]);
      return path === undefined ? undefined : removePath(context, path, { recursive: directory });
    }
    case 'mount': {
      const path = context.journal.read((view) => pathOfInode(view, step.mount.inodeId));
      if (path === undefined) throw gone(step.mount.ufsUri);
      await requireStored(context, path);
      return mounts.unmount(path);
    }
    case 'unmount': {
      const path = context.journal.read((view) => pathOf(view, step.place));
      if (path === undefined) throw gone(step.place.name);
      return mounts.mount(path, UfsUri.parse(step.mount.ufsUri), optionsOf(step.mount));
    }
    case 'update': {
      const path = context.journal.read((view) => pathOfInode(view, step.after.inodeId));
      if (path === undefined) throw gone(step.after.ufsUri);
      return mounts.update(path, optionsOf(step.before));
    }
  }
}

/** Nothing but the options: a mount that is made again has an id of its own. */
function optionsOf({ readOnly, shared, properties }: MountRecord): MountOptions {
  return { readOnly, shared, properties };
}

/** Unmounting drops what is only in the cache. */
async function requireStored(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  for await (const page of listEntries(context, path, { recursive: true, loadType: 'NEVER', syncIntervalMs: -1 })) {
    const only = page.find(({ directory, persistence }) => !directory && persistence !== 'PERSISTED');
    if (only !== undefined) throw new AlluxioError('FAILED_PRECONDITION', `${only.path} is not in the under storage and would be lost.`, { hint: `Persist it first: alluxio fs persist ${path}` });
  }
}

function wantedOf({ before }: AttributeStep): WantedChange {
  const { owner, group, mode, acl, defaultAcl } = before;
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    // An ACL is the owner's to change, as the mode is.
    ...(mode === undefined && acl === undefined && defaultAcl === undefined ? {} : { mode: mode ?? 0 }),
  };
}

/** @throws PERMISSION_DENIED, READ_ONLY */
function requirePermission(context: FileSystemContext, steps: readonly AttributeStep[]): void {
  context.journal.read((view) => {
    for (const step of steps) {
      const path = pathOfInode(view, step.id);
      if (path !== undefined) placeToChange(view, context.subject, path, wantedOf(step));
    }
  });
}

async function changeBack(context: FileSystemContext, steps: readonly AttributeStep[]): Promise<void> {
  const children = context.journal.read((view) => steps.flatMap(({ id }) => view.locate(id) ?? []));
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ownershipOf = ({ inode }: Child): Ownership => {
    const { owner, group, mode } = byId.get(inode.id)?.before ?? {};
    return { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }), ...(mode === undefined ? {} : { mode }) };
  };
  const record = (tx: Transaction): void => {
    for (const { id, before } of steps) {
      const inode = tx.locate(id)?.inode;
      if (inode !== undefined && pathOfInode(tx, id) !== undefined) tx.append(changedByUser(inode, before));
    }
  };
  await changeOwnership(context, children, ownershipOf, { run: transactWhenFree, record });
}

function gone(what: string): AlluxioError {
  return new AlluxioError('CANCELLED', `${what} is not there any more: somebody else was faster.`);
}
