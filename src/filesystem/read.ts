/**
 * Reading a file: cached blocks from the cache, runs of uncached ones from the under storage in one request, filling the cache on the way as the read
 * type says. A damaged block is dropped and read again from the storage; a changed object is never mixed with what was cached of the old one.
 */
import type { ByteStream } from '../byte-stream.ts';
import { byteStream } from '../byte-stream.ts';
import { AlluxioError, hasCode, isAlluxioError } from '../errors.ts';
import type { BlockRecord, InodeRecord, MountRecord } from '../journal/records.ts';
import { mountOf } from '../namespace/mount-table.ts';
import { READ } from '../namespace/permissions.ts';
import { pathOfInode } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { CacheFill } from './cache-fill.ts';
import type { FileSystemContext } from './context.ts';
import { checked } from './status.ts';
import type { OpenOptions, ReadType } from './file-system.ts';
import { READ_TYPES } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { configFor } from './path-config.ts';
import { transact } from './transact.ts';

/** A file as it was when it was opened. */
export interface OpenedFile {
  readonly path: AlluxioPath;
  readonly inode: InodeRecord;
  readonly mount: MountRecord;
  readonly key: string;
  readonly blocks: ReadonlyMap<number, BlockRecord>;
}

interface Span {
  readonly from: number;
  /** One past the last byte. */
  readonly to: number;
}

export async function openFile(context: FileSystemContext, path: AlluxioPath, options: OpenOptions = {}): Promise<ByteStream> {
  const file = await opened(context, path);
  const readType = options.readType ?? configFor(context, path).choice('alluxio.user.file.readtype.default', READ_TYPES);
  const from = Math.min(options.offset ?? 0, file.inode.length);
  const to = options.length === undefined ? file.inode.length : Math.min(file.inode.length, from + options.length);
  return byteStream(bytesOf(context, file, { from, to }, { readType, signal: options.signal }));
}

export interface CacheOptions {
  readonly signal?: AbortSignal;
  /** Bytes as they come. */
  onBytes?(bytes: number): void;
}

/** Reads all of a file into the cache. False when the cache did not keep what came from the storage. */
export async function cacheFile(context: FileSystemContext, path: AlluxioPath, { signal, onBytes }: CacheOptions): Promise<boolean> {
  const file = await opened(context, path);
  let all = true;
  const reading: Reading = { readType: 'CACHE', signal, onStored: (kept) => (all &&= kept) };
  for await (const chunk of bytesOf(context, file, { from: 0, to: file.inode.length }, reading)) onBytes?.(chunk.byteLength);
  return all;
}

async function opened(context: FileSystemContext, path: AlluxioPath): Promise<OpenedFile> {
  await lookUp(context, path);
  return context.journal.read((view): OpenedFile => {
    const { target, chain } = checked(context, view, path, READ);
    if (target.inode.directory) throw new AlluxioError('IS_A_DIRECTORY', `Path "${path}" must be a file.`, { path });
    const { mount, key } = mountOf(view, { path, chain, missing: [] });
    return { path, inode: target.inode, mount, key, blocks: new Map(view.blocks(target.inode.id).map((block) => [block.index, block])) };
  });
}

interface Reading {
  readonly readType: ReadType;
  readonly signal: AbortSignal | undefined;
  /** After each run of blocks from the storage: whether the cache has them now. */
  onStored?(kept: boolean): void;
}

async function* bytesOf(context: FileSystemContext, file: OpenedFile, span: Span, reading: Reading): AsyncGenerator<Uint8Array> {
  const { blockSize } = file.inode;
  for (let at = span.from; at < span.to; ) {
    const index = Math.floor(at / blockSize);
    const block = file.blocks.get(index);
    const end = block === undefined ? endOfRun(file, index, span.to) : Math.min(span.to, (index + 1) * blockSize);
    if (block === undefined) yield* fromStorage(context, file, { from: at, to: end }, reading);
    else yield* fromCache(context, file, { block, span: { from: at, to: end } }, reading);
    at = end;
  }
}

/** Where the next cached block begins, or the span ends. */
function endOfRun(file: OpenedFile, index: number, to: number): number {
  const { blockSize } = file.inode;
  let next = index + 1;
  while (next * blockSize < to && !file.blocks.has(next)) next++;
  return Math.min(to, next * blockSize);
}

