/**
 * The under-storage half of a removal. The inodes hang in limbo, so the namespace shows the path gone; here the objects follow. What could not be
 * deleted comes back to its place with the reason, what was deleted stays gone.
 */
import { AlluxioError, answerOf, hasCode, messageOf } from '../errors.ts';
import type { InodeRecord, IntentRecord, IntentWork, MountRecord } from '../journal/records.ts';
import { mountIfThere, reattach, removeEmpty } from '../namespace/remove.ts';
import type { Ufs, UfsPage } from '../ufs/ufs.ts';
import type { FileSystemContext } from './context.ts';
import { Links } from './links.ts';
import { forEachParallel } from './parallel.ts';
import { purgeDetached } from './purge.ts';
import { keepEmptyParent } from './stored-parents.ts';
import { closeIntent, transact } from './transact.ts';
import type { Walked } from './tree-walk.ts';
import { inBatches, walkTree } from './tree-walk.ts';

export type DeleteWork = Extract<IntentWork, { kind: 'delete' }>;

const BATCH = 1000;

export interface Unknown {
  /** Below the tree, or, where no path can name it, the storage's own name. */
  readonly name: string;
  readonly nameable: boolean;
}

export interface DeleteOutcome {
  /** Relative to the removed path, '' for itself; with why it could not be deleted. */
  readonly failures: { relative: string; error: Error }[];
  /** Inodes whose objects are gone. */
  readonly deleted: Set<number>;
}

/** For a removal whose process died: deletes what is left and purges. What the store refuses is put back. */
export async function finishDelete(context: FileSystemContext, intent: IntentRecord, work: DeleteWork): Promise<void> {
  const mount = context.journal.read((view) => mountIfThere(view, work.mountId));
  if (mount !== undefined) {
    const outcome = await deleteObjects(context, mount, work);
    const lost = outcome.failures.find(({ error }) => answerOf(error) === 'lost');
    if (lost !== undefined) throw lost.error;
    if (outcome.failures.length > 0) return putBack(context, intent, work, outcome);
    await keepEmptyParent(context, work.parentId);
  }
  await purgeDetached(context, work.inodeId, intent.id);
}

/** Deletes the objects of a detached tree. Never throws for the store's refusals: they are in the outcome. */
export async function deleteObjects(context: FileSystemContext, mount: MountRecord, work: DeleteWork): Promise<DeleteOutcome> {
  const outcome: DeleteOutcome = { failures: [], deleted: new Set() };
  try {
    const ufs = await context.ufs(mount);
    if (work.unchecked && work.directory) await deleteUnknown(ufs, work.key);
    await deleteKnown(context, { ufs, work, outcome });
  } catch (error) {
    outcome.failures.push({ relative: '', error: error instanceof Error ? error : new Error(messageOf(error)) });
  }
  return outcome;
}

async function deleteKnown(context: FileSystemContext, input: { ufs: Ufs; work: DeleteWork; outcome: DeleteOutcome }): Promise<void> {
  const { ufs, work, outcome } = input;
  const directories: Walked[] = [];
  const links = new Links(ufs, work.key);
  const behind: Walked[] = [];
  for await (const batch of inBatches(walkTree(context, work.inodeId), BATCH)) {
    await links.look(batch.filter(isStoredDirectory).map(({ relative }) => relative));
    const files: Walked[] = [];
    for (const walked of batch) {
      if (links.behind(walked.relative)) behind.push(walked);
      else if (walked.child.inode.directory) directories.push(walked);
      else if (walked.child.inode.persistence === 'PERSISTED') files.push(walked);
      else outcome.deleted.add(walked.child.inode.id);
    }
    await deleteWalked(ufs, files, { work, outcome });
  }
  if (outcome.failures.length > 0) return;
  await deleteWalked(ufs, directories.filter(({ relative }) => links.has(relative)), { work, outcome });
  if (outcome.failures.length > 0) return;
  const own = directories.filter((walked) => isStoredDirectory(walked) && !links.has(walked.relative));
  await removeDirectories(context, ufs, own.map(({ relative }) => keyOf(work.key, relative)));
  for (const { child } of [...behind, ...directories]) outcome.deleted.add(child.inode.id);
}

function isStoredDirectory({ child: { inode } }: Walked): boolean {
  return inode.directory && inode.persistence === 'PERSISTED';
}

/** Files, and links to directories. */
async function deleteWalked(ufs: Ufs, files: readonly Walked[], { work, outcome }: { work: DeleteWork; outcome: DeleteOutcome }): Promise<void> {
  if (files.length === 0) return;
  const failed = new Map((await ufs.deleteFiles(files.map((file) => keyOf(work.key, file.relative)))).map(({ key, error }) => [key, error]));
  for (const file of files) {
    const error = failed.get(keyOf(work.key, file.relative));
    if (error === undefined) outcome.deleted.add(file.child.inode.id);
    else outcome.failures.push({ relative: file.relative, error });
  }
}

/** Empty directories, the deepest first, those of one depth side by side: each takes the store several requests. */
export async function removeDirectories(context: FileSystemContext, ufs: Ufs, keys: readonly string[]): Promise<void> {
  const levels: string[][] = [];
  for (const key of keys) (levels[key.split('/').length] ??= []).push(key);
  const parallel = context.config.integer('alluxio.underfs.object.store.service.threads');
  for (const level of levels.reverse()) await forEachParallel(level ?? [], parallel, async (key) => void (await ufs.removeDirectory(key)));
}

/** Told of a file that is known: with the hash that the storage has now. */
type OnFile = (inode: InodeRecord, contentHash: string) => void;

