/**
 * The checksums of a block: one for each MiB, so that what is read is checked before it is passed on, whichever part of the block it is.
 * XXH64's low 32 bits. Measured here, of one core: hash-wasm's XXH64 4.7 to 6.8 GB/s, in place (xxh64-wasm.ts) 9 to 18, GMAC 3.8, zlib's CRC-32 2.4.
 */
import type { IHasher } from 'hash-wasm';
import { transferBuffer } from '../byte-stream.ts';
import { createXxh64 } from './xxh64-wasm.ts';

/** Bytes that one checksum covers; the last one of a block covers the rest. */
export const CHECKED_BYTES = 1 << 20;

/** Loaded when a block is touched: the package is large. */
const createHasher = async (): Promise<IHasher> => (await import('hash-wasm')).createXXHash64();

/** Hashers are used again: making one compiles its module. */
const idle: IHasher[] = [];

/** Takes the bytes of a block in order and keeps the checksum of each MiB. */
export class BlockChecksums {
  readonly #hasher: IHasher;
  readonly #done: number[] = [];
  /** Bytes of the MiB that has begun. */
  #open = 0;

  private constructor(hasher: IHasher) {
    this.#hasher = hasher;
  }

  static async begin(): Promise<BlockChecksums> {
    return new BlockChecksums(idle.pop() ?? (await createHasher()));
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#open === 0) this.#hasher.init();
      const part = bytes.subarray(at, at + CHECKED_BYTES - this.#open);
      this.#hasher.update(part);
      this.#open += part.length;
      at += part.length;
      if (this.#open === CHECKED_BYTES) this.#close();
    }
  }

  /** Of all bytes so far. Nothing may follow. */
  end(): readonly number[] {
    if (this.#open > 0) this.#close();
    idle.push(this.#hasher);
    return this.#done;
  }

  #close(): void {
    this.#done.push(low32(this.#hasher));
    this.#open = 0;
  }
}

/** For blocks that are read. */
export interface BlockChecker {
  /** The checksum of up to a MiB; of bytes in its memory at twice the speed. */
  of(bytes: Uint8Array): number;
  /** So much memory of the checker's, or memory of the ordinary kind when others have all of it. To be given back. */
  takeMemory(): CheckedMemory;
  giveMemory(memory: CheckedMemory): void;
}

/** Pieces of READ_BYTES each. */
export type CheckedMemory = readonly Uint8Array[];

/** Read at a time: handing a read to the thread pool and back costs as much as reading a hundred KiB. A multiple of CHECKED_BYTES. */
export const READ_BYTES = 4 * CHECKED_BYTES;
/** One for each piece of a block that is out or on its way. */
const PIECES = 3;
/** Readers that have the fast memory at the same time. */
const FAST_READERS = 4;

let checker: Promise<BlockChecker> | undefined;

export function blockChecker(): Promise<BlockChecker> {
  checker ??= createChecker();
  return checker;
}

async function createChecker(): Promise<BlockChecker> {
  // The last piece is where other memory is copied to.
  const { arena, low32: lowOf } = await createXxh64((FAST_READERS * PIECES + 1) * READ_BYTES);
  const pieceAt = (piece: number): Uint8Array => arena.subarray(piece * READ_BYTES, (piece + 1) * READ_BYTES);
  const copies = pieceAt(FAST_READERS * PIECES);
  const free: CheckedMemory[] = Array.from({ length: FAST_READERS }, (_, reader) => Array.from({ length: PIECES }, (__, piece) => pieceAt(reader * PIECES + piece)));
  return {
    of(bytes) {
      if (bytes.buffer === arena.buffer) return lowOf(bytes);
      copies.set(bytes);
      return lowOf(copies.subarray(0, bytes.length));
    },
    // The one used last is still in the processor's cache.
    takeMemory: () => free.pop() ?? Array.from({ length: PIECES }, () => transferBuffer(READ_BYTES)),
    giveMemory: (memory) => void free.push(memory),
  };
}

function low32(hasher: IHasher): number {
  const digest = hasher.digest('binary');
  return ((digest[4] ?? 0) * 0x1000000 + (((digest[5] ?? 0) << 16) | ((digest[6] ?? 0) << 8) | (digest[7] ?? 0))) >>> 0;
}