/** Each chunk of a block is checked before it is delivered, so what came before a damaged one was right, and the rest comes from the storage. */
async function* fromCache(context: FileSystemContext, file: OpenedFile, part: { block: BlockRecord; span: Span }, reading: Reading): AsyncGenerator<Uint8Array> {
  const { block, span } = part;
  let at = span.from;
  try {
    for await (const chunk of context.blocks.read(block, { offset: span.from - block.index * file.inode.blockSize, length: span.to - span.from })) {
      yield chunk;
      at += chunk.byteLength;
    }
  } catch (error) {
    const rest = { from: at, to: span.to };
    if (hasCode(error, 'CORRUPT')) {
      await dropDamaged(context, file, block, error);
      return yield* fromStorage(context, file, rest, reading);
    }
    if (!isUnusable(error) || file.inode.persistence !== 'PERSISTED') throw error;
    context.warn(`Not read from the cache: ${file.path}: ${error.message}`);
    return yield* fromStorage(context, file, rest, { ...reading, readType: 'NO_CACHE' });
  }
  await context.blocks.touch(block).catch((error: unknown) => {
    if (!isUnusable(error)) throw error;
    context.warn(`Cannot note that ${file.path} was read from the cache: ${error.message}`);
  });
}

/** The cache's disk or its permissions, not the block. */
function isUnusable(error: unknown): error is AlluxioError {
  return hasCode(error, 'PERMISSION_DENIED') || hasCode(error, 'UNAVAILABLE');
}

/** A block whose file is damaged or gone leaves the cache. @throws CORRUPT when the storage does not have its bytes either */
export async function dropDamaged(context: FileSystemContext, file: Pick<OpenedFile, 'path' | 'inode'>, block: BlockRecord, error: unknown): Promise<void> {
  if (file.inode.persistence !== 'PERSISTED') {
    throw new AlluxioError('CORRUPT', `A cached block of ${file.path} is damaged or gone, and the file is not in the under storage.`, { path: file.path, hint: givingUp(file.path), cause: error });
  }
  await transact(context, (tx) => {
    if (isSameBlock(tx.block(block.fileId, block.index), block)) tx.append({ type: 'block-removed', fileId: block.fileId, index: block.index });
  });
  await context.blocks.remove([block]);
}

function givingUp(path: AlluxioPath): string {
  return `If the cache's disk is not mounted now, mount it and try again. Otherwise remove the file (alluxio fs rm ${path}) and copy it in anew.`;
}

function isSameBlock(a: BlockRecord | undefined, b: BlockRecord): boolean {
  return a !== undefined && a.length === b.length && a.checksums.every((checksum, at) => checksum === b.checksums[at]);
}

async function* fromStorage(context: FileSystemContext, file: OpenedFile, span: Span, reading: Reading): AsyncGenerator<Uint8Array> {
  if (file.inode.persistence !== 'PERSISTED') {
    throw new AlluxioError('CORRUPT', `Blocks of ${file.path} are lost: they are neither cached nor in the under storage.`, { path: file.path, hint: givingUp(file.path) });
  }
  const ufs = await context.ufs(file.mount);
  const fill = reading.readType === 'NO_CACHE' ? undefined : new CacheFill(context, file, span);
  try {
    const stream = await ufs.read(file.key, {
      offset: span.from,
      length: span.to - span.from,
      ...(file.inode.contentHash === '' ? {} : { ifContentHash: file.inode.contentHash }),
      signal: reading.signal ?? context.signal,
    });
    let missing = span.to - span.from;
    for await (const chunk of stream) {
      missing -= chunk.byteLength;
      // The cache's disk works while the consumer does.
      const kept = fill?.write(chunk);
      try {
        yield chunk;
      } finally {
        await kept;
      }
    }
    if (missing > 0) throw new AlluxioError('FAILED_PRECONDITION', `${ufs.uri.child(file.key).toString()} ended ${String(missing)} bytes early`);
    const kept = await fill?.end();
    reading.onStored?.(kept === true);
    if (fill !== undefined) context.cacheLater(file.inode.id, partialBlocks(file.inode, span));
  } catch (error) {
    throw (hasCode(error, 'FAILED_PRECONDITION') && !isArchived(error)) || hasCode(error, 'NOT_FOUND') ? changedBehind(context, file, error) : error;
  } finally {
    await fill?.close();
  }
}

/** The first and the last block of the span, where it does not cover them. */
function partialBlocks({ blockSize, length }: InodeRecord, { from, to }: Span): number[] {
  const first = from % blockSize === 0 ? [] : [Math.floor(from / blockSize)];
  const last = to % blockSize === 0 || to === length ? [] : [Math.floor(to / blockSize)];
  return [...new Set([...first, ...last])];
}

/** It is as it was, and nobody can read it until it is restored: OSS's own words say so. */
function isArchived(error: unknown): boolean {
  return isAlluxioError(error) && error.details.code === 'InvalidObjectState';
}

function changedBehind({ journal }: FileSystemContext, file: OpenedFile, error: unknown): AlluxioError {
  if (journal.read((view) => pathOfInode(view, file.inode.id)) !== file.path) {
    return new AlluxioError('FAILED_PRECONDITION', `${file.path} was moved or removed by another command while it was read.`, { path: file.path, cause: error });
  }
  return new AlluxioError('FAILED_PRECONDITION', `${file.path} was changed or removed in the under storage by somebody else.`, {
    path: file.path,
    hint: `Load what is there now: alluxio fs loadMetadata -F ${file.path}`,
    cause: error,
  });
}
