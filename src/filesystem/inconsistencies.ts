/** `checkConsistency`: where the namespace differs from the under storage, and dropping what differs so that it is read anew. */
import { AlluxioError, hasCode } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { InodeRecord } from '../journal/records.ts';
import { driftOf } from '../namespace/fingerprint.ts';
import { isHeld } from '../namespace/leases.ts';
import type { MountedPath } from '../namespace/mount-table.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { READ } from '../namespace/permissions.ts';
import { deepest, existing, resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { UfsStatus } from '../ufs/ufs.ts';
import type { FileSystemContext } from './context.ts';
import { removePath } from './delete.ts';
import { keyOf } from './delete-work.ts';
import type { Syncing } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { forEachParallel } from './parallel.ts';
import { checked } from './status.ts';
import { walkTree } from './tree-walk.ts';

const PAGE = 1000;
const ASKED_AT_ONCE = 16;
/** Looks at nothing but the namespace: what differs must not be mended on the way to it. */
const AS_IT_IS = { loadType: 'NEVER', syncIntervalMs: -1 } as const;

/** Persisted entries at and below the path that the storage has otherwise or not at all, in path order. */
export async function inconsistenciesOf(context: FileSystemContext, path: AlluxioPath, signal?: AbortSignal): Promise<AlluxioPath[]> {
  await lookUp(context, path);
  const top = context.journal.read((view) => checked(context, view, path, READ).target.inode);
  const suspects: AlluxioPath[] = [path];
  const open: AlluxioPath[] = top.directory ? [path] : [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    signal?.throwIfAborted();
    suspects.push(...(await suspectsIn(context, at, open)));
  }
  // A listing and the namespace are never read at the same moment: whoever differs is asked for once more by himself.
  const found: AlluxioPath[] = [];
  await forEachParallel(suspects, ASKED_AT_ONCE, async (suspect) => {
    if (await isInconsistent(context, suspect)) found.push(suspect);
  });
  return found.sort();
}

/** Children that seem to differ; directories to go on with are added to `open`. */
async function suspectsIn(context: FileSystemContext, path: AlluxioPath, open: AlluxioPath[]): Promise<AlluxioPath[]> {
  const place = context.journal.read((view) => placeOf(view, path));
  if (place === undefined) return [];
  const ufs = await context.ufs(place.mounted.mount);
  const seen = new Set<string>();
  const suspects: AlluxioPath[] = [];
  try {
    for await (const page of ufs.list(place.mounted.key, { signal: context.signal })) {
      for (const entry of page.entries) {
        seen.add(entry.name);
        const inode = context.journal.read((view) => view.child(place.child.inode.id, entry.name));
        if (inode !== undefined && differs(inode, entry)) suspects.push(joinPath(path, entry.name));
      }
    }
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  for (const { name, inode } of childrenOf(context, place.child.inode.id)) {
    if (inode.directory) open.push(joinPath(path, name));
    if (!seen.has(name) && differs(inode, undefined)) suspects.push(joinPath(path, name));
  }
  return suspects;
}

function* childrenOf(context: FileSystemContext, id: number): Generator<Child> {
  let after: string | undefined;
  do {
    const from = after;
    const page = context.journal.read((view) => view.children(id, { limit: PAGE, ...(from === undefined ? {} : { after: from }) }));
    yield* page;
    after = page.length < PAGE ? undefined : page[page.length - 1]?.name;
  } while (after !== undefined);
}

async function isInconsistent(context: FileSystemContext, path: AlluxioPath): Promise<boolean> {
  const place = context.journal.read((view) => placeOf(view, path));
  if (place === undefined || place.held) return false;
  const { inode } = place.child;
  if (inode.persistence !== 'PERSISTED' || inode.mountId !== 0) return false;
  const ufs = await context.ufs(place.mounted.mount);
  return differs(inode, await ufs.status(place.mounted.key, context.signal));
}

function placeOf(view: View, path: AlluxioPath): { child: Child; mounted: MountedPath; held: boolean } | undefined {
  const resolution = resolve(view, path);
  if (resolution.missing.length > 0) return undefined;
  const child = deepest(resolution);
  return { child, mounted: mountOf(view, resolution), held: isHeld(view, child.parentId, child.name) };
}

/** As Alluxio's, it does not look at owner and mode: a user of the namespace need not exist where the storage is. */
function differs(inode: InodeRecord, status: UfsStatus | undefined): boolean {
  if (inode.persistence !== 'PERSISTED' || inode.mountId !== 0) return false;
  return status === undefined || driftOf(inode, status, false) === 'content';
}

/** Files first, then directories: what a directory drops below it need not be repaired by itself. The storage is never changed. */
export async function repairPaths(context: FileSystemContext, paths: readonly AlluxioPath[], options: Parameters<Syncing['repair']>[1]): Promise<void> {
  const isDirectory = (path: AlluxioPath) => context.journal.read((view) => placeOf(view, path)?.child.inode.directory === true);
  const directories = paths.filter(isDirectory);
  const files = paths.filter((path) => !directories.includes(path));
  const repairOne = async (path: AlluxioPath, directory: boolean): Promise<void> => {
    try {
      await dropAndReload(context, path);
      options.onRepaired(path, directory);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      options.onProblem({ path, error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  await forEachParallel(files, options.threads, (path) => repairOne(path, false));
  // One lies in another as often as not, so they take turns.
  for (const path of directories) await repairOne(path, true);
}

async function dropAndReload(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  const id = context.journal.read((view) => placeOf(view, path)?.child.inode.id);
  if (id !== undefined) {
    await refuseUnpersisted(context, path, id);
    await removePath(context, path, { recursive: true, alluxioOnly: true }, AS_IT_IS).catch((error: unknown) => {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
    });
  }
  await lookUp(context, path, { loadType: 'ALWAYS' });
}

async function refuseUnpersisted(context: FileSystemContext, path: AlluxioPath, id: number): Promise<void> {
  for await (const page of walkTree(context, id)) {
    const only = page.find(({ child }) => !child.inode.directory && child.inode.persistence !== 'PERSISTED');
    if (only === undefined) continue;
    const where = only.relative === '' ? path : keyOf(path, only.relative);
    throw new AlluxioError('FAILED_PRECONDITION', `Cannot repair ${path}: ${where} is not persisted and would be lost.`, { path, hint: `alluxio fs persist ${where}` });
  }
}

/** @throws NOT_FOUND, NOT_A_DIRECTORY */
export function directoryAt(view: View, path: AlluxioPath): InodeRecord {
  const { inode } = existing(view, path).target;
  if (!inode.directory) throw new AlluxioError('NOT_A_DIRECTORY', `Path "${path}" is not a directory.`, { path });
  return inode;
}
