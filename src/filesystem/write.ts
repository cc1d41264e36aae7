/**
 * Creating a file: intent, bytes, commit. The path shows the file only after the commit, when every byte is safe where the write type wants it.
 */
import { AlluxioError, messageOf } from '../errors.ts';
import type { Config } from '../config/config.ts';
import type { Transaction } from '../journal/journal.ts';
import type { InodeRecord, IntentRecord, MountRecord } from '../journal/records.ts';
import { placeForFile } from '../namespace/create.ts';
import { newFile } from '../namespace/inodes.ts';
import type { AlluxioPath } from '../uri.ts';
import { parentOf } from '../uri.ts';
import type { UfsWritten } from '../ufs/ufs.ts';
import { BlockSink, firstBlockBytes } from './block-sink.ts';
import { promiseSpace } from './cache-space.ts';
import { umaskOf, writeTypeFor } from './create-settings.ts';
import { markPersistedUpwards } from './stored-parents.ts';
import type { FileSystemContext } from './context.ts';
import { readStatus } from './status.ts';
import type { CreateOptions, FileStatus, WriteType } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { configFor } from './path-config.ts';
import { persistFile } from './persist.ts';
import { closeIntent, openIntent, transact, transactWhenFree } from './transact.ts';
import { ensureAncestors } from './ancestors.ts';

interface Writing {
  readonly path: AlluxioPath;
  readonly options: CreateOptions;
  readonly writeType: WriteType;
  readonly cached: boolean;
  readonly through: boolean;
  readonly blockSize: number;
  /** As it holds for the path; read before any transaction. */
  readonly config: Config;
}

interface Opened {
  readonly intent: IntentRecord;
  readonly fileId: number;
  readonly mount: MountRecord;
  readonly key: string;
  readonly parentId: number;
  readonly name: string;
  readonly promised: { directory: number; bytes: number } | undefined;
}

export async function createFile(context: FileSystemContext, path: AlluxioPath, source: AsyncIterable<Uint8Array>, options: CreateOptions = {}): Promise<FileStatus> {
  await lookUp(context, parentOf(path));
  const writing = planWriting(context, path, options);
  const opened = await open(context, writing);
  const sink = writing.cached ? sinkFor(context, writing, opened) : undefined;
  let written: { length: number; ufs: UfsWritten | undefined } | undefined;
  try {
    written = await moveBytes(context, { writing, opened, sink, source });
    await commit(context, writing, opened, { sink, written });
  } catch (error) {
    await undo(context, opened, { sink, stored: written?.ufs !== undefined });
    throw error;
  }
  if (writing.writeType === 'ASYNC_THROUGH' && !context.masterRunning()) await persistNow(context, path, options.signal);
  return context.journal.read((view) => readStatus(context, view, path));
}

/** Without a master nobody persists later. The file stays where it is safe; the failure says what is still to do. */
async function persistNow(context: FileSystemContext, path: AlluxioPath, signal: AbortSignal | undefined): Promise<void> {
  try {
    await persistFile(context, path, signal === undefined ? {} : { signal });
  } catch (error) {
    const code = error instanceof AlluxioError ? error.code : 'INTERNAL';
    throw new AlluxioError(code, `${path} is written to the cache, but not persisted: ${messageOf(error)}`, {
      path,
      hint: `Persist it when the storage takes it: alluxio fs persist ${path}`,
      cause: error,
    });
  }
}

function planWriting(context: FileSystemContext, path: AlluxioPath, options: CreateOptions): Writing {
  const writeType = writeTypeFor(context, path, options.writeType);
  const config = configFor(context, path);
  return {
    path,
    options,
    writeType,
    cached: writeType !== 'THROUGH' && writeType !== 'NONE',
    through: writeType === 'THROUGH' || writeType === 'CACHE_THROUGH',
    blockSize: options.blockSize ?? config.bytes('alluxio.user.block.size.bytes.default'),
    config,
  };
}

function open(context: FileSystemContext, writing: Writing): Promise<Opened> {
  const { path, options, blockSize } = writing;
  return transactWhenFree(context, (tx): Opened => {
    const place = placeForFile(tx, context.subject, path);
    const fileId = tx.allocate();
    const { mount, key } = place.mounted;
    const intent = openIntent(context, tx, [place.lease], { kind: 'write', fileId, mountId: mount.id, key, through: writing.through });
    const bytes = firstBlockBytes(options.size, blockSize);
    const directory = writing.cached && bytes > 0 ? promiseSpace(tx, context.blocks.directories, intent.id, bytes) : undefined;
    return {
      intent,
      fileId,
      mount,
      key,
      parentId: place.parent.inode.id,
      name: place.name,
      promised: directory === undefined ? undefined : { directory, bytes },
    };
  });
}

function sinkFor(context: FileSystemContext, writing: Writing, opened: Opened): BlockSink {
  const { fileId, intent, promised } = opened;
  return new BlockSink(context, { fileId, intentId: intent.id, blockSize: writing.blockSize, size: writing.options.size, promised, durable: !writing.through });
}

