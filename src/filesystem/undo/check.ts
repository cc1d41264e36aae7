/** Whether the steps of a run can be taken back as things are now. */
import { MISSING_SECRET } from '../../config/references.ts';
import { withoutSecrets } from '../../config/redact.ts';
import { AlluxioError } from '../../errors.ts';
import type { InodeChange } from '../../journal/entries.ts';
import type { View } from '../../journal/journal.ts';
import { pathOfInode } from '../../namespace/resolve.ts';
import type { AlluxioPath } from '../../uri.ts';
import { joinPath } from '../../uri.ts';
import { trashAbove } from '../trash.ts';
import type { Place, Step } from './steps.ts';

/** `done`: it has been taken back already, or there is nothing left of it. A text says why it cannot be. */
export type Verdict = 'todo' | 'done' | { readonly why: string };

/** What stood when it was looked at does not any more. */
export class Changed extends AlluxioError {
  constructor(readonly why: string) {
    super('FAILED_PRECONDITION', why);
  }
}

/** For the transaction that takes a step back: it holds there too. @throws Changed */
export function requireTodo(view: View, step: Step): void {
  const verdict = verdictOf(view, step, ALONE);
  if (verdict === 'done') throw new Changed('somebody else took it back, or removed it, meanwhile');
  if (verdict !== 'todo') throw new Changed(verdict.why);
}

export interface Whole {
  /** Inodes that the run made. */
  readonly made: ReadonlySet<number>;
  /** It moved something: what it made in a trash was for that. */
  readonly moved: boolean;
}

/** A step by itself: nothing that the run made else counts. */
export const ALONE: Whole = { made: new Set(), moved: false };

export function wholeOf(steps: readonly Step[]): Whole {
  return { made: new Set(steps.flatMap((step) => (step.kind === 'create' ? [step.id] : []))), moved: steps.some(({ kind }) => kind === 'move') };
}

export function verdictOf(view: View, step: Step, whole: Whole): Verdict {
  switch (step.kind) {
    case 'move':
      return movedBack(view, step);
    case 'attributes':
      return changedBack(view, step);
    case 'create':
      return removedAgain(view, step, whole);
    case 'mount':
      return view.mounts().some(({ id }) => id === step.mount.id) ? 'todo' : 'done';
    case 'unmount':
      return mountedAgain(view, step);
    case 'update':
      return updatedBack(view, step);
  }
}

function isAt({ parentId, name }: Place, place: Place): boolean {
  return parentId === place.parentId && name === place.name;
}

function movedBack(view: View, { id, from, to }: Extract<Step, { kind: 'move' }>): Verdict {
  const now = view.locate(id);
  const path = pathOfInode(view, id);
  if (now === undefined || path === undefined) return { why: `what it moved to ${pathOf(view, to) ?? to.name} is not there any more` };
  if (isAt(now, from)) return 'done';
  if (!isAt(now, to)) return { why: `what it moved was moved again since, to ${path}` };
  const back = pathOf(view, from);
  if (back === undefined) return { why: `the directory that ${from.name} was in is not there any more` };
  if (view.child(from.parentId, from.name) !== undefined) return { why: `${back}, where it was, is taken` };
  return 'todo';
}

function changedBack(view: View, { id, before, after }: Extract<Step, { kind: 'attributes' }>): Verdict {
  const now = view.locate(id)?.inode;
  const path = pathOfInode(view, id);
  if (now === undefined || path === undefined) return 'done';
  if (holds(now, before)) return 'done';
  return holds(now, after) ? 'todo' : { why: `${path} was changed since` };
}

function holds(inode: InodeChange, values: InodeChange): boolean {
  return Object.entries(values).every(([key, value]) => JSON.stringify(inode[key as keyof InodeChange]) === JSON.stringify(value));
}

function removedAgain(view: View, { id, place }: Extract<Step, { kind: 'create' }>, { made, moved }: Whole): Verdict {
  const now = view.locate(id);
  const path = pathOfInode(view, id);
  if (now === undefined || path === undefined) return 'done';
  if (trashAbove(view, path) !== undefined && (moved || !isAt(now, place))) return 'done';
  if (!isAt(now, place)) return { why: `what it made was moved since, to ${path}` };
  if (now.inode.length > 0) return { why: `${path} was written since` };
  const others = view.children(id, { limit: made.size + 1 }).filter(({ inode }) => !made.has(inode.id));
  return others.length > 0 ? { why: `${path} is not empty any more` } : 'todo';
}

function mountedAgain(view: View, { mount, place }: Extract<Step, { kind: 'unmount' }>): Verdict {
  const path = pathOf(view, place);
  if (path === undefined) return { why: `the directory that ${place.name} was in is not there any more` };
  if (view.mounts().some(({ ufsUri, inodeId }) => ufsUri === mount.ufsUri && pathOfInode(view, inodeId) === path)) return 'done';
  if (view.child(place.parentId, place.name) !== undefined) return { why: `${path}, where it was, is taken` };
  return secretsMissing(mount.properties) ?? 'todo';
}

function updatedBack(view: View, { before, after }: Extract<Step, { kind: 'update' }>): Verdict {
  const now = view.mounts().find(({ id }) => id === after.id);
  if (now === undefined) return { why: `the mount of ${after.ufsUri} is not there any more` };
  // Masked in the log, and without secrets here: what is left must be the same.
  const same = (one: typeof now, other: typeof now): boolean => one.readOnly === other.readOnly && one.shared === other.shared && shape(one) === shape(other);
  if (same(now, before) && !same(before, after)) return 'done';
  if (!same(now, after)) return { why: `the mount of ${after.ufsUri} was changed since` };
  return secretsMissing(before.properties) ?? 'todo';
}

function shape({ properties }: { readonly properties: Readonly<Record<string, string>> }): string {
  const hidden = withoutSecrets(properties);
  return JSON.stringify(Object.entries(hidden).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function secretsMissing(properties: Readonly<Record<string, string>>): Verdict | undefined {
  const missing = Object.entries(properties).flatMap(([key, value]) => (value === MISSING_SECRET ? [key] : []));
  if (missing.length === 0) return undefined;
  return { why: `the log keeps no secrets, and the mount needs ${missing.join(' and ')}; mount it by hand (references such as env:NAME are kept)` };
}

export function pathOf(view: View, { parentId, name }: Place): AlluxioPath | undefined {
  const parent = pathOfInode(view, parentId);
  return parent === undefined ? undefined : joinPath(parent, name);
}
