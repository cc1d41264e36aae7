/** The checksum of blocks, against hash-wasm's, which writes them. */
import { randomBytes } from 'node:crypto';
import { xxhash64 } from 'hash-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { BlockChecksums, blockChecker, CHECKED_BYTES } from '../../src/cache/checksum.ts';
import { createXxh64 } from '../../src/cache/xxh64-wasm.ts';
import type { Xxh64 } from '../../src/cache/xxh64-wasm.ts';

const low32 = async (bytes: Uint8Array): Promise<number> => Number.parseInt((await xxhash64(bytes)).slice(8), 16);

let xxh64: Xxh64;
beforeAll(async () => {
  xxh64 = await createXxh64(32 * 65536);
});

describe('the checksum in place', () => {
  it('is XXH64 for every length that takes another way through it, wherever the bytes lie', async () => {
    for (let length = 0; length <= 100; length++) {
      const bytes = randomBytes(length);
      for (const at of [0, 1, 7, 65_535]) {
        const place = xxh64.arena.subarray(at, at + length);
        place.set(bytes);
        expect([length, at, xxh64.low32(place)]).toEqual([length, at, await low32(bytes)]);
      }
    }
  });

  it.each([1024, 65_536, CHECKED_BYTES - 1, CHECKED_BYTES, CHECKED_BYTES + 31])('is XXH64 of %d bytes', async (length) => {
    const bytes = randomBytes(length);
    xxh64.arena.set(bytes);
    expect(xxh64.low32(xxh64.arena.subarray(0, length))).toBe(await low32(bytes));
  });

  it('is what was noted when the block was written, in the memory of the checker and outside of it', async () => {
    const bytes = randomBytes(CHECKED_BYTES + 12_345);
    const checksums = await BlockChecksums.begin();
    checksums.update(bytes.subarray(0, 99));
    checksums.update(bytes.subarray(99));
    const noted = checksums.end();
    const checker = await blockChecker();
    const [memory = new Uint8Array(), ...others] = checker.takeMemory();
    memory.set(bytes);
    for (const whole of [bytes, memory.subarray(0, bytes.length)]) {
      expect([checker.of(whole.subarray(0, CHECKED_BYTES)), checker.of(whole.subarray(CHECKED_BYTES))]).toEqual(noted);
    }
    checker.giveMemory([memory, ...others]);
  });
});
