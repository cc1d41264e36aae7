/** Reading a whole tree: one flat listing of the storage instead of one listing a directory. */
import { AlluxioError, hasCode, isAlluxioError, messageOf } from '../../errors.ts';
import type { Transaction } from '../../journal/journal.ts';
import type { InodeRecord, MountRecord } from '../../journal/records.ts';
import { mountOf, mountsBelow } from '../../namespace/mount-table.ts';
import { existing } from '../../namespace/resolve.ts';
import type { AlluxioPath } from '../../uri.ts';
import { joinPath } from '../../uri.ts';
import type { UfsEntry, UfsStatus } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';
import type { SyncOptions, TreeOptions } from '../file-system.ts';
import { overlapped } from '../parallel.ts';
import { inBatches } from '../tree-walk.ts';
import { RemovalGuard } from './guard.ts';
import { attachedDirectory, insertAllLoaded, insertLoaded } from './insert.ts';
import { treeToLoad } from './known.ts';
import { LeftOut } from './left-out.ts';
import { loadChildren } from './load-children.ts';
import { listingPlaces } from './listing-places.ts';
import { blockSizeOf, markLoaded } from './sync.ts';

const BATCH = 2000;

/** Afterwards everything below the path is known as the options want it, nested mounts included. */
export async function loadTree(context: FileSystemContext, path: AlluxioPath, options: TreeOptions = {}): Promise<void> {
  if (treeToLoad(context, path, options) === undefined) return;
  await loadStored(context, path, options);
  for (const nested of context.journal.read((view) => mountsBelow(view, path))) {
    try {
      await loadStored(context, nested, options);
    } catch (error) {
      if (hasCode(error, 'CANCELLED')) throw error;
      const named = notListed(nested, error);
      if (options.onProblem === undefined) throw named;
      options.onProblem({ path: nested, error: named });
    }
  }
}

/** What one storage has below the path. */
async function loadStored(context: FileSystemContext, path: AlluxioPath, options: SyncOptions): Promise<void> {
  const task = treeToLoad(context, path, options);
  if (task === undefined) return;
  if (task === 'compare' || !isUntouched(context, path)) await loadStepwise(context, path, options);
  else await loadFlat(context, path);
}

/** The storage's own words do not say which of the mounts it is. */
function notListed(path: AlluxioPath, cause: unknown): AlluxioError {
  const { code, hint } = isAlluxioError(cause) ? cause : { code: 'INTERNAL' as const, hint: undefined };
  return new AlluxioError(code, `${path} cannot be listed: ${messageOf(cause)}`, { path, cause, ...(hint === undefined ? {} : { hint }) });
}

/** Nothing below is known: a flat listing needs no comparison. */
function isUntouched(context: FileSystemContext, path: AlluxioPath): boolean {
  return context.journal.read((view) => {
    const { target } = existing(view, path);
    return target.inode.directory && !target.inode.childrenLoaded && view.totals(target.inode.id).directories === 0;
  });
}

/** Directory by directory, only where something is missing or due. */
async function loadStepwise(context: FileSystemContext, path: AlluxioPath, options: SyncOptions): Promise<void> {
  const open: AlluxioPath[] = [path];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const here = at;
    await loadChildren(context, here, options).catch((error: unknown) => {
      if (here === path || !hasCode(error, 'NOT_FOUND')) throw error;
    });
    let after: string | undefined;
    do {
      const from = after;
      const page = context.journal.read((view) => {
        const { target } = existing(view, here);
        return view.children(target.inode.id, { limit: BATCH, ...(from === undefined ? {} : { after: from }) });
      });
      for (const child of page) if (child.inode.directory && child.inode.mountId === 0) open.push(joinPath(here, child.name));
      after = page.length < BATCH ? undefined : page[page.length - 1]?.name;
    } while (after !== undefined);
  }
}

