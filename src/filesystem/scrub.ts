/** Looking after the cache: does each block still hold what was written, is each file of it known? */
import { hasCode } from '../errors.ts';
import { filesOf } from '../journal/intent-files.ts';
import type { View } from '../journal/journal.ts';
import type { BlockAddress } from '../cache/block-store.ts';
import type { BlockRecord, IntentWork } from '../journal/records.ts';
import { pathOfInode } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { dropDamaged, openFile } from './read.ts';

/** A block, and where in the round of all blocks it comes. */
export type BlockPlace = BlockRecord;

export interface BlockVerdict {
  /** `good`; `gone`: nobody wants it any more; `mended`: it was damaged, and is read again; `dropped`: the same, but it could not be read now; `lost`: damaged, and nowhere else. */
  readonly verdict: 'good' | 'gone' | 'mended' | 'dropped' | 'lost';
  readonly path: AlluxioPath | undefined;
  readonly bytes: number;
}

export function blocksAfter(context: FileSystemContext, place: BlockPlace | undefined, limit: number): { blocks: BlockPlace[]; next: BlockPlace | undefined } {
  return context.journal.read((view) => {
    const first = place?.directory ?? 0;
    for (const { index } of context.blocks.directories.slice(first)) {
      const blocks = view.blocksByUse(index, { limit, ...(place?.directory === index ? { after: place } : {}) });
      if (blocks.length > 0) return { blocks, next: blocks[blocks.length - 1] };
    }
    return { blocks: [], next: undefined };
  });
}

export async function verifyBlock(context: FileSystemContext, block: BlockPlace): Promise<BlockVerdict> {
  const bytes = block.length;
  const at = (verdict: BlockVerdict['verdict']): BlockVerdict => ({ verdict, bytes, path: context.journal.read((view) => pathOfInode(view, block.fileId)) });
  try {
    for await (const chunk of context.blocks.read(block)) void chunk;
    return at('good');
  } catch (error) {
    if (!hasCode(error, 'CORRUPT')) throw error;
    const file = context.journal.read((view) => (isRecorded(view, block) ? { inode: view.locate(block.fileId)?.inode, path: pathOfInode(view, block.fileId) } : undefined));
    if (file?.inode === undefined || file.path === undefined) return at('gone');
    if (file.inode.persistence !== 'PERSISTED') return at('lost');
    await dropDamaged(context, { path: file.path, inode: file.inode }, block, error);
    return at((await readAgain(context, file.path, { offset: block.index * file.inode.blockSize, length: bytes })) ? 'mended' : 'dropped');
  }
}

/** What cannot be read now is read by whoever wants it. */
async function readAgain(context: FileSystemContext, path: AlluxioPath, range: { offset: number; length: number }): Promise<boolean> {
  try {
    for await (const chunk of await openFile(context, path, { ...range, readType: 'CACHE' })) void chunk;
    return true;
  } catch {
    return false;
  }
}

export async function fetchBlock(context: FileSystemContext, { fileId, index }: { fileId: number; index: number }): Promise<boolean> {
  const file = context.journal.read((view) => {
    const [inode, path] = [view.locate(fileId)?.inode, pathOfInode(view, fileId)];
    return inode === undefined || path === undefined || inode.persistence !== 'PERSISTED' || view.block(fileId, index) !== undefined ? undefined : { path, blockSize: inode.blockSize };
  });
  if (file === undefined) return false;
  for await (const chunk of await openFile(context, file.path, { offset: index * file.blockSize, length: file.blockSize, readType: 'CACHE' })) void chunk;
  return true;
}

export function dropOrphans(context: FileSystemContext): Promise<{ files: number; bytes: number }> {
  return context.blocks.sweep((block) => isKnownBlock(context, block));
}

/** A file of the cache is known when a record, or the intent of somebody who writes or removes it, says so; the intent is there before the file and until the record is. */
export function isKnownBlock(context: FileSystemContext, block: BlockAddress): boolean {
  return context.journal.read((view) => view.block(block.fileId, block.index)?.directory === block.directory || view.intents().some(({ work }) => isAbout(work, block)));
}

function isAbout(work: IntentWork, { fileId, index, directory }: BlockAddress): boolean {
  if (work.kind === 'evict') return work.blocks.some((block) => block.fileId === fileId && block.index === index && block.directory === directory);
  return filesOf(work).includes(fileId);
}

export function isRecorded(view: View, block: BlockRecord): boolean {
  const current = view.block(block.fileId, block.index);
  return current !== undefined && current.directory === block.directory && current.checksums.every((checksum, at) => checksum === block.checksums[at]);
}
