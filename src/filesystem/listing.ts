/** Streaming listings: one batch in memory, each a short read of the journal. */
import type { Child, ChildRange, View } from '../journal/journal.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { EXECUTE, READ, isSuperuser, permits, requireAccess } from '../namespace/permissions.ts';
import { existing, resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { EntryPage, FileStatus, ListOptions, PageRange, SyncOptions } from './file-system.ts';
import { childrenToLoad, treeToLoad } from './metadata/known.ts';
import { loadChildren } from './metadata/load-children.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import { checked, readStatus } from './status.ts';
import type { DirectoryPlace } from './status-view.ts';
import { viewOfChild } from './status-view.ts';

const BATCH = 1000;
/** Of a directory by itself: what is listed in a blink is not worth holding a thousand entries at a time. */
const SMALL_BATCH = 128;

export async function* listEntries(context: FileSystemContext, path: AlluxioPath, options: ListOptions = {}): AsyncGenerator<readonly FileStatus[]> {
  await lookUp(context, path, options);
  const { directory, entered } = context.journal.read((view) => listable(context, view, path, options.recursive === true));
  if (!directory) {
    yield [context.journal.read((view) => readStatus(view, path))];
    return;
  }
  if (!entered) return;
  if (options.recursive === true) {
    if (treeToLoad(context, path, options) !== undefined) await loadTree(context, path, options);
    yield* descend(context, path, options);
  } else {
    if (childrenToLoad(context, path, options) !== undefined) await loadChildren(context, path, options);
    yield* direct(context, path, options);
  }
}

export async function pageEntries(context: FileSystemContext, path: AlluxioPath, range: PageRange, options: SyncOptions = {}): Promise<EntryPage> {
  await lookUp(context, path, options);
  const { directory } = context.journal.read((view) => listable(context, view, path, false));
  if (!directory) return { entries: [context.journal.read((view) => readStatus(view, path))], next: undefined, previous: undefined };
  await loadChildren(context, path, options);
  return context.journal.read((view) => {
    const { id, place } = cursorAt(view, path);
    const page = childrenIn(view, id, range);
    const [first, last] = [page[0]?.name, page[page.length - 1]?.name];
    const more = (beside: ChildRange): boolean => view.children(id, { ...beside, limit: 1 }).length > 0;
    return {
      entries: page.map((child) => viewOfChild(view, joinPath(path, child.name), child, { place })),
      next: last !== undefined && more({ after: last }) ? last : undefined,
      previous: first !== undefined && more({ before: first, reverse: true }) ? first : undefined,
    };
  });
}

function childrenIn(view: View, id: number, { limit, after, from, before, offset = 0 }: PageRange): Child[] {
  if (before !== undefined) return view.children(id, { before, reverse: true, limit }).reverse();
  if (offset > 0) return childrenAt(view, id, { offset, limit });
  const first = from === undefined ? undefined : view.child(id, from);
  const exact = first === undefined || from === undefined ? [] : [{ parentId: id, name: from, inode: first }];
  const start = from ?? after;
  return [...exact, ...view.children(id, { limit: limit - exact.length, ...(start === undefined ? {} : { after: start }) })];
}

/** Counted from the end that is nearer. */
function childrenAt(view: View, id: number, { offset, limit }: { offset: number; limit: number }): Child[] {
  const total = view.totals(id).children;
  const count = Math.max(0, Math.min(limit, total - offset));
  if (2 * offset <= total) return view.children(id, { skip: offset, limit: count });
  return view.children(id, { reverse: true, skip: total - offset - count, limit: count }).reverse();
}

/** Listing needs to read the path and, for a directory's content, to enter it. A recursive listing passes over what cannot be entered, as Alluxio's does. */
function listable(context: FileSystemContext, view: View, path: AlluxioPath, recursive: boolean): { directory: boolean; entered: boolean } {
  const { target, chain } = checked(context, view, path, READ);
  const { directory } = target.inode;
  if (!directory) return { directory, entered: true };
  if (!recursive) requireAccess(view, context.subject, { chain, path }, EXECUTE);
  return { directory, entered: isSuperuser(view, context.subject) || permits(context.subject, target.inode, EXECUTE) };
}

interface Cursor {
  readonly id: number;
  readonly path: AlluxioPath;
  readonly place: DirectoryPlace;
  readonly brief: boolean;
  after: string | undefined;
}

async function* direct(context: FileSystemContext, path: AlluxioPath, { brief = false }: ListOptions): AsyncGenerator<readonly FileStatus[]> {
  const cursor = context.journal.read((view) => cursorAt(view, path, brief));
  for (let more = true; more; ) {
    const page = nextPage(context, cursor, SMALL_BATCH);
    more = page.length === SMALL_BATCH;
    if (page.length > 0) yield page;
  }
}

/**
 * Depth first in name order, each directory before its content, read by read. What a page brought after a directory waits in `pending` while
 * the directory's own content is listed.
 */
async function* descend(context: FileSystemContext, path: AlluxioPath, { signal, brief = false }: ListOptions): AsyncGenerator<readonly FileStatus[]> {
  const { subject } = context;
  const superuser = context.journal.read((view) => isSuperuser(view, subject));
  const stack: { cursor: Cursor; pending: FileStatus[]; at: number; ended: boolean }[] = [];
  stack.push({ cursor: context.journal.read((view) => cursorAt(view, path, brief)), pending: [], at: 0, ended: false });
  let out: FileStatus[] = [];
  for (let level = stack[stack.length - 1]; level !== undefined; level = stack[stack.length - 1]) {
    const here = level;
    if (here.at >= here.pending.length) {
      if (here.ended) {
        stack.pop();
        continue;
      }
      here.pending = nextPage(context, here.cursor, BATCH);
      here.at = 0;
      here.ended = here.pending.length < BATCH;
      signal?.throwIfAborted();
      continue;
    }
    const status = here.pending[here.at++];
    if (status === undefined) continue;
    if (status.directory && !superuser && !permits(subject, status, EXECUTE)) continue;
    out.push(status);
    if (status.directory) {
      const next = context.journal.read((view) => cursorIfThere(view, status.path, brief));
      if (next !== undefined) stack.push({ cursor: next, pending: [], at: 0, ended: false });
    }
    if (out.length < BATCH) continue;
    yield out;
    out = [];
  }
  if (out.length > 0) yield out;
}

function cursorAt(view: View, path: AlluxioPath, brief = false): Cursor {
  const { target, chain } = existing(view, path);
  const { mount, key } = mountOf(view, { path, chain, missing: [] });
  return { id: target.inode.id, path, place: { mount, key }, brief, after: undefined };
}

/** Undefined when the directory vanished meanwhile. */
function cursorIfThere(view: View, path: AlluxioPath, brief: boolean): Cursor | undefined {
  return resolve(view, path).missing.length === 0 ? cursorAt(view, path, brief) : undefined;
}

function nextPage(context: FileSystemContext, cursor: Cursor, limit: number): FileStatus[] {
  const { id, path, place, brief, after } = cursor;
  const page = context.journal.read((view) => {
    const children = view.children(id, { limit, brief, ...(after === undefined ? {} : { after }) });
    return children.map((child) => viewOfChild(view, joinPath(path, child.name), child, { place, brief }));
  });
  cursor.after = page[page.length - 1]?.name ?? after;
  return page;
}
