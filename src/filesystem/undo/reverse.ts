/** Doing the opposite of steps, the last one first, with the rights of whoever asks for it. */
import type { Child, Transaction, View } from '../../journal/journal.ts';
import type { MountRecord } from '../../journal/records.ts';
import { changedByUser, placeToChange } from '../../namespace/attributes.ts';
import type { WantedChange } from '../../namespace/attributes.ts';
import { pathOfInode } from '../../namespace/resolve.ts';
import type { AlluxioPath } from '../../uri.ts';
import { UfsUri } from '../../uri.ts';
import { renamePath } from '../rename.ts';
import type { FileSystemContext } from '../context.ts';
import { removeUnchanged } from '../delete.ts';
import type { MountOptions } from '../file-system.ts';
import { mountAt, unmountAt, updateMount } from '../mounts.ts';
import type { Ownership } from '../ownership.ts';
import { changeOwnership } from '../ownership.ts';
import { transactWhenFree } from '../transact.ts';
import { ALONE, Changed, pathOf, requireTodo, verdictOf } from './check.ts';
import type { Newer } from './newer.ts';
import type { Step } from './steps.ts';
import { changedInStorage } from './stored.ts';

const BATCH = 1000;

type AttributeStep = Extract<Step, { kind: 'attributes' }>;

/** What holds of the steps is asked again in each transaction: others work meanwhile. @throws Changed */
export async function takeBack(context: FileSystemContext, steps: readonly Step[], newer: Newer): Promise<void> {
  const attributes = steps.filter((step) => step.kind === 'attributes');
  // All or nothing, as far as permission is concerned.
  for (let at = 0; at < attributes.length; at += BATCH) requirePermission(context, attributes.slice(at, at + BATCH));
  for (const step of [...steps].reverse()) {
    if (step.kind === 'attributes') continue;
    await newer.catchUp();
    await takeBackOne(context, step, newer);
  }
  for (let at = 0; at < attributes.length; at += BATCH) {
    await newer.catchUp();
    await changeBack(context, attributes.slice(at, at + BATCH), newer);
  }
}

type Paths = readonly (AlluxioPath | undefined)[];

async function takeBackOne(context: FileSystemContext, step: Exclude<Step, AttributeStep>, newer: Newer): Promise<void> {
  const pathsIn = (view: View): Paths => pathsOf(view, step);
  const paths = context.journal.read(pathsIn);
  const [path, then] = paths;
  const still = (view: View): void => {
    requireTodo(view, step);
    requireNothingNewer(newer, view);
    if (pathsIn(view).some((each, i) => each !== paths[i])) throw new Changed(`what leads to ${path ?? ''} was moved meanwhile`);
  };
  if (path === undefined) throw gone(step);
  switch (step.kind) {
    case 'move':
      if (then === undefined) throw gone(step);
      return renamePath(context, path, then, still);
    case 'create':
      return removeUnchanged(context, path, still);
    case 'mount':
      return unmountAt(context, path, still);
    case 'unmount':
      return mountAt(context, { path, uri: UfsUri.parse(step.mount.ufsUri), options: optionsOf(step.mount) }, still);
    case 'update':
      return updateMount(context, path, optionsOf(step.before), still);
  }
}

/** Where it is now, and of a move where it was. */
function pathsOf(view: View, step: Exclude<Step, AttributeStep>): Paths {
  switch (step.kind) {
    case 'move':
      return [pathOfInode(view, step.id), pathOf(view, step.from)];
    case 'create':
      return [pathOfInode(view, step.id)];
    case 'mount':
      return [pathOfInode(view, step.mount.inodeId)];
    case 'unmount':
      return [pathOf(view, step.place)];
    case 'update':
      return [pathOfInode(view, step.after.inodeId)];
  }
}

/** @throws Changed */
function requireNothingNewer(newer: Newer, view: View): void {
  const { dependent } = newer.since(view);
  if (dependent !== undefined) throw new Changed(dependent);
}

/** Nothing but the options: a mount that is made again has an id of its own. */
function optionsOf({ readOnly, shared, properties }: MountRecord): MountOptions {
  return { readOnly, shared, properties };
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

async function changeBack(context: FileSystemContext, steps: readonly AttributeStep[], newer: Newer): Promise<void> {
  const changed = await changedInStorage(context, steps);
  if (changed !== undefined) throw new Changed(changed);
  const children = context.journal.read((view) => steps.flatMap(({ id }) => view.locate(id) ?? []));
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ownershipOf = ({ inode }: Child): Ownership => {
    const { owner, group, mode } = byId.get(inode.id)?.before ?? {};
    return { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }), ...(mode === undefined ? {} : { mode }) };
  };
  const record = (tx: Transaction): void => {
    requireNothingNewer(newer, tx);
    const verdicts = steps.map((step) => verdictOf(tx, step, ALONE));
    for (const verdict of verdicts) if (typeof verdict === 'object') throw new Changed(verdict.why);
    for (const [i, { id, before }] of steps.entries()) {
      const inode = tx.locate(id)?.inode;
      if (inode !== undefined && verdicts[i] === 'todo') tx.append(changedByUser(inode, before));
    }
  };
  await changeOwnership(context, children, ownershipOf, { run: transactWhenFree, record });
}

function gone(step: Exclude<Step, AttributeStep>): Changed {
  const name = step.kind === 'move' ? step.from.name : step.kind === 'create' || step.kind === 'unmount' ? step.place.name : step.kind === 'mount' ? step.mount.ufsUri : step.after.ufsUri;
  return new Changed(`${name} is not there any more`);
}
