/** Looking: status, listings, wildcards, totals. */
import { AlluxioError } from '../errors.ts';
import { READ, isSuperuser } from '../namespace/permissions.ts';
import { existing, resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { BlockInfo, Entries, SyncOptions, Totals, TreeOptions } from './file-system.ts';
import { globPaths } from './glob.ts';
import { knownNames } from './known-names.ts';
import { listEntries, pageEntries } from './listing.ts';
import { treeToLoad } from './metadata/known.ts';
import { loadTree } from './metadata/load-tree.ts';
import { loadChildren } from './metadata/load-children.ts';
import { lookUp } from './metadata/lookup.ts';
import { checked, statusOf } from './status.ts';

export function createEntries(context: FileSystemContext): Entries {
  return {
    status: (path, options) => statusOf(context, path, options),
    exists: async (path, options) => {
      await lookUp(context, path, options);
      return context.journal.read((view) => resolve(view, path).missing.length === 0);
    },
    list: (path, options) => listEntries(context, path, options),
    page: (path, range, options) => pageEntries(context, path, range, options),
    glob: (pattern) => globPaths(context, pattern),
    totals: (path, options) => totalsOf(context, path, options),
    blocks: (path) => blocksOf(context, path),
    known: async (directory, wanted) => knownNames(context, directory, wanted),
    loadMetadata: async (path, { recursive, force }) => {
      const options: SyncOptions = force ? { loadType: 'ALWAYS', syncIntervalMs: 0 } : { loadType: 'ALWAYS', syncIntervalMs: -1 };
      await lookUp(context, path, options);
      context.journal.read((view) => checked(context, view, path, READ));
      await (recursive ? loadTree : loadChildren)(context, path, options);
    },
  };
}

/** Kept totals count everything; who may not see everything has what he sees counted. */
async function totalsOf(context: FileSystemContext, path: AlluxioPath, options: TreeOptions = {}): Promise<Totals> {
  await lookUp(context, path, options);
  const all = context.journal.read((view) => !checked(context, view, path, READ).target.inode.directory || isSuperuser(view, context.subject));
  if (!all) return visibleTotals(context, path, options);
  if (treeToLoad(context, path, options) !== undefined) await loadTree(context, path, options);
  return context.journal.read((view) => {
    const { inode } = existing(view, path).target;
    if (!inode.directory) return { files: 1, directories: 0, bytes: inode.length, cachedBytes: inode.cachedBytes };
    const { files, directories, bytes, cachedBytes } = view.totals(inode.id);
    return { files, directories, bytes, cachedBytes };
  });
}

async function visibleTotals(context: FileSystemContext, path: AlluxioPath, options: TreeOptions): Promise<Totals> {
  const totals = { files: 0, directories: 0, bytes: 0, cachedBytes: 0 };
  for await (const page of listEntries(context, path, { ...options, recursive: true })) {
    for (const { directory, length, cachedBytes } of page) {
      if (directory) totals.directories++;
      else totals.files++;
      totals.bytes += length;
      totals.cachedBytes += directory ? 0 : cachedBytes;
    }
  }
  return totals;
}

async function blocksOf(context: FileSystemContext, path: AlluxioPath): Promise<BlockInfo[]> {
  await lookUp(context, path);
  return context.journal.read((view) => {
    const { inode } = checked(context, view, path, READ).target;
    if (inode.directory) throw new AlluxioError('IS_A_DIRECTORY', `Path "${path}" must be a file.`, { path });
    const cached = new Map(view.blocks(inode.id).map((block) => [block.index, block]));
    const count = inode.blockSize === 0 ? 0 : Math.ceil(inode.length / inode.blockSize);
    return Array.from({ length: count }, (_, index): BlockInfo => {
      const block = cached.get(index);
      return {
        id: blockId(inode.id, index),
        index,
        length: Math.min(inode.blockSize, inode.length - index * inode.blockSize),
        tier: block === undefined ? undefined : context.blocks.directories[block.directory]?.tier,
      };
    });
  });
}

/** Alluxio's arithmetic: the file's container number, then the block's sequence in 24 bits. */
export function blockId(fileId: number, index: number): number {
  return fileId * 2 ** 24 + index;
}
