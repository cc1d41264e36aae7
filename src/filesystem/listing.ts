/** Streaming listings: one batch in memory, each a short read of the journal. */
import type { View } from '../journal/journal.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { READ, EXECUTE } from '../namespace/permissions.ts';
import { existing } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { FileStatus, ListOptions } from './file-system.ts';
import { loadChildren } from './metadata/load-children.ts';
import { loadTree } from './metadata/load-tree.ts';
import { lookUp } from './metadata/lookup.ts';
import { checked, readStatus } from './status.ts';
import type { DirectoryPlace } from './status-view.ts';
import { viewOfChild } from './status-view.ts';

const BATCH = 1000;

export async function* listEntries(context: FileSystemContext, path: AlluxioPath, options: ListOptions = {}): AsyncGenerator<readonly FileStatus[]> {
  await lookUp(context, path, options);
  const directory = context.journal.read((view) => checked(context, view, path, READ | EXECUTE).target.inode.directory);
  if (!directory) {
    yield [context.journal.read((view) => readStatus(context, view, path))];
    return;
  }
  if (options.recursive === true) {
    await loadTree(context, path, options);
    yield* descend(context, path, options.signal);
  } else {
    await loadChildren(context, path, options);
    yield* direct(context, path);
  }
}

interface Cursor {
  readonly id: number;
  readonly path: AlluxioPath;
  readonly place: DirectoryPlace;
  after: string | undefined;
}

async function* direct(context: FileSystemContext, path: AlluxioPath): AsyncGenerator<readonly FileStatus[]> {
  const cursor = context.journal.read((view) => cursorAt(view, path));
  for (let more = true; more; ) {
    const page = context.journal.read((view) => pageOf(view, cursor));
    more = page.length === BATCH;
    if (page.length > 0) yield page;
  }
}

/**
 * Depth first in name order, each directory before its content, read by read. What a page brought after a directory waits in `pending` while
 * the directory's own content is listed.
 */
async function* descend(context: FileSystemContext, path: AlluxioPath, signal: AbortSignal | undefined): AsyncGenerator<readonly FileStatus[]> {
  const stack: { cursor: Cursor; pending: FileStatus[]; at: number; ended: boolean }[] = [];
  stack.push({ cursor: context.journal.read((view) => cursorAt(view, path)), pending: [], at: 0, ended: false });
  let out: FileStatus[] = [];
  for (let level = stack[stack.length - 1]; level !== undefined; level = stack[stack.length - 1]) {
    const here = level;
    if (here.at >= here.pending.length) {
      if (here.ended) {
        stack.pop();
        continue;
      }
      here.pending = context.journal.read((view) => pageOf(view, here.cursor));
      here.at = 0;
      here.ended = here.pending.length < BATCH;
      signal?.throwIfAborted();
      continue;
    }
    const status = here.pending[here.at++];
    if (status === undefined) continue;
    out.push(status);
    if (status.directory) {
      const next = context.journal.read((view) => cursorIfReadable(context, view, status.path));
      if (next !== undefined) stack.push({ cursor: next, pending: [], at: 0, ended: false });
    }
    if (out.length < BATCH) continue;
    yield out;
    out = [];
  }
  if (out.length > 0) yield out;
}

function cursorAt(view: View, path: AlluxioPath): Cursor {
  const { target, chain } = existing(view, path);
  const { mount, key } = mountOf(view, { path, chain, missing: [] });
  return { id: target.inode.id, path, place: { mount, key }, after: undefined };
}

/** Undefined when the directory vanished meanwhile. @throws PERMISSION_DENIED */
function cursorIfReadable(context: FileSystemContext, view: View, path: AlluxioPath): Cursor | undefined {
  try {
    checked(context, view, path, READ | EXECUTE);
    return cursorAt(view, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function pageOf(view: View, cursor: Cursor): FileStatus[] {
  const { id, path, place, after } = cursor;
  const children = view.children(id, { limit: BATCH, ...(after === undefined ? {} : { after }) });
  cursor.after = children[children.length - 1]?.name ?? after;
  return children.map((child) => viewOfChild(view, joinPath(path, child.name), child, place));
}
