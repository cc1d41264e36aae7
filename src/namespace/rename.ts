/** Deciding a rename: permission and writable mounts first, then the sheet's checks in its order. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { LeaseTarget, MountRecord } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT, isAtOrBelow, nameOf, parentOf } from '../uri.ts';
import { requireFree } from './leases.ts';
import { mountOf, mountPoints, refuseReadOnly } from './mount-table.ts';
import type { Subject } from './permissions.ts';
import { requireParentAccess } from './permissions.ts';
import type { Resolution } from './resolve.ts';
import { deepest, notFound, resolve } from './resolve.ts';

export interface RenamePlan {
  readonly source: Child;
  readonly toParent: Child;
  readonly toName: string;
  readonly mount: MountRecord;
  readonly fromKey: string;
  readonly toKey: string;
  /** Something of it is in the under storage, which must follow. */
  readonly persisted: boolean;
  readonly leases: readonly [LeaseTarget, LeaseTarget];
}

/** Undefined when there is nothing to do (same path). @throws as sheet `mv`; LeaseConflict */
export function planRename(view: View, subject: Subject, from: AlluxioPath, to: AlluxioPath): RenamePlan | undefined {
  const [source, target] = [resolve(view, from), resolve(view, to)];
  requireParentAccess(view, subject, source);
  requireParentAccess(view, subject, target);
  const [fromMount, toMount] = [mountOf(view, source), mountOf(view, target)];
  refuseReadOnly(fromMount, from);
  refuseReadOnly(toMount, to);
  if (source.missing.length > 0) throw notFound(from);
  if (from === to) return undefined;
  if (from === ROOT) throw refused('The root directory cannot be renamed', from);
  if (to === ROOT) throw refused('Cannot rename a path to the root directory', to);
  refuseMounts(view, { from, to, sameMount: fromMount.mount.id === toMount.mount.id });
  if (isAtOrBelow(to, from)) throw refused(`Cannot rename because ${from} is a prefix of ${to}`, from);
  const toParent = parentDirectory(target, to);
  if (target.missing.length === 0) throw new AlluxioError('ALREADY_EXISTS', `Cannot rename because destination already exists. src: ${from} dst: ${to}`, { path: to });
  const child = deepest(source);
  const leases = [
    { parentId: child.parentId, name: child.name, scope: 'tree' },
    { parentId: toParent.inode.id, name: nameOf(to), scope: 'tree' },
  ] as const;
  requireFree(view, leases[0], source.chain.slice(0, -1));
  requireFree(view, leases[1], target.chain);
  return {
    source: child,
    toParent,
    toName: nameOf(to),
    mount: fromMount.mount,
    fromKey: fromMount.key,
    toKey: toMount.key,
    persisted: child.inode.persistence === 'PERSISTED',
    leases,
  };
}

function refuseMounts(view: View, input: { from: AlluxioPath; to: AlluxioPath; sameMount: boolean }): void {
  const { from, to } = input;
  const points = mountPoints(view).map((point) => point.path);
  if (!input.sameMount || points.some((point) => isAtOrBelow(point, from))) {
    if (points.includes(to) && !points.includes(from) && isAtOrBelow(from, to)) throw refused(`${to} is a mount point and cannot be renamed onto`, to);
    throw refused(`Renaming ${from} to ${to} is a cross mount operation`, from);
  }
  if (points.includes(to)) throw refused(`${to} is a mount point and cannot be renamed onto`, to);
}

function parentDirectory(target: Resolution, to: AlluxioPath): Child {
  const existing = target.missing.length === 0 ? target.chain[target.chain.length - 2] : deepest(target);
  if (target.missing.length > 1 || existing === undefined) throw notFound(parentOf(to));
  if (!existing.inode.directory) {
    throw new AlluxioError('NOT_A_DIRECTORY', `Could not traverse to parent directory of path ${to}. Component ${existing.name} is not a directory.`, { path: to });
  }
  return existing;
}

function refused(message: string, path: AlluxioPath): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', message, { path });
}
