/** Persisting: the bytes of a cached file become an object; the state changes only when the object is there, whole and the same. */
import { AlluxioError, hasCode, messageOf } from '../errors.ts';
import type { BlockRecord, InodeRecord, IntentRecord, MountRecord } from '../journal/records.ts';
import { requireFree } from '../namespace/leases.ts';
import { mountOf, refuseReadOnly } from '../namespace/mount-table.ts';
import { existing } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { Ufs, UfsWritten } from '../ufs/ufs.ts';
import { ensureAncestors } from './ancestors.ts';
import { markPersistedUpwards, ufsOrClose } from './stored-parents.ts';
import type { FileSystemContext } from './context.ts';
import type { Progress } from '../terminal/progress.ts';
import { closeIntent, openIntent, transact, transactWhenFree } from './transact.ts';

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
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

/** Persists one file (or marks a directory's place in the storage). Fine when it is persisted. @throws what went wrong; the file stays as it was */
export async function persistFile(context: FileSystemContext, path: AlluxioPath, options: PersistOptions = {}): Promise<void> {
  const work = await begin(context, path);
  if (work === undefined) return;
  const ufs = await ufsOrClose(context, work.intent, work.mount);
  try {
    await ensureAncestors(context, ufs, work.parentId);
    const written = await upload(context, ufs, work, options);
    if (written.size !== work.inode.length) {
      throw new AlluxioError('CORRUPT', `Persisting ${path} stored ${written.size} bytes instead of ${work.inode.length}.`, { path });
    }
    await finish(context, work, written);
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, work.intent.id));
    throw error;
  }
}

function begin(context: FileSystemContext, path: AlluxioPath): Promise<Persisting | undefined> {
  return transactWhenFree(context, (tx): Persisting | undefined => {
    const { target, chain } = existing(tx, path);
    const { inode } = target;
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
    const intent = openIntent(context, tx, [lease], { kind: 'persist', fileId: inode.id, mountId: mount.id, key });
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
    const stored = await ufs.status(work.key);
    if (stored?.kind === 'file' && stored.size === work.inode.length && (await sameBytes(context, ufs, work))) {
      return { size: stored.size, contentHash: stored.contentHash, crc64: stored.crc64 ?? '', modifiedMs: stored.modifiedMs ?? context.now() };
    }
    throw new AlluxioError('ALREADY_EXISTS', `File ${work.path} is already persisted in UFS, to overwrite the file, please set the overwrite flag in the config.`, { path: work.path, cause: error });
  }
}

async function* blockBytes(context: FileSystemContext, blocks: readonly BlockRecord[], progress: Progress | undefined): AsyncGenerator<Uint8Array> {
  for (const block of blocks) {
    for await (const chunk of context.blocks.read(block)) {
      yield chunk;
      progress?.advance({ bytes: chunk.byteLength });
    }
  }
}

async function sameBytes(context: FileSystemContext, ufs: Ufs, work: Persisting): Promise<boolean> {
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

function finish(context: FileSystemContext, work: Persisting, written: UfsWritten): Promise<void> {
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
