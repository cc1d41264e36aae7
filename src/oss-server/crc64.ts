/**
 * CRC-64/XZ (ECMA-182, reflected) as OSS gives it in `x-oss-hash-crc64ecma`: running over bytes with hash-wasm, and
 * joined over parts by arithmetic, so that completing an upload reads no byte again.
 */
import { createCRC64 } from 'hash-wasm';

/** The reflected polynomial. */
const POLYNOMIAL = 0xc96c5795d7870f42n;
const TOP = 1n << 63n;

export interface RunningCrc64 {
  update(bytes: Uint8Array): void;
  /** The value so far; update() must not be called after it. */
  value(): bigint;
}

const idle: Awaited<ReturnType<typeof createCRC64>>[] = [];

/** hash-wasm wants a module instance per running sum; instances are kept, as making one costs far more than a small sum. */
export async function startCrc64(): Promise<RunningCrc64> {
  const hasher = idle.pop() ?? (await createCRC64());
  hasher.init();
  return {
    update: (bytes) => {
      hasher.update(bytes);
    },
    value: () => {
      const value = BigInt(`0x${hasher.digest('hex')}`);
      idle.push(hasher);
      return value;
    },
  };
}

/** The product of two polynomials modulo the CRC's, both reflected (the top bit is x^0). */
function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = TOP; bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) {
      product ^= factor;
      if ((a & (bit - 1n)) === 0n) break;
    }
    factor = (factor & 1n) === 1n ? (factor >> 1n) ^ POLYNOMIAL : factor >> 1n;
  }
  return product;
}

/** x^(2^k), by repeated squaring; 8 bits a byte make x^(8·length) start at k = 3. */
const SQUARES: bigint[] = [TOP >> 1n];
const shifts = new Map<number, bigint>();

function shiftFor(length: number): bigint {
  const known = shifts.get(length);
  if (known !== undefined) return known;
  let shift = TOP;
  for (let rest = length, power = 3; rest > 0; rest = Math.floor(rest / 2), power += 1) {
    while (SQUARES.length <= power) {
      const last = SQUARES[SQUARES.length - 1] ?? TOP;
      SQUARES.push(multiply(last, last));
    }
    if (rest % 2 === 1) shift = multiply(SQUARES[power] ?? TOP, shift);
  }
  if (shifts.size > 1000) shifts.clear();
  shifts.set(length, shift);
  return shift;
}

/** The CRC of a·b from those of a and b. */
export function joinCrc64(first: bigint, second: bigint, secondLength: number): bigint {
  return secondLength === 0 ? first : multiply(shiftFor(secondLength), first) ^ second;
}
