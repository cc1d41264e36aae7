/** Persisting: the bytes of a cached file become an object; the state changes only when the object is there, whole and the same. */
import { AlluxioError, answerOf, hasCode, messageOf } from '../errors.ts';
import type { BlockRecord, InodeRecord, IntentRecord, MountRecord } from '../journal/records.ts';
import { requireFree } from '../namespace/leases.ts';
import { mountOf, refuseReadOnly } from '../namespace/mount-table.ts';
import { existing, pathOfInode } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { Ufs, UfsWritten } from '../ufs/ufs.ts';
import { ensureAncestors, withdrawAncestors } from './ancestors.ts';
import { handOnOwnership } from './ownership.ts';
import { markPersistedUpwards, ufsOrClose } from './stored-parents.ts';
import type { FileSystemContext } from './context.ts';
import type { Progress } from '../terminal/progress.ts';
import { closeIntent, endAsDead, openIntent, transact, transactWhenFree } from './transact.ts';

interface Persisting {
  readonly path: AlluxioPath;
  readonly inode: InodeRecord;
  readonly parentId: number;
  readonly mount: MountRecord;
  readonly key: string;
  readonly blocks: readonly BlockRecord[];
  readonly intent: IntentRecord;
}

export interface PersistOptions {
  /** By a resident: only this file, only while it is to be persisted, and given up as soon as somebody wants to change the path. */
  readonly background?: { readonly fileId: number };
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

/** Persists one file (or marks a directory's place in the storage). Fine when it is persisted. @throws what went wrong; the file stays as it was */
export async function persistFile(context: FileSystemContext, path: AlluxioPath, options: PersistOptions = {}): Promise<void> {
  const work = await begin(context, path, options);
  if (work === undefined) return;
  const ufs = await ufsOrClose(context, work.intent, work.mount);
  try {
    await orAborted(ensureAncestors(context, ufs, work.parentId), options.signal);
    const written = await upload(context, ufs, work, options);
    if (written.size !== work.inode.length) {
      throw new AlluxioError('CORRUPT', `Persisting ${path} stored ${written.size} bytes instead of ${work.inode.length}.`, { path });
    }
    await finish(context, work, written);
  } catch (error) {
    // The request may have got through before it was taken back, and nobody would know of its object.
    const written = options.background !== undefined && options.signal?.aborted === true ? await landed(context, ufs, work).catch(() => undefined) : undefined;
    if (written !== undefined) return finish(context, work, written);
    // Not whenever it failed: the file that is here can be changed while its storage is away.
    await (answerOf(error) === 'lost' ? endAsDead(context, work.intent) : takeBack(context, ufs, work, error));
    throw error;
  }
  await handOnOwnership(context, ufs, [work.inode.id]);
}

/** The directories above it that are still only here would come back from the storage when they are removed here. */
async function takeBack(context: FileSystemContext, ufs: Ufs, work: Persisting, error: unknown): Promise<void> {
  if (answerOf(error) !== 'none') await withdrawAncestors(context, ufs, work.parentId).catch(() => undefined);
  await transact(context, (tx) => closeIntent(tx, work.intent.id));
}

/** Markers of directories may come late, or twice: whoever wants to stop need not wait for them. */
function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(new AlluxioError('CANCELLED', 'Cancelled.'));
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

function begin(context: FileSystemContext, path: AlluxioPath, { background }: PersistOptions): Promise<Persisting | undefined> {
  return transactWhenFree(context, (tx): Persisting | undefined => {
    const { target, chain } = existing(tx, path);
    const { inode } = target;
    // The path is somebody else's by now: the file was renamed or removed.
    if (background !== undefined && (inode.id !== background.fileId || inode.persistence !== 'TO_BE_PERSISTED')) return undefined;
    if (inode.directory) throw new AlluxioError('IS_A_DIRECTORY', `Path "${path}" must be a file.`, { path });
    if (inode.persistence === 'PERSISTED') return undefined;
    const mounted = mountOf(tx, { path, chain, missing: [] });
    refuseReadOnly(mounted, path);
    const lease = { parentId: target.parentId, name: target.name, scope: 'entry' } as const;
    requireFree(tx, lease, chain.slice(0, -1));
    const blocks = tx.blocks(inode.id);
    if (blocks.reduce((sum, block) => sum + block.length, 0) !== inode.length) {
      throw new AlluxioError('CORRUPT', `Cannot persist ${path}: its cached blocks are lost.`, { path });
    }
    const { mount, key } = mounted;
    const intent = openIntent(context, tx, [lease], { kind: 'persist', fileId: inode.id, mountId: mount.id, key, ...(background === undefined ? {} : { background: true }) });
    return { path, inode, parentId: target.parentId, mount, key, blocks, intent };
  });
}

/** Uploads the blocks. An object that is there already counts only when it holds the same bytes: a process that died after the upload left it. */
async function upload(context: FileSystemContext, ufs: Ufs, work: Persisting, options: PersistOptions): Promise<UfsWritten> {
  try {
    const size = work.inode.length;
    return await ufs.write(work.key, blockBytes(context, work.blocks, options.progress), { size, overwrite: false, mode: work.inode.mode, signal: options.signal ?? context.signal });
  } catch (error) {
    if (!hasCode(error, 'ALREADY_EXISTS')) throw error;
    const written = await landed(context, ufs, work);
    if (written !== undefined) return written;
    throw new AlluxioError('ALREADY_EXISTS', `File ${work.path} is already persisted in UFS, to overwrite the file, please set the overwrite flag in the config.`, { path: work.path, cause: error });
  }
}

type Uploaded = Pick<Persisting, 'inode' | 'key' | 'blocks'>;

/** How long a store is asked what it has, where nobody wants to wait for it. */
const LOOK_MS = 3000;

/** The object, when it is there and holds the bytes of the file. */
async function landed(context: FileSystemContext, ufs: Ufs, file: Uploaded): Promise<UfsWritten | undefined> {
  const stored = await ufs.status(file.key, AbortSignal.timeout(LOOK_MS));
  if (stored?.kind !== 'file' || stored.size !== file.inode.length || !(await sameBytes(context, ufs, file))) return undefined;
  return { size: stored.size, contentHash: stored.contentHash, crc64: stored.crc64 ?? '', modifiedMs: stored.modifiedMs ?? context.now() };
}

async function* blockBytes(context: FileSystemContext, blocks: readonly BlockRecord[], progress: Progress | undefined): AsyncGenerator<Uint8Array> {
  for (const block of blocks) {
    for await (const chunk of context.blocks.read(block)) {
      yield chunk;
      progress?.advance({ bytes: chunk.byteLength });
    }
  }
}

async function sameBytes(context: FileSystemContext, ufs: Ufs, work: Uploaded): Promise<boolean> {
  const [ours, theirs] = [blockBytes(context, work.blocks, undefined), await ufs.read(work.key)];
  const [a, b] = await Promise.all([digest(ours), digest(theirs)]);
  return a === b;
}

async function digest(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * An upload of a process that died: its object may be there all the same, whole, and then it is the file's. Otherwise it would outlive the file's removal, which knows
 * nothing of it. False when there is nothing to finish.
 */
export async function finishLanded(context: FileSystemContext, ufs: Ufs, intent: IntentRecord, { fileId, key }: { fileId: number; key: string }): Promise<boolean> {
  const file = context.journal.read((view) => {
    const [child, path] = [view.locate(fileId), pathOfInode(view, fileId)];
    return child === undefined || path === undefined || child.inode.persistence === 'PERSISTED' ? undefined : { path, parentId: child.parentId, inode: child.inode, blocks: view.blocks(fileId) };
  });
  const written = file === undefined ? undefined : await landed(context, ufs, { ...file, key });
  if (file === undefined || written === undefined) return false;
  await finish(context, { ...file, intent }, written);
  return true;
}

function finish(context: FileSystemContext, work: Pick<Persisting, 'path' | 'parentId' | 'inode' | 'intent'>, written: UfsWritten): Promise<void> {
  return transact(context, (tx) => {
    if (tx.intent(work.intent.id) === undefined || tx.locate(work.inode.id) === undefined) {
      throw new AlluxioError('CANCELLED', `Persisting ${work.path} was taken over by another process.`, { path: work.path });
    }
    const { contentHash, crc64 } = written;
    tx.append({ type: 'inode-changed', id: work.inode.id, change: { persistence: 'PERSISTED', contentHash, crc64, syncedMs: context.now() } });
    markPersistedUpwards(tx, work.parentId);
    closeIntent(tx, work.intent.id);
  });
}

/** The sheet's line for a file that could not be persisted. */
export function persistFailed(path: AlluxioPath, error: unknown): AlluxioError {
  return new AlluxioError('UNAVAILABLE', `Failed to persist file ${path}: ${messageOf(error)}`, { path, cause: error });
}
