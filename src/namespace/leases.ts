/** Which paths are held by long operations. A conflict is data: the file system waits, recovers or fails. */
import type { Child, View } from '../journal/journal.ts';
import { ROOT_ID } from '../journal/journal.ts';
import type { IntentRecord, LeaseTarget } from '../journal/records.ts';

/** Thrown out of a transaction, so that it leaves nothing behind; caught by the file system, never shown. */
export class LeaseConflict extends Error {
  constructor(readonly intent: IntentRecord) {
    super('path is held');
    this.name = 'LeaseConflict';
  }
}

/** The lease target of a resolved path's last component; `chain` leads to its parent at least. */
export function targetOf(parent: Child, name: string, scope: LeaseTarget['scope']): LeaseTarget {
  return { parentId: parent.inode.id, name, scope };
}

/**
 * Refuses when somebody else holds the target: the same entry, a tree that it lies in, or (for a tree) anything below it.
 * `ancestors`: the existing directories from the root to the target's parent.
 * @throws LeaseConflict
 */
export function requireFree(view: View, target: LeaseTarget, ancestors: readonly Child[], own?: number): void {
  const exact = view.lease(target.parentId, target.name);
  if (exact !== undefined) refuse(view, exact.intentId, own);
  for (const ancestor of ancestors) {
    const held = view.lease(ancestor.parentId, ancestor.name);
    if (held?.scope === 'tree') refuse(view, held.intentId, own);
  }
  if (target.scope !== 'tree') return;
  const inode = view.child(target.parentId, target.name);
  if (inode === undefined) return;
  for (const held of view.leases()) {
    if (held.intentId !== own && isBelow(view, held.parentId, inode.id)) refuse(view, held.intentId, own);
  }
}

/** True when somebody holds the entry or a tree above it: loaders leave such names alone. */
export function isHeld(view: View, parentId: number, name: string): boolean {
  return view.lease(parentId, name) !== undefined;
}

/** True when somebody holds anything below a directory. */
export function isHeldBelow(view: View, directoryId: number): boolean {
  return view.leases().some((held) => isBelow(view, held.parentId, directoryId));
}

function refuse(view: View, intentId: number, own: number | undefined): void {
  if (intentId === own) return;
  const intent = view.intent(intentId);
  if (intent !== undefined) throw new LeaseConflict(intent);
}

function isBelow(view: View, id: number, ancestorId: number): boolean {
  for (let at = id; at !== ancestorId; ) {
    if (at === ROOT_ID || at === 0) return false;
    const child = view.locate(at);
    if (child === undefined) return false;
    at = child.parentId;
  }
  return true;
}
