/** Walking a tree of inodes in steps, each a short read; memory holds one path from the top and one page. */
import type { Child } from '../journal/journal.ts';
import type { FileSystemContext } from './context.ts';

export interface Walked {
  readonly child: Child;
  /** Names from the top, '' for the top itself. */
  readonly relative: string;
}

const PAGE = 1000;

/** Everything below an inode (itself first), parents before children. Nested mount points are entered only when asked for. */
export async function* walkTree(context: FileSystemContext, id: number, options: { mounts?: boolean } = {}): AsyncGenerator<readonly Walked[]> {
  const top = context.journal.read((view) => view.locate(id));
  if (top === undefined) return;
  yield [{ child: top, relative: '' }];
  if (!top.inode.directory) return;
  const open: { id: number; relative: string; after: string | undefined }[] = [{ id, relative: '', after: undefined }];
  for (let at = open[open.length - 1]; at !== undefined; at = open[open.length - 1]) {
    const { id: parent, relative, after } = at;
    const page = context.journal.read((view) => view.children(parent, { limit: PAGE, ...(after === undefined ? {} : { after }) }));
    const walked = page.filter((child) => options.mounts === true || child.inode.mountId === 0).map((child) => ({ child, relative: relative === '' ? child.name : `${relative}/${child.name}` }));
    const last = page[page.length - 1];
    if (page.length < PAGE || last === undefined) open.pop();
    else at.after = last.name;
    if (walked.length > 0) yield walked;
    for (const { child, relative: below } of walked) {
      if (child.inode.directory) open.push({ id: child.inode.id, relative: below, after: undefined });
    }
  }
}

/** Collects up to `size` items, then hands them on. */
export async function* inBatches<T>(pages: AsyncIterable<readonly T[]>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const page of pages) {
    for (const item of page) {
      batch.push(item);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
