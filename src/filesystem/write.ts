/**
 * Creating a file: intent, bytes, commit. The path shows the file only after the commit, when every byte is safe where the write type wants it.
 */
import { AlluxioError, messageOf } from '../errors.ts';
import type { Transaction } from '../journal/journal.ts';
import type { InodeRecord } from '../journal/records.ts';
import { directoryWithRoom } from '../namespace/block-space.ts';
import { placeForFile } from '../namespace/create.ts';
import { newFile } from '../namespace/inodes.ts';
import type { AlluxioPath } from '../uri.ts';
import { parentOf } from '../uri.ts';
import type { UfsWritten } from '../ufs/ufs.ts';
import { BlockSink, firstBlockBytes } from './block-sink.ts';
import { umaskOf } from './create-settings.ts';
import { handOnOwnership } from './ownership.ts';
import { markPersistedUpwards } from './stored-parents.ts';
import type { FileSystemContext } from './context.ts';
import type { CreateOptions } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { abandon, closeIntent, endAsDead, mayHaveLeft, openIntentWithSpace, transact, transactWhenFree } from './transact.ts';
import { moveBytes } from './write-bytes.ts';
import { planWriting } from './write-plan.ts';
import type { OpenedWrite, Writing } from './write-plan.ts';
import type { Moved } from './write-bytes.ts';

export async function createFile(context: FileSystemContext, path: AlluxioPath, source: AsyncIterable<Uint8Array>, options: CreateOptions = {}): Promise<void> {
  await lookUp(context, parentOf(path));
  const writing = planWriting(context, path, options);
  const opened = await open(context, writing);
  const sink = writing.cached ? sinkFor(context, writing, opened) : undefined;
  let moved: Moved | undefined;
  try {
    moved = await moveBytes(context, { writing, opened, sink, source });
    await commit(context, writing, opened, { sink, moved });
  } catch (error) {
    await undo(context, opened, { sink, stored: moved?.ufs !== undefined, left: writing.through && mayHaveLeft(error) });
    throw error;
  }
  if (moved.ufs !== undefined) await handOnOwnership(context, await context.ufs(opened.mount), [opened.fileId]);
  if (moved.unsent !== undefined) throw notPersisted(path, moved.unsent);
}

/** The file stays where it is safe; the failure says what is still to do. */
function notPersisted(path: AlluxioPath, error: unknown): AlluxioError {
  const code = error instanceof AlluxioError ? error.code : 'INTERNAL';
  return new AlluxioError(code, `${path} is written to the cache, but not persisted: ${messageOf(error)}`, {
    path,
    hint: `Persist it when the storage takes it: alluxio fs persist ${path}`,
    cause: error,
  });
}

function open(context: FileSystemContext, writing: Writing): Promise<OpenedWrite> {
  const { path, options, blockSize } = writing;
  return transactWhenFree(context, (tx): OpenedWrite => {
    const place = placeForFile(tx, context.subject, path);
    const fileId = tx.allocate();
    const { mount, key } = place.mounted;
    const bytes = firstBlockBytes(options.size, blockSize);
    const directory = writing.cached && bytes > 0 ? directoryWithRoom(tx, context.blocks.directories, bytes) : undefined;
    const promised = directory === undefined ? undefined : { directory: directory.index, bytes };
    const work = { kind: 'write', fileId, mountId: mount.id, key, through: writing.through } as const;
    const intent = openIntentWithSpace(context, tx, [place.lease], { work, reserved: promised === undefined ? [] : [promised] });
    return {
      intent,
      fileId,
      mount,
      key,
      parentId: place.parent.inode.id,
      name: place.name,
      promised,
    };
  });
}

function sinkFor(context: FileSystemContext, writing: Writing, opened: OpenedWrite): BlockSink {
  const { fileId, intent, promised } = opened;
  return new BlockSink(context, { fileId, intentId: intent.id, blockSize: writing.blockSize, size: writing.options.size, promised, durable: !writing.through });
}

async function commit(context: FileSystemContext, writing: Writing, opened: OpenedWrite, done: { sink: BlockSink | undefined; moved: Moved }): Promise<void> {
  await transact(context, (tx) => {
    if (tx.intent(opened.intent.id) === undefined) throw new AlluxioError('FAILED_PRECONDITION', `Another process took the write of ${writing.path} over.`, { path: writing.path });
    const inode = inodeFor(context, tx, writing, { opened, ...done.moved });
    tx.append({ type: 'inode-created', parentId: opened.parentId, name: opened.name, inode });
    done.sink?.record(tx, context.now());
    tx.append({ type: 'inode-changed', id: opened.parentId, change: { modifiedMs: context.now() } });
    if (done.moved.ufs !== undefined) markPersistedUpwards(tx, opened.parentId);
    closeIntent(tx, opened.intent.id);
  });
}

function inodeFor(context: FileSystemContext, tx: Transaction, writing: Writing, written: { opened: OpenedWrite; length: number; ufs: UfsWritten | undefined }): InodeRecord {
  const { options, path, config } = writing;
  const parent = tx.locate(written.opened.parentId)?.inode;
  if (parent === undefined) throw new AlluxioError('CANCELLED', `The directory of ${path} was removed meanwhile.`);
  const inode = newFile({
    id: written.opened.fileId,
    nowMs: context.now(),
    owner: options.owner ?? context.subject.user,
    group: options.group ?? context.primaryGroup(),
    umask: umaskOf(context),
    mode: options.mode,
    acl: options.acl,
    parent,
    length: written.length,
    blockSize: writing.blockSize,
    ttlMs: config.duration('alluxio.user.file.create.ttl'),
    ttlAction: config.choice('alluxio.user.file.create.ttl.action', ['DELETE', 'FREE']),
    replicationMin: config.integer('alluxio.user.file.replication.min'),
    replicationMax: config.integer('alluxio.user.file.replication.max'),
  });
  if (written.ufs === undefined) return { ...inode, persistence: writing.writeType === 'ASYNC_THROUGH' ? 'TO_BE_PERSISTED' : 'NOT_PERSISTED' };
  const { contentHash, crc64 } = written.ufs;
  return { ...inode, persistence: 'PERSISTED', contentHash, crc64, syncedMs: context.now() };
}

/**
 * Nothing of an unfinished write stays: blocks, promises, the lease; the driver has already removed its parts. An object that was stored is ours, because
 * nothing was there before; should it not go away now, the intent stays open and the next command sees to it.
 */
async function undo(context: FileSystemContext, opened: OpenedWrite, done: { sink: BlockSink | undefined; stored: boolean; left: boolean }): Promise<void> {
  await done.sink?.abort();
  // Somebody who took the work over has given the object its file.
  const mine = context.journal.read((view) => view.intent(opened.intent.id) !== undefined);
  if (!mine) return;
  if (done.stored && !(await withdrawn(context, opened))) return abandon(context, opened.intent.id);
  if (done.left && !done.stored) return endAsDead(context, opened.intent);
  await transact(context, (tx) => closeIntent(tx, opened.intent.id));
}

async function withdrawn(context: FileSystemContext, opened: OpenedWrite): Promise<boolean> {
  try {
    const [failure] = await (await context.ufs(opened.mount)).deleteFiles([opened.key]);
    if (failure !== undefined) throw failure.error;
    return true;
  } catch (error) {
    context.warn(`${opened.key} was stored, but not recorded, and is seen to later: ${messageOf(error)}`);
    return false;
  }
}
