/** The bytes of one local file, as they were when it was opened: a file that changes meanwhile is an error, not a mixture. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SLOT_BYTES, takeSlot } from '../../checked-memory.ts';
import type { Slot } from '../../checked-memory.ts';
import { AlluxioError } from '../../errors.ts';
import { localError, notAFile, onLocal } from './local-errors.ts';
import type { Budget } from './lanes.ts';

export const CHUNK = 1 << 20;

/** Bytes looked for in a file that claims to be empty. */
const FIRST_LOOK = 64 << 10;

/** One chunk being consumed, one read ahead, two on their way to the store. */
export const STREAM_MEMORY = 4 * CHUNK;

/** Larger files come in chunks of a slot, which the store may send from where they lie. */
const LARGE = 4 * SLOT_BYTES;
/** One chunk being consumed, one read ahead, one that is kept. */
const LARGE_MEMORY = 3 * SLOT_BYTES;

export interface LocalSource {
  readonly size: number;
  /** A chunk is valid until the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Bytes that are read without leaving the thread: handing each step of a small file to the pool takes it many times as long as the step. */
const AT_ONCE = 64 << 10;

/** Opens the file, lends its bytes to `use`, and closes it. Small files are in memory and closed before `use` begins. */
export async function withLocalFile<T>(path: string, budget: Budget, use: (source: LocalSource) => Promise<T>): Promise<T> {
  const bytes = readAtOnce(path);
  if (bytes !== undefined) return budget.hold(bytes.length, () => use({ size: bytes.length, chunks: only(bytes) }));
  // Not blocking: a pipe that took the file's place would otherwise hold the thread for ever.
  const file = await onLocal(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const before = await onLocal(path, () => file.stat());
    if (!before.isFile()) throw notAFile(path);
    if (before.size > CHUNK) return await budget.hold(before.size > LARGE ? LARGE_MEMORY : STREAM_MEMORY, () => lend(path, file, before, use));
    return await budget.hold(before.size, async () => {
      const bytes = await readSmall(path, file, before.size);
      await file.close();
      return use({ size: bytes.length, chunks: only(bytes) });
    });
  } finally {
    await file.close();
  }
}

/** All of a small file; undefined for any other. @throws in the system's words */
export function readAtOnce(path: string): Buffer | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const before = fstatSync(file);
      if (!before.isFile()) throw notAFile(path);
      if (before.size === 0 || before.size > AT_ONCE) return undefined;
      const buffer = Buffer.allocUnsafe(before.size + 1);
      const length = readSync(file, buffer, 0, buffer.length, 0);
      // A read that ends early, or finds more, is a file that changes: the careful way finds out.
      return length === before.size ? buffer.subarray(0, length) : undefined;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw localError(path, error);
  }
}

async function lend<T>(path: string, file: FileHandle, before: Stats, use: (source: LocalSource) => Promise<T>): Promise<T> {
  const chunks = readLarge(path, file, before);
  try {
    return await use({ size: before.size, chunks });
  } finally {
    await chunks.return(undefined);
  }
}

async function readSmall(path: string, file: FileHandle, size: number): Promise<Buffer> {
  // One byte more than there should be: a file that grew shows itself in the same read. Those of /proc say 0 and have content.
  const buffer = Buffer.allocUnsafe(size === 0 ? FIRST_LOOK : size + 1);
  const length = await onLocal(path, () => fill(file, buffer, 0));
  if (length === buffer.length || length < size) throw changed(path);
  return buffer.subarray(0, length);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** A chunk on its way into a slot. */
interface Coming {
  readonly slot: Slot;
  readonly bytes: Promise<Uint8Array>;
}

async function* readLarge(path: string, file: FileHandle, before: Stats): AsyncGenerator<Uint8Array> {
  const chunkBytes = before.size > LARGE ? SLOT_BYTES : CHUNK;
  const read = (position: number): Coming => {
    // Another slot each time: whoever got the last one may have kept it.
    const slot = takeSlot({ bytes: chunkBytes, keepable: true });
    return { slot, bytes: readAt(file, slot.bytes.subarray(0, Math.min(chunkBytes, before.size - position)), position) };
  };
  let current: Coming | undefined;
  let ahead: Coming | undefined;
  try {
    ahead = read(0);
    for (let position = 0; position < before.size; ) {
      const chunk = await ahead.bytes;
      if (chunk.length === 0) throw changed(path);
      position += chunk.length;
      current = ahead;
      ahead = undefined;
      if (position < before.size) ahead = read(position);
      // The last chunk is held back until the file is known to be what it was.
      else if (differs(before, await file.stat())) throw changed(path);
      yield chunk;
      current.slot.release();
      if (ahead === undefined) break;
    }
  } catch (error) {
    throw localError(path, error);
  } finally {
    // Closing under a running read would let it land in another file of the same descriptor, and in memory that somebody else has.
    await ahead?.bytes.catch(() => undefined);
    ahead?.slot.release();
    current?.slot.release();
  }
}

async function readAt(file: FileHandle, buffer: Uint8Array, position: number): Promise<Uint8Array> {
  return buffer.subarray(0, await fill(file, buffer, position));
}

/** Fills the buffer as far as the file goes. */
async function fill(file: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function differs(before: Stats, after: Stats): boolean {
  return before.size !== after.size || before.mtimeMs !== after.mtimeMs;
}

function changed(path: string): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', `${path} changed while it was copied.`, {
    path,
    hint: 'Copy it again when nobody writes to it.',
    details: { system: 'ECHANGED' },
  });
}
