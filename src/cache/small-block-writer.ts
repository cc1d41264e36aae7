/** Writing one small block: gathered in memory, and put on disk in one go without leaving the thread, which takes a fraction of what the pool's round trips do. */
import { closeSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';
import { aroundSync } from '../fault-points.ts';
import { handOverFile } from '../hand-over.ts';
import { makeOwnFoldersSync } from '../make-folders.ts';
import { openBlockWriter } from './block-writer.ts';
import type { BlockFile } from './block-writer.ts';
import type { BlockWriter } from './block-store.ts';
import { blockChecksum } from './checksum.ts';
import { diskError } from './disk-error.ts';

export const SMALL_BLOCK_BYTES = 64 << 10;

/** @param bytes that will come; not one more */
export async function openSmallBlockWriter(file: BlockFile, bytes: number): Promise<BlockWriter> {
  const checksumOf = await blockChecksum();
  const gathered = Buffer.allocUnsafe(bytes);
  let length = 0;
  let open = true;
  return {
    get length() {
      return length;
    },
    write(chunk) {
      if (!open || length + chunk.length > bytes) throw new AlluxioError('INTERNAL', 'More was written to a block than it has room for.');
      gathered.set(chunk, length);
      length += chunk.length;
      return Promise.resolve();
    },
    async commit({ durable }) {
      open = false;
      const content = gathered.subarray(0, length);
      // Waiting for the disk is for the pool.
      if (durable) return writtenDurably(file, content);
      try {
        putOnDisk(file, content);
      } catch (error) {
        throw await diskError(file.folder, error);
      }
      return { length, checksums: length === 0 ? [] : [checksumOf(content)] };
    },
    async abort() {
      open = false;
      await Promise.resolve();
    },
  };
}

async function writtenDurably(file: BlockFile, content: Uint8Array): ReturnType<BlockWriter['commit']> {
  const writer = await openBlockWriter(file);
  try {
    await writer.write(content);
    return await writer.commit({ durable: true });
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Leaves nothing under the temporary name when it fails. */
function putOnDisk({ temporary, target }: BlockFile, content: Uint8Array): void {
  const descriptor = openTemporary(temporary);
  try {
    try {
      for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
    } finally {
      closeSync(descriptor);
    }
    aroundSync('cache.rename', () => renameSync(temporary, target));
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}

function openTemporary(path: string): number {
  const descriptor = openNew(path);
  handOverFile(descriptor);
  return descriptor;
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    makeOwnFoldersSync(dirname(path), 0o700);
    return openSync(path, 'wx', 0o600);
  }
}