interface Tree {
  readonly guard: RemovalGuard;
  readonly nowMs: number;
  readonly blockSize: number;
  /** Relative path → directory id; 0: not ours to fill (gone, a file, or a nested mount). */
  readonly directories: Map<string, number>;
}

async function loadFlat(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  const place = context.journal.read((view): { id: number; mount: MountRecord; key: string } => {
    const { target, chain } = existing(view, path);
    const { mount, key } = mountOf(view, { path, chain, missing: [] });
    return { id: target.inode.id, mount, key };
  });
  const nowMs = context.now();
  const tree: Tree = { guard: new RemovalGuard(context), nowMs, blockSize: blockSizeOf(context), directories: new Map([['', place.id]]) };
  await overlapped(inBatches(flatEntries(context, place), BATCH), (batch) =>
    tree.guard.transact((tx) => {
      const parents = new Map<string, InodeRecord | undefined>();
      for (const { directory, entries } of byDirectory(batch)) insertIn(tx, tree, directoryAt(tx, tree, parents, directory), entries);
    }),
  );
  await markLoaded(context, [...tree.directories.values()].filter((id) => id !== 0), nowMs);
}

async function* flatEntries(context: FileSystemContext, place: { id: number; mount: MountRecord; key: string }): AsyncGenerator<readonly UfsEntry[]> {
  const ufs = await context.ufs(place.mount);
  const places = listingPlaces(context, place.id, true);
  const leftOut = new LeftOut();
  try {
    for await (const page of ufs.list(place.key, { recursive: true, signal: context.signal, ...places.options })) {
      leftOut.add(page);
      yield page.entries;
    }
    await places.save();
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  leftOut.tell(context, ufs, place.key);
}

interface Run {
  /** Relative path of the directory that holds the entries. */
  readonly directory: string;
  readonly entries: { readonly name: string; readonly status: UfsEntry }[];
}

/** Neighbours of one directory together. */
function byDirectory(batch: readonly UfsEntry[]): Run[] {
  const runs: Run[] = [];
  let last: Run | undefined;
  for (const status of batch) {
    const cut = status.name.lastIndexOf('/');
    const directory = cut < 0 ? '' : status.name.slice(0, cut);
    if (last?.directory !== directory) runs.push((last = { directory, entries: [] }));
    last.entries.push({ name: status.name.slice(cut + 1), status });
  }
  return runs;
}

function insertIn(tx: Transaction, tree: Tree, parent: InodeRecord | undefined, entries: Run['entries']): void {
  if (parent === undefined) return;
  const inodes = insertAllLoaded(tx, entries, { ...tree, parent });
  entries.forEach(({ status }, at) => {
    const inode = inodes[at];
    if (status.kind === 'directory') tree.directories.set(status.name, inode !== undefined && inode.directory && inode.mountId === 0 ? inode.id : 0);
  });
}

const FOUND_BY_CHILDREN: UfsStatus = { kind: 'directory', size: 0, modifiedMs: undefined, contentHash: '', crc64: undefined, owner: '', group: '', mode: 0o777 };

/** The directory of a relative path, made on the way when the listing has not named it yet. */
function directoryAt(tx: Transaction, tree: Tree, parents: Map<string, InodeRecord | undefined>, relative: string): InodeRecord | undefined {
  if (parents.has(relative)) return parents.get(relative);
  let id = tree.directories.get(relative);
  if (id === undefined) {
    const cut = relative.lastIndexOf('/');
    const above = directoryAt(tx, tree, parents, cut < 0 ? '' : relative.slice(0, cut));
    const made = above === undefined ? undefined : insertLoaded(tx, { name: relative.slice(cut + 1), status: FOUND_BY_CHILDREN }, { ...tree, parent: above });
    id = made !== undefined && made.directory && made.mountId === 0 ? made.id : 0;
    tree.directories.set(relative, id);
  }
  const inode = id === 0 ? undefined : attachedDirectory(tx, id);
  parents.set(relative, inode);
  return inode;
}
