/** Deciding a creation: where it may go, and what must be there already. */
import { AlluxioError } from '../errors.ts';
import type { Child, Transaction, View } from '../journal/journal.ts';
import type { InodeRecord, LeaseTarget } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT, nameOf } from '../uri.ts';
import { newDirectory } from './inodes.ts';
import { requireFree } from './leases.ts';
import type { MountedPath } from './mount-table.ts';
import { mountOf, refuseReadOnly } from './mount-table.ts';
import type { Subject } from './permissions.ts';
import { requireParentAccess } from './permissions.ts';
import type { Resolution } from './resolve.ts';
import { deepest, resolve } from './resolve.ts';

/** A place where a file may be created. */
export interface CreatePlace {
  readonly parent: Child;
  readonly ancestors: readonly Child[];
  readonly name: string;
  readonly mounted: MountedPath;
  readonly lease: LeaseTarget;
}

/** @throws ALREADY_EXISTS, NOT_FOUND, NOT_A_DIRECTORY, PERMISSION_DENIED, READ_ONLY; LeaseConflict */
export function placeForFile(view: View, subject: Subject, path: AlluxioPath, ownIntent?: number): CreatePlace {
  const resolution = resolve(view, path);
  requireParentAccess(view, subject, resolution);
  const mounted = mountOf(view, resolution);
  refuseReadOnly(mounted, path);
  if (resolution.missing.length === 0) {
    throw new AlluxioError('ALREADY_EXISTS', `Not allowed to create file because path already exists: ${path}`, { path });
  }
  refuseFileAsParent(resolution, path);
  if (resolution.missing.length > 1) throw missingComponent(resolution, path);
  const parent = deepest(resolution);
  const name = nameOf(path);
  const lease: LeaseTarget = { parentId: parent.inode.id, name, scope: 'entry' };
  requireFree(view, lease, resolution.chain, ownIntent);
  return { parent, ancestors: resolution.chain, name, mounted, lease };
}

export interface MakeDirectoryInput {
  readonly path: AlluxioPath;
  readonly recursive: boolean;
  readonly owner: string;
  readonly group: string;
  readonly umask: number;
  readonly mode: number | undefined;
  readonly nowMs: number;
  /** The intent under which the caller already works on this path. */
  readonly ownIntent?: number | undefined;
}

/** Where a directory would go. Same refusals as a file, in the words for directories. */
export function placeForDirectory(view: View, subject: Subject, input: MakeDirectoryInput): { resolution: Resolution; mounted: MountedPath } {
  const { path } = input;
  if (path === ROOT) throw new AlluxioError('ALREADY_EXISTS', 'Not allowed to create existing root path: /', { path });
  const resolution = resolve(view, path);
  requireParentAccess(view, subject, resolution);
  const mounted = mountOf(view, resolution);
  refuseReadOnly(mounted, path);
  if (resolution.missing.length === 0) {
    throw new AlluxioError('ALREADY_EXISTS', `Not allowed to create directory because path already exists: ${path}`, { path });
  }
  refuseFileAsParent(resolution, path);
  if (resolution.missing.length > 1 && !input.recursive) throw missingComponent(resolution, path);
  const first = resolution.missing[0] ?? '';
  requireFree(view, { parentId: deepest(resolution).inode.id, name: first, scope: 'entry' }, resolution.chain, input.ownIntent);
  return { resolution, mounted };
}

/** Appends the directory and its missing parents. Returns their ids, outermost first. */
export function createDirectories(tx: Transaction, subject: Subject, input: MakeDirectoryInput): { ids: number[]; mounted: MountedPath } {
  const { resolution, mounted } = placeForDirectory(tx, subject, input);
  let parent = deepest(resolution).inode;
  const ids: number[] = [];
  resolution.missing.forEach((name, i) => {
    const last = i === resolution.missing.length - 1;
    const inode = newDirectory({
      id: tx.allocate(),
      nowMs: input.nowMs,
      owner: input.owner,
      group: input.group,
      umask: input.umask,
      mode: last ? input.mode : undefined,
      parent,
    });
    tx.append({ type: 'inode-created', parentId: parent.id, name, inode });
    ids.push(inode.id);
    parent = inode;
  });
  noteEntryMade(tx, deepest(resolution).inode, input.nowMs);
  return { ids, mounted };
}

/** The directory has a new entry. One that has just got another keeps its time. */
export function noteEntryMade(tx: Transaction, parent: InodeRecord, nowMs: number): void {
  if (parent.modifiedMs !== nowMs) tx.append({ type: 'inode-changed', id: parent.id, change: { modifiedMs: nowMs } });
}

function refuseFileAsParent(resolution: Resolution, path: AlluxioPath): void {
  const parent = deepest(resolution);
  if (parent.inode.directory) return;
  throw new AlluxioError('NOT_A_DIRECTORY', `Could not traverse to parent directory of path ${path}. Component ${parent.name} is not a directory.`, { path });
}

export function missingComponent(resolution: Resolution, path: AlluxioPath): AlluxioError {
  const message = `File ${path} creation failed. Component ${resolution.chain.length}(${resolution.missing[0] ?? ''}) does not exist`;
  return new AlluxioError('NOT_FOUND', message, { path });
}
