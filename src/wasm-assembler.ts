/** Writing small WebAssembly modules down: the few instructions and sections that the checksums need. */

/** Instructions, by their text names. */
export const OP = {
  block: 0x02, loop: 0x03, end: 0x0b, br: 0x0c, brIf: 0x0d, get: 0x20, set: 0x21, tee: 0x22,
  load64: 0x29, load8: 0x31, load32: 0x35, const32: 0x41, const64: 0x42, eqz: 0x45, ltU: 0x49,
  add: 0x6a, sub: 0x6b, and: 0x71, shl: 0x74, shrU: 0x76,
  add64: 0x7c, mul64: 0x7e, xor64: 0x85, shrU64: 0x88, rotl64: 0x89, wrap: 0xa7, extendU: 0xad, simd: 0xfd,
} as const;

export const I32 = 0x7f;
export const I64 = 0x7e;
export const VOID = 0x40;
export const PAGE = 65536;

/** LEB128 of a number below 2^32. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
    if (rest === 0) return bytes;
  }
}

/** Signed LEB128. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if (rest === ((byte & 0x40) === 0 ? 0n : -1n)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

export function constant(value: number): number[] {
  return [OP.const32, ...signed(BigInt(value))];
}

export function constant64(value: bigint): number[] {
  return [OP.const64, ...signed(BigInt.asIntN(64, value))];
}

/** The address is on the stack; `align` is the power of two that it is known to be a multiple of. */
export function load(op: number, align: number, offset: number): number[] {
  return [op, align, ...unsigned(offset)];
}

/** local = local op by */
export function advance(local: number, op: number, by: number): number[] {
  return [OP.get, local, ...constant(by), op, OP.set, local];
}

/** Repeats `body` while the local is at least `least`. */
export function whileAtLeast(local: number, least: number, body: readonly number[]): number[] {
  return [OP.block, VOID, OP.loop, VOID, OP.get, local, ...constant(least), OP.ltU, OP.brIf, 1, ...body, OP.br, 0, OP.end, OP.end];
}

/** @param locals how many of which type, besides the parameters */
export function functionBody(locals: readonly (readonly [count: number, type: number])[], code: readonly number[]): number[] {
  const bytes = [locals.length, ...locals.flatMap(([count, type]) => [...unsigned(count), type]), ...code, OP.end];
  return [...unsigned(bytes.length), ...bytes];
}

export interface AssembledFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  readonly body: readonly number[];
}

/** A module of functions, each exported by its name, over a memory of at least so many pages that is handed to it as `checked.memory`. */
export function assemble(pages: number, functions: readonly AssembledFunction[]): Uint8Array<ArrayBuffer> {
  const count = functions.length;
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [count, ...functions.flatMap(({ parameters, results }) => [0x60, parameters.length, ...parameters, results.length, ...results])]),
    ...section(2, [1, ...named('checked'), ...named('memory'), MEMORY, 0, ...unsigned(pages)]),
    ...section(3, [count, ...functions.keys()]),
    ...section(7, [count, ...functions.flatMap(({ name }, at) => [...named(name), FUNCTION, at])]),
    ...section(10, [count, ...functions.flatMap(({ body }) => body)]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

const [FUNCTION, MEMORY] = [0, 2];

function named(name: string): number[] {
  return [name.length, ...Buffer.from(name)];
}
