/** CRC-64/XZ (ECMA-182) as OSS reports it in `x-oss-hash-crc64ecma`: while streaming, and of two pieces put together. */
import { createCRC64 } from 'hash-wasm';

export interface Crc64 {
  reset(): void;
  update(chunk: Uint8Array): void;
  /** Of all bytes since the last reset; may be read once. */
  value(): bigint;
}

export async function createCrc64(): Promise<Crc64> {
  const hasher = await createCRC64();
  hasher.init();
  return {
    reset: () => void hasher.init(),
    update: (chunk) => void hasher.update(chunk),
    value: () => BigInt(`0x${hasher.digest('hex')}`),
  };
}

/** The polynomial of ECMA-182, bit-reversed: bit 63 stands for x^0. */
const POLYNOMIAL = 0xc96c5795d7870f42n;
const ONE = 1n << 63n;
const X = 1n << 62n;

function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let bit = ONE, factor = b; bit !== 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= factor;
    factor = (factor & 1n) === 1n ? (factor >> 1n) ^ POLYNOMIAL : factor >> 1n;
  }
  return product;
}

/** x^(8 × bytes) modulo the polynomial: what `bytes` zero bytes do to a CRC. */
function shiftBy(bytes: number): bigint {
  let power = ONE;
  let square = X;
  for (let bits = BigInt(bytes) * 8n; bits > 0n; bits >>= 1n) {
    if ((bits & 1n) === 1n) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
}

/** Puts CRCs of consecutive pieces together; pieces of the same length cost one multiplication each. */
export class Crc64Joiner {
  #crc = 0n;
  #shift = { bytes: 0, power: ONE };

  add(crc: bigint, bytes: number): void {
    if (this.#shift.bytes !== bytes) this.#shift = { bytes, power: shiftBy(bytes) };
    this.#crc = multiply(this.#shift.power, this.#crc) ^ crc;
  }

  value(): bigint {
    return this.#crc;
  }
}
