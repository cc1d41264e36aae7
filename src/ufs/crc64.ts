/** CRC-64/XZ (ECMA-182) as OSS reports it in `x-oss-hash-crc64ecma`: while streaming, and of pieces put together. */
import { createEngine, multiply, powerOfX } from './crc64-wasm.ts';
import type { Crc64Engine } from './crc64-wasm.ts';

export interface Crc64 {
  reset(): void;
  update(chunk: Uint8Array): void;
  /** Of all bytes since the last reset. */
  value(): bigint;
}

const ALL_ONES = 0xffffffffffffffffn;

let engine: Promise<Crc64Engine> | undefined;

export async function createCrc64(): Promise<Crc64> {
  engine ??= createEngine();
  const { update } = await engine;
  let register = ALL_ONES;
  return {
    reset() {
      register = ALL_ONES;
    },
    update(chunk) {
      register = update(register, chunk);
    },
    value: () => register ^ ALL_ONES,
  };
}

/** Puts CRCs of consecutive pieces together; pieces of the same length cost one multiplication each. */
export class Crc64Joiner {
  #crc = 0n;
  #shift = { bytes: 0, power: powerOfX(0) };

  add(crc: bigint, bytes: number): void {
    // As many zero bytes after the earlier ones as this piece has.
    if (this.#shift.bytes !== bytes) this.#shift = { bytes, power: powerOfX(8 * bytes) };
    this.#crc = multiply(this.#shift.power, this.#crc) ^ crc;
  }

  value(): bigint {
    return this.#crc;
  }
}
