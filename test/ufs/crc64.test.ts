import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takeSlot } from '../../src/checked-memory.ts';
import { createCrc64 } from '../../src/ufs/crc64.ts';
import { patternBytes } from '../../src/ufs/conformance/bench.ts';
import { combinedCrc64, crc64Of } from '../support/crc64.ts';

async function crcOf(...chunks: Uint8Array[]): Promise<string> {
  const crc = await createCrc64();
  for (const chunk of chunks) crc.update(chunk);
  return crc.value().toString();
}

describe('CRC-64/XZ', () => {
  it('has the check value of its catalogue entry', async () => {
    expect(await crcOf(Buffer.from('123456789'))).toBe('11051210869376104954');
    expect(crc64Of(Buffer.from('123456789'))).toBe('11051210869376104954');
  });

  it.each([0, 1, 7, 8, 9, 4095, 4096, 8191, 8192, 8193, 16384, 65535, 65536, 65537, 200_001])('of %d bytes is that of the plain definition', async (length) => {
    const bytes = patternBytes(length);
    expect(await crcOf(bytes)).toBe(crc64Of(bytes));
    expect(await crcOf(bytes.subarray(0, length / 3), bytes.subarray(length / 3))).toBe(crc64Of(bytes));
  });

  // Random, because what repeats may hide a byte that is folded to a wrong place.
  it.each([134_527, 134_528, 134_543, 196_608 + 33_632, 262_151, 1_048_576, 1_048_591, 3_000_001])('of %d bytes, which are folded first, is that of the plain definition, wherever they lie', async (length) => {
    const [{ bytes: memory, release }, bytes] = [takeSlot(), randomBytes(length)];
    expect(await crcOf(bytes)).toBe(crc64Of(bytes));
    memory.set(bytes, 4096);
    const there = memory.subarray(4096, 4096 + length);
    expect(await crcOf(there)).toBe(crc64Of(bytes));
    expect(await crcOf(bytes.subarray(0, 5), there.subarray(5))).toBe(crc64Of(bytes));
    release();
  });

  it('of several streams at a time do not mix', async () => {
    const [one, two] = [await createCrc64(), await createCrc64()];
    one.update(Buffer.from('1234'));
    two.update(Buffer.from('abc'));
    one.update(Buffer.from('56789'));
    expect(one.value()).toBe(11051210869376104954n);
    expect(two.value().toString()).toBe(crc64Of(Buffer.from('abc')));
    one.reset();
    expect(one.value()).toBe(0n);
  });

  it.each([[0], [1, 0, 3], [5, 5, 5, 2], [100_000, 1, 70_000]])('of parts of %d… bytes put together is that of the whole', (...lengths) => {
    const parts = lengths.map((length, at) => patternBytes(length).map((byte) => byte ^ at));
    expect(combinedCrc64(parts)).toBe(crc64Of(Buffer.concat(parts)));
  });
});
