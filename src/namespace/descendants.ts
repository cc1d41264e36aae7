/** Permissions of a recursive operation: what Alluxio demands of everything below the path. */
import type { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { Subject } from './permissions.ts';
import { EXECUTE, WRITE, denied, isSuperuser, notOwner, permits } from './permissions.ts';

/** `write`: write access to each inode; `owner`: each must belong to the user. The way to it needs execute either way. */
export type Demand = 'write' | 'owner';

export interface Refusal {
  readonly id: number;
  readonly path: AlluxioPath;
  /** Directories between the top, itself included, and the refused inode, outermost first. */
  readonly above: readonly { readonly id: number; readonly path: AlluxioPath }[];
  readonly error: AlluxioError;
}

interface Open {
  readonly child: Child;
  readonly path: AlluxioPath;
  readonly above: Refusal['above'];
  /** Children that were read and not looked at, the next one last. */
  page: Child[];
  after: string | undefined;
}

const PAGE = 1000;

/** What is refused below a directory (itself not asked), depth first in name order. Nothing below a refused directory is named. */
export function* refusedBelow(view: View, subject: Subject, top: { child: Child; path: AlluxioPath }, demand: Demand): Generator<Refusal> {
  if (!top.child.inode.directory || isSuperuser(view, subject)) return;
  const stack = [opened(top.child, top.path, [])];
  for (let at = stack[stack.length - 1]; at !== undefined; at = stack[stack.length - 1]) {
    const child = nextChild(view, at);
    if (child === undefined) {
      stack.pop();
      continue;
    }
    const path = joinPath(at.path, child.name);
    const error = refusal(subject, { child, path, parent: at.child, demand });
    if (error !== undefined) yield { id: child.inode.id, path, above: at.above, error };
    else if (child.inode.directory) stack.push(opened(child, path, at.above));
  }
}

function opened(child: Child, path: AlluxioPath, above: Refusal['above']): Open {
  return { child, path, above: [...above, { id: child.inode.id, path }], page: [], after: undefined };
}

function nextChild(view: View, at: Open): Child | undefined {
  if (at.page.length === 0) {
    const { after } = at;
    at.page = view.children(at.child.inode.id, { limit: PAGE, ...(after === undefined ? {} : { after }) }).reverse();
    at.after = at.page[0]?.name ?? after;
  }
  return at.page.pop();
}

function refusal(subject: Subject, of: { child: Child; path: AlluxioPath; parent: Child; demand: Demand }): AlluxioError | undefined {
  const { child, path, parent, demand } = of;
  if (!permits(subject, parent.inode, EXECUTE)) return denied(subject, { path, child: parent, bits: EXECUTE });
  if (demand === 'owner') return child.inode.owner === subject.user ? undefined : notOwner(subject, path);
  return permits(subject, child.inode, WRITE) ? undefined : denied(subject, { path, child, bits: WRITE });
}
