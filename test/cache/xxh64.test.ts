/** The checksum of blocks, against hash-wasm's. */
import { randomBytes } from 'node:crypto';
import { xxhash64 } from 'hash-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { BlockChecksums, CHECKED_BYTES } from '../../src/cache/checksum.ts';
import { createXxh64 } from '../../src/cache/xxh64-wasm.ts';
import type { Low32 } from '../../src/cache/xxh64-wasm.ts';
import { takeSlot } from '../../src/checked-memory.ts';

const low32 = async (bytes: Uint8Array): Promise<number> => Number.parseInt((await xxhash64(bytes)).slice(8), 16);

let checksumOf: Low32;
beforeAll(async () => {
  checksumOf = await createXxh64();
});

describe('the checksum in place', () => {
  const { bytes: memory } = takeSlot();

  it('is XXH64 for every length that takes another way through it, wherever the bytes lie', async () => {
    for (let length = 0; length <= 100; length++) {
      const bytes = randomBytes(length);
      for (const at of [0, 1, 7, 65_535]) {
        const place = memory.subarray(at, at + length);
        place.set(bytes);
        expect([length, at, checksumOf(place), checksumOf(bytes)]).toEqual([length, at, await low32(bytes), await low32(bytes)]);
      }
    }
  });

  it.each([1024, 65_536, CHECKED_BYTES - 1, CHECKED_BYTES])('is XXH64 of %d bytes', async (length) => {
    const bytes = randomBytes(length);
    memory.set(bytes);
    expect([checksumOf(memory.subarray(0, length)), checksumOf(bytes)]).toEqual([await low32(bytes), await low32(bytes)]);
  });
});

describe('the checksums of a block', () => {
  const bytes = randomBytes(3 * CHECKED_BYTES + 12_345);

  it.each([[99], [CHECKED_BYTES], [CHECKED_BYTES - 1], [2 * CHECKED_BYTES + 5], [7, 2 * CHECKED_BYTES], []])('are one for each MiB, whatever pieces it comes in: first %d bytes, %d', async (...pieces) => {
    const { bytes: memory, release } = takeSlot();
    memory.set(bytes);
    for (const whole of [bytes, memory.subarray(0, bytes.length)]) {
      const checksums = await BlockChecksums.begin();
      let at = 0;
      for (const length of [...pieces, bytes.length]) {
        checksums.update(whole.subarray(at, at + length));
        at += length;
      }
      expect(checksums.end()).toEqual(await Promise.all([0, 1, 2, 3].map((unit) => low32(bytes.subarray(unit * CHECKED_BYTES, (unit + 1) * CHECKED_BYTES)))));
    }
    release();
  });
});
