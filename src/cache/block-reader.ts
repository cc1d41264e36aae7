/** Reading one block file: fixed chunks, checked before the last of them is handed out. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { AlluxioError, systemCode } from '../errors.ts';
import type { StoredBlock } from './block-store.ts';
import { diskError } from './disk-error.ts';

const CHUNK = 1 << 20;

/** `path` is undefined when the block's directory is configured no more. */
export function readBlock(path: string | undefined, block: StoredBlock, range?: { offset: number; length: number }): Readable {
  return Readable.from(chunksOf(path, block, range), { objectMode: false, highWaterMark: CHUNK });
}

async function* chunksOf(path: string | undefined, block: StoredBlock, range?: { offset: number; length: number }): AsyncGenerator<Buffer> {
  if (path === undefined) throw corrupt(block, `its cache directory number ${block.directory} is not configured`);
  const start = Math.min(range?.offset ?? 0, block.length);
  const end = Math.min(start + (range?.length ?? block.length), block.length);
  const whole = start === 0 && end === block.length;
  const file = await openBlock(path, block);
  let ahead: Promise<Buffer> | undefined;
  try {
    const { size } = await file.stat();
    if (size !== block.length) throw corrupt(block, `${path} has ${size} bytes instead of ${block.length}`);
    let position = start;
    let checksum = 0;
    ahead = readChunk(file, position, end);
    while (position < end) {
      const chunk = await ahead;
      if (chunk.length === 0) throw corrupt(block, `${path} was cut short while it was read`);
      position += chunk.length;
      // The disk works while this thread computes; two chunks are in memory at most.
      if (position < end) ahead = readChunk(file, position, end);
      if (whole) checksum = crc32(chunk, checksum);
      if (whole && position === end) checkSum(block, path, checksum);
      yield chunk;
    }
    if (whole && end === 0) checkSum(block, path, checksum);
  } catch (error) {
    throw await diskError(path, error);
  } finally {
    // Closing under a running read would let it land in another file of the same descriptor.
    await ahead?.catch(() => undefined);
    await file.close();
  }
}

async function openBlock(path: string, block: StoredBlock): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw corrupt(block, `${path} is missing`);
    throw await diskError(path, error);
  }
}

/** The next bytes; fewer than a chunk only at the end, none when the file is shorter than it was. A fresh buffer: its consumer keeps it. */
async function readChunk(file: FileHandle, position: number, end: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - position));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === buffer.length ? buffer : buffer.subarray(0, filled);
}

function checkSum(block: StoredBlock, path: string, actual: number): void {
  if (actual !== block.crc32) throw corrupt(block, `${path} has CRC-32 ${actual} instead of ${block.crc32}`);
}

function corrupt(block: StoredBlock, why: string): AlluxioError {
  return new AlluxioError('CORRUPT', `Cached block ${block.index} of file ${block.fileId} is damaged: ${why}.`);
}
