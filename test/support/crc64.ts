/** CRC-64/XZ written down bit by bit, so that a mistake in the fast one shows. */
import { Crc64Joiner } from '../../src/ufs/crc64.ts';

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  return [Number(value >> 32n), Number(value & 0xffffffffn)] as const;
});

export function crc64Of(content: Uint8Array): string {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of content) {
    const [tableHigh, tableLow] = TABLE[(low ^ byte) & 0xff] ?? [0, 0];
    low = (((low >>> 8) | (high << 24)) ^ tableLow) >>> 0;
    high = ((high >>> 8) ^ tableHigh) >>> 0;
  }
  return ((BigInt((high ^ 0xffffffff) >>> 0) << 32n) | BigInt((low ^ 0xffffffff) >>> 0)).toString();
}

export function combinedCrc64(pieces: readonly Uint8Array[]): string {
  const joiner = new Crc64Joiner();
  for (const piece of pieces) joiner.add(BigInt(crc64Of(piece)), piece.length);
  return joiner.value().toString();
}