/** Something that the storage holds below the tree and the namespace does not know: it would go, or stay, unseen. Undefined when there is nothing. */
export async function unknownBelow(context: FileSystemContext, mount: MountRecord, tree: { readonly inodeId: number; readonly key: string }, onFile?: OnFile): Promise<Unknown | undefined> {
  const ufs = await context.ufs(mount);
  const known = new Map<string, number>([['', tree.inodeId]]);
  try {
    const links = new Links(ufs, tree.key);
    await links.look(['']);
    for await (const batch of inBatches(entryNames(ufs.list(tree.key, { recursive: true, signal: context.signal })), BATCH)) {
      await links.look(batch.filter(({ directory }) => directory).map(({ name }) => name));
      for (const { name, directory, contentHash, unusable } of batch.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        if (unusable !== undefined) return { name: unusable, nameable: false };
        if (links.behind(name)) continue;
        const inode = knownAt(context, known, name, directory);
        if (inode === undefined) return { name, nameable: true };
        if (!directory) onFile?.(inode, contentHash);
      }
    }
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  return undefined;
}

interface Listed {
  readonly name: string;
  readonly directory: boolean;
  readonly contentHash: string;
  /** The storage's own name of what no path can name. */
  readonly unusable?: string;
}

async function* entryNames(pages: AsyncIterable<UfsPage>): AsyncGenerator<Listed[]> {
  for await (const page of pages) {
    if (page.unusable[0] !== undefined) yield [{ name: '', directory: false, contentHash: '', unusable: page.unusable[0] }];
    yield page.entries.map(({ name, kind, contentHash }) => ({ name, directory: kind === 'directory', contentHash }));
  }
}

/** `directories`: relative path → inode id, filled on the way. */
export function knownAt(context: FileSystemContext, directories: Map<string, number>, name: string, directory: boolean): InodeRecord | undefined {
  const cut = name.lastIndexOf('/');
  const above = cut < 0 ? '' : name.slice(0, cut);
  if (!directories.has(above) && knownAt(context, directories, above, true) === undefined) return undefined;
  const parentId = directories.get(above) ?? 0;
  const inode = context.journal.read((view) => view.child(parentId, name.slice(cut + 1)));
  if (inode === undefined || inode.directory !== directory) return undefined;
  if (directory) directories.set(name, inode.id);
  return inode;
}

/** With `unchecked`, the whole prefix goes, objects that the namespace never saw included. */
async function deleteUnknown(ufs: Ufs, key: string): Promise<void> {
  if ((await ufs.isLink(key)) || (await ufs.status(key))?.kind !== 'directory') return;
  const directories: string[] = [];
  const links = new Links(ufs, key);
  for await (const page of ufs.list(key, { recursive: true })) {
    await links.look([...page.entries.filter(({ kind }) => kind === 'directory').map(({ name }) => name), ...page.unusable]);
    const entries = page.entries.filter(({ name }) => !links.behind(name));
    const files = entries.filter(({ kind, name }) => kind === 'file' || links.has(name)).map(({ name }) => keyOf(key, name));
    // Links that lead nowhere, or out of the storage.
    for (const name of page.unusable) if (links.has(name) && !links.behind(name)) files.push(keyOf(key, name));
    for (const { kind, name } of entries) if (kind === 'directory' && !links.has(name)) directories.push(keyOf(key, name));
    const [failure] = files.length === 0 ? [] : await ufs.deleteFiles(files);
    if (failure !== undefined) throw failure.error;
    await page.removeUnusable?.();
  }
  for (const directory of directories.sort().reverse()) await ufs.removeDirectory(directory);
}

/** Returns the tree to its place without what was deleted, and closes the intent. */
export async function putBack(context: FileSystemContext, intent: IntentRecord, work: DeleteWork, outcome: DeleteOutcome): Promise<void> {
  const ids = [...outcome.deleted].filter((id) => id !== work.inodeId);
  for (let i = 0; i < ids.length; i += BATCH) {
    const blocks = await transact(context, (tx) => removeEmpty(tx, ids.slice(i, i + BATCH)));
    await context.blocks.remove(blocks);
  }
  await transact(context, (tx) => {
    reattach(tx, work.inodeId, work);
    closeIntent(tx, intent.id);
  });
}

/** The sheet's words for a removal that the store did not let through. */
export function deleteFailed(path: string, directory: boolean, outcome: DeleteOutcome): AlluxioError {
  const [first] = outcome.failures;
  const words = wordsOf(path, outcome);
  const message = directory
    ? `Cannot delete directory ${path}. Failed to delete children: ${words}`
    : `Failed to delete ${outcome.failures.length} paths from the under file system: ${words}`;
  return new AlluxioError('UNAVAILABLE', message, { path, cause: first?.error });
}

/** The path is gone, and stays gone unless the store refuses the rest later. */
export function deleteUnanswered(path: string, outcome: DeleteOutcome): AlluxioError {
  return unfinished(`${path} is gone from Alluxio, but the under storage did not say that all of it is deleted there: ${wordsOf(path, outcome)}`, path, outcome.failures[0]?.error);
}

/** A removal that was seen by all, and whose rest somebody else will do. */
export function unfinished(message: string, path: string, cause: unknown): AlluxioError {
  return new AlluxioError('PARTIAL', message, { path, cause, hint: 'The next command that changes something goes on with that; what the under storage refuses then comes back.' });
}

function wordsOf(path: string, { failures }: DeleteOutcome): string {
  return failures.slice(0, 20).map(({ relative, error }) => `${relative === '' ? path : `${path}/${relative}`} (${error.message})`).join(', ');
}

export function keyOf(base: string, relative: string): string {
  if (relative === '') return base;
  return base === '' ? relative : `${base}/${relative}`;
}
