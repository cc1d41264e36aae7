/**
 * Creating a file: intent, bytes, commit. The path shows the file only after the commit, when every byte is safe where the write type wants it.
 */
import { findRoom } from '../namespace/block-space.ts';
import type { Transaction } from '../journal/journal.ts';
import type { IntentRecord } from '../journal/records.ts';
import { noteEntryMade, placeForFile } from '../namespace/create.ts';
import type { AlluxioPath } from '../uri.ts';
import { parentOf } from '../uri.ts';
import { BlockSink, firstBlockBytes } from './block-sink.ts';
import { handOnOwnership } from './ownership.ts';
import { markPersistedUpwards } from './stored-parents.ts';
import type { FileSystemContext } from './context.ts';
import type { CreateOptions } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { closeIntent, mayHaveLeft, openIntentWithSpace, transact, transactWhenFree } from './transact.ts';
import { moveBytes } from './write-bytes.ts';
import { planWriting } from './write-plan.ts';
import type { OpenedWrite, Writing } from './write-plan.ts';
import type { Moved } from './write-bytes.ts';
import { endUnsent, openUnsent, parentNow, recordFile, requireStillOurs, undoWrite, withdrawParents } from './write-record.ts';
import type { Written } from './write-record.ts';

export async function createFile(context: FileSystemContext, path: AlluxioPath, source: AsyncIterable<Uint8Array>, options: CreateOptions = {}): Promise<void> {
  await lookUp(context, parentOf(path));
  const writing = planWriting(context, path, options);
  const content = options.size === 0 && !writing.through ? await contentOf(source) : source;
  if (content === undefined) return createEmpty(context, writing);
  const opened = await open(context, writing);
  const sink = writing.cached ? sinkFor(context, writing, opened) : undefined;
  let moved: Moved | undefined;
  let unsent: IntentRecord | undefined;
  try {
    moved = await moveBytes(context, { writing, opened, sink, source: content });
    unsent = await commit(context, { writing, opened, sink, moved });
  } catch (error) {
    await undoWrite(context, opened, { sinks: sink === undefined ? [] : [sink], stored: moved?.ufs === undefined ? [] : [opened.key], left: moved === undefined && writing.through && mayHaveLeft(error) });
    throw error;
  }
  if (moved.ufs !== undefined) await handOnOwnership(context, await context.ufs(opened.mount), [opened.fileId]);
  await withdrawParents(context, [{ opened, moved }]);
  const failure = await endUnsent(context, unsent, { writing, opened, sink, moved });
  if (failure !== undefined) throw failure;
}

/** What comes of the source; undefined when that is nothing. */
async function contentOf(source: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array> | undefined> {
  const chunks = source[Symbol.asyncIterator]();
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    if (next.value.length > 0) return chained(next.value, chunks);
  }
  return undefined;
}

async function* chained(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

/** No bytes, neither here nor in the storage: nothing that an intent could tell others of. */
function createEmpty(context: FileSystemContext, writing: Writing): Promise<void> {
  return transactWhenFree(context, (tx) => recordEmpty(context, tx, writing, context.now()));
}

export function recordEmpty(context: FileSystemContext, tx: Transaction, writing: Writing, nowMs: number): void {
  const { parent, name } = placeForFile(tx, context.subject, writing.path);
  const opened = { fileId: tx.allocate(), parentId: parent.inode.id, name };
  recordFile(context, tx, { writing, opened, sink: undefined, moved: { length: 0, ufs: undefined } }, parent.inode);
  noteEntryMade(tx, parent.inode, nowMs);
}

function open(context: FileSystemContext, writing: Writing): Promise<OpenedWrite> {
  const { path, options, blockSize } = writing;
  return transactWhenFree(context, (tx): OpenedWrite => {
    const place = placeForFile(tx, context.subject, path);
    const fileId = tx.allocate();
    const { mount, key } = place.mounted;
    const bytes = firstBlockBytes(options.size, blockSize);
    const promised = writing.cached && bytes > 0 ? findRoom(tx, context.blocks.directories, bytes) : undefined;
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

export function sinkFor(context: FileSystemContext, writing: Writing, opened: OpenedWrite): BlockSink {
  const { fileId, intent, promised } = opened;
  return new BlockSink(context, { fileId, intentId: intent.id, blockSize: writing.blockSize, size: writing.options.size, promised, durable: !writing.through });
}

function commit(context: FileSystemContext, written: Written): Promise<IntentRecord | undefined> {
  const { opened, moved } = written;
  return transact(context, (tx) => {
    requireStillOurs(tx, written);
    recordFile(context, tx, written, parentNow(tx, written));
    tx.append({ type: 'inode-changed', id: opened.parentId, change: { modifiedMs: context.now() } });
    if (moved.ufs !== undefined) markPersistedUpwards(tx, opened.parentId);
    closeIntent(tx, opened.intent.id);
    return openUnsent(context, tx, opened.intent.leases[0], written);
  });
}
