/** Reading one block file: fixed chunks, each checked before it is handed out. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ByteStream } from '../byte-stream.ts';
import { byteStream } from '../byte-stream.ts';
import { SLOT_BYTES, takeSlot } from '../checked-memory.ts';
import { AlluxioError, systemCode } from '../errors.ts';
import type { StoredBlock } from './block-store.ts';
import { blockChecksum, CHECKED_BYTES } from './checksum.ts';
import type { Low32 } from './xxh64-wasm.ts';
import { diskError } from './disk-error.ts';

/**
 * Read at a time: handing a read to the thread pool and back costs as much as reading a hundred KiB, and what is larger has left the processor's cache again
 * when it is checked. A multiple of CHECKED_BYTES.
 */
const READ_BYTES = SLOT_BYTES / 4;

/** `path` is undefined when the block's directory is configured no more. */
export function readBlock(path: string | undefined, block: StoredBlock, range?: { offset: number; length: number }): ByteStream {
  return byteStream(chunksOf(path, block, range));
}

async function* chunksOf(path: string | undefined, block: StoredBlock, range?: { offset: number; length: number }): AsyncGenerator<Uint8Array> {
  if (path === undefined) throw corrupt(block, `its cache directory number ${block.directory} is not configured`);
  const start = Math.min(range?.offset ?? 0, block.length);
  const end = Math.min(start + (range?.length ?? block.length), block.length);
  const checksumOf = await blockChecksum();
  const file = await openBlock(path, block);
  const { memory, release } = block.length <= SMALL ? smallMemory(block.length) : largeMemory();
  const ahead: Promise<Uint8Array>[] = [];
  try {
    const { size } = await file.stat();
    if (size !== block.length) throw corrupt(block, `${path} has ${size} bytes instead of ${block.length}`);
    // From the MiB that the range begins in to the one that it ends in.
    const first = start - (start % CHECKED_BYTES);
    const last = Math.min(block.length, Math.ceil(end / CHECKED_BYTES) * CHECKED_BYTES);
    let coming = first;
    const readAhead = (): void => {
      // The disk works while this thread computes and the consumer is busy with the one chunk whose memory is not free.
      for (; coming < last && ahead.length < memory.length - 1; coming += READ_BYTES) {
        const piece = (coming - first) / READ_BYTES;
        const reading = readPiece(file, memory[piece % memory.length] ?? EMPTY, { from: coming, to: Math.min(coming + READ_BYTES, last) });
        reading.catch(() => undefined);
        ahead.push(reading);
      }
    };
    readAhead();
    for (let from = first; start < end && from < last; from += READ_BYTES) {
      const bytes = (await ahead.shift()) ?? EMPTY;
      readAhead();
      if (from + bytes.length < Math.min(from + READ_BYTES, last)) throw corrupt(block, `${path} was cut short while it was read`);
      const wrong = firstWrong(bytes, from / CHECKED_BYTES, { block, checksumOf });
      const good = Math.min(end, wrong ?? from + bytes.length);
      if (good > from) yield bytes.subarray(Math.max(0, start - from), good - from);
      if (wrong !== undefined) throw corrupt(block, `${path} differs from what was written, behind byte ${wrong}`);
    }
  } catch (error) {
    throw await diskError(dirname(path), error);
  } finally {
    // Closing under a running read would let it land in another file of the same descriptor, and in memory that another reader has.
    await Promise.allSettled(ahead);
    await file.close();
    release();
  }
}

/** Where in the block the first MiB begins whose checksum is wrong. */
function firstWrong(bytes: Uint8Array, firstUnit: number, { block, checksumOf }: { block: StoredBlock; checksumOf: Low32 }): number | undefined {
  for (let at = 0, unit = firstUnit; at < bytes.length; at += CHECKED_BYTES, unit += 1) {
    if (checksumOf(bytes.subarray(at, at + CHECKED_BYTES)) !== block.checksums[unit]) return unit * CHECKED_BYTES;
  }
  return undefined;
}

const EMPTY = Buffer.alloc(0);

/** A block up to this size is one piece of memory of its own. */
const SMALL = CHECKED_BYTES;

/** One for each piece of a block that is out or on its way. */
interface PieceMemory {
  readonly memory: readonly Uint8Array[];
  release(): void;
}

/** The one piece, and the one that is never read ahead. */
function smallMemory(bytes: number): PieceMemory {
  const only = Buffer.allocUnsafe(bytes);
  return { memory: [only, only], release() {} };
}

function largeMemory(): PieceMemory {
  const { bytes, release } = takeSlot();
  return { memory: Array.from({ length: SLOT_BYTES / READ_BYTES }, (_, piece) => bytes.subarray(piece * READ_BYTES, (piece + 1) * READ_BYTES)), release };
}

async function openBlock(path: string, block: StoredBlock): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw corrupt(block, `${path} is missing`);
    throw await diskError(dirname(path), error);
  }
}

/** Those bytes; fewer only when the file is shorter than it was. */
async function readPiece(file: FileHandle, memory: Uint8Array, { from, to }: { from: number; to: number }): Promise<Uint8Array> {
  let filled = 0;
  while (from + filled < to) {
    const { bytesRead } = await file.read(memory, filled, to - from - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return memory.subarray(0, filled);
}

function corrupt(block: StoredBlock, why: string): AlluxioError {
  return new AlluxioError('CORRUPT', `Cached block ${block.index} of file ${block.fileId} is damaged: ${why}.`);
}
