/**
 * The checksums of a block: one for each MiB, so that what is read is checked before it is passed on, whichever part of the block it is.
 * XXH64's low 32 bits. Measured here, of one core: hash-wasm's XXH64 4.7 to 6.8 GB/s, in place (xxh64-wasm.ts) 9 to 18, GMAC 3.8, zlib's CRC-32 2.4.
 */
import { createXxh64 } from './xxh64-wasm.ts';
import type { Low32 } from './xxh64-wasm.ts';

/** Bytes that one checksum covers; the last one of a block covers the rest. */
export const CHECKED_BYTES = 1 << 20;

let checksum: Promise<Low32> | undefined;

/** The checksum of up to a MiB. Made when a block is touched. */
export function blockChecksum(): Promise<Low32> {
  checksum ??= createXxh64();
  return checksum;
}

/** Memory for parts of a MiB, used again. */
const idle: Buffer[] = [];

/** Takes the bytes of a block in order and keeps the checksum of each MiB. What comes by whole MiB is checked where it lies. */
export class BlockChecksums {
  readonly #of: Low32;
  readonly #done: number[] = [];
  /** Holds the MiB that has begun with less than the whole of it. */
  #part: Buffer | undefined;
  #partBytes = 0;

  private constructor(of: Low32) {
    this.#of = of;
  }

  static async begin(): Promise<BlockChecksums> {
    return new BlockChecksums(await blockChecksum());
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const run = bytes.subarray(at, at + CHECKED_BYTES - this.#partBytes);
      if (run.length === CHECKED_BYTES) this.#done.push(this.#of(run));
      else this.#gather(run);
      at += run.length;
    }
  }

  /** Of all bytes so far. Nothing may follow. */
  end(): readonly number[] {
    if (this.#partBytes > 0) this.#close();
    if (this.#part !== undefined) idle.push(this.#part);
    this.#part = undefined;
    return this.#done;
  }

  #gather(run: Uint8Array): void {
    this.#part ??= idle.pop() ?? Buffer.allocUnsafeSlow(CHECKED_BYTES);
    this.#part.set(run, this.#partBytes);
    this.#partBytes += run.length;
    if (this.#partBytes === CHECKED_BYTES) this.#close();
  }

  #close(): void {
    this.#done.push(this.#of(this.#part?.subarray(0, this.#partBytes) ?? new Uint8Array()));
    this.#partBytes = 0;
  }
}