interface Moving {
  readonly writing: Writing;
  readonly opened: Opened;
  readonly sink: BlockSink | undefined;
  readonly source: AsyncIterable<Uint8Array>;
}

/** One pass over the source feeds the cache and the under storage. */
async function moveBytes(context: FileSystemContext, moving: Moving): Promise<{ length: number; ufs: UfsWritten | undefined }> {
  const { writing, opened, sink } = moving;
  const counter = { bytes: 0 };
  const bytes = passing(moving, counter);
  if (!writing.through) {
    for await (const chunk of bytes) void chunk;
    await sink?.end();
    return { length: counter.bytes, ufs: undefined };
  }
  const ufs = await context.ufs(opened.mount);
  await ensureAncestors(context, ufs, opened.parentId);
  const { size, signal } = writing.options;
  const mode = writing.options.mode ?? 0o666 & ~umaskOf(context);
  const stored = await ufs.write(opened.key, bytes, { overwrite: false, mode, ...(size === undefined ? {} : { size }), signal: signal ?? context.signal }).catch((error: unknown) => {
    throw alreadyStored(error, writing.path);
  });
  await sink?.end();
  return { length: counter.bytes, ufs: stored };
}

async function* passing(moving: Moving, counter: { bytes: number }): AsyncGenerator<Uint8Array> {
  const { writing, sink, source } = moving;
  const { signal, size } = writing.options;
  let cache = sink;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    counter.bytes += chunk.byteLength;
    if (size !== undefined && counter.bytes > size) throw changedSource(writing.path);
    if (cache !== undefined) {
      // With a copy in the under storage a full cache is no failure.
      const full = await cache.write(chunk).then(() => undefined, (error: unknown) => error);
      if (full !== undefined && !writing.through && writing.writeType !== 'TRY_CACHE') throw failedToCache(full);
      if (full !== undefined) {
        await cache.abort();
        cache = undefined;
      }
    }
    yield chunk;
  }
  if (size !== undefined && counter.bytes < size) throw changedSource(writing.path);
}

async function commit(context: FileSystemContext, writing: Writing, opened: Opened, done: { sink: BlockSink | undefined; written: { length: number; ufs: UfsWritten | undefined } }): Promise<void> {
  await transact(context, (tx) => {
    if (tx.intent(opened.intent.id) === undefined) throw new AlluxioError('CANCELLED', 'Another process took this write over.');
    const inode = inodeFor(context, tx, writing, { opened, ...done.written });
    tx.append({ type: 'inode-created', parentId: opened.parentId, name: opened.name, inode });
    done.sink?.record(tx, context.now());
    tx.append({ type: 'inode-changed', id: opened.parentId, change: { modifiedMs: context.now() } });
    if (writing.through) markPersistedUpwards(tx, opened.parentId);
    closeIntent(tx, opened.intent.id);
  });
}

function inodeFor(context: FileSystemContext, tx: Transaction, writing: Writing, written: { opened: Opened; length: number; ufs: UfsWritten | undefined }): InodeRecord {
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
async function undo(context: FileSystemContext, opened: Opened, done: { sink: BlockSink | undefined; stored: boolean }): Promise<void> {
  await done.sink?.abort();
  // Somebody who took the work over has given the object its file.
  const mine = context.journal.read((view) => view.intent(opened.intent.id) !== undefined);
  if (mine && done.stored && !(await withdrawn(context, opened))) return;
  await transact(context, (tx) => closeIntent(tx, opened.intent.id));
}

async function withdrawn(context: FileSystemContext, opened: Opened): Promise<boolean> {
  try {
    const [failure] = await (await context.ufs(opened.mount)).deleteFiles([opened.key]);
    if (failure !== undefined) throw failure.error;
    return true;
  } catch (error) {
    context.warn(`${opened.key} was stored, but not recorded, and is seen to later: ${messageOf(error)}`);
    return false;
  }
}

function alreadyStored(error: unknown, path: AlluxioPath): unknown {
  if (!(error instanceof AlluxioError) || error.code !== 'ALREADY_EXISTS') return error;
  return new AlluxioError('ALREADY_EXISTS', `Not allowed to create file because path already exists: ${path}`, {
    path,
    hint: 'It is in the under storage and was not loaded yet: see it with "alluxio fs ls -f".',
    cause: error,
  });
}

function failedToCache(error: unknown): AlluxioError {
  const code = error instanceof AlluxioError ? error.code : 'NO_SPACE';
  return new AlluxioError(code, `Failed to cache: ${messageOf(error)}`, { cause: error, ...(error instanceof AlluxioError && error.hint !== undefined ? { hint: error.hint } : {}) });
}

function changedSource(path: AlluxioPath): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', `The source of ${path} changed while it was copied.`, { path, hint: 'Copy it again when nobody writes it.' });
}
