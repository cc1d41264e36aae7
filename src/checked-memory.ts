/**
 * The memory in which bytes are checked without being copied first: one for the process, in which the modules of both checksums work, of objects (CRC-64) and
 * of cached blocks (XXH64), so that bytes on their way from one to the other lie right for both. What is never touched of it costs nothing.
 */
import { transferBuffer } from './byte-stream.ts';
import { PAGE } from './wasm-assembler.ts';

const MIB = 1 << 20;

export const SLOT_BYTES = 8 * MIB;
/** Parts of an upload on their way (its budget, ufs/oss/tuning.ts), one that is read, one that is read ahead. */
const SLOTS = 10;

/** Where bytes of elsewhere are copied to, to be checked; free again when the call is over. */
export const COPIES = { at: 0, bytes: MIB } as const;
/** The tables and the work space of the CRC-64 module. */
export const CRC_SPACE = { at: COPIES.at + COPIES.bytes, bytes: 8 * PAGE } as const;
const FIRST_SLOT = CRC_SPACE.at + CRC_SPACE.bytes;
const PAGES = (FIRST_SLOT + SLOTS * SLOT_BYTES) / PAGE;

export interface Slot {
  readonly bytes: Uint8Array;
  /** Nobody looks at the memory, or writes to it, any more; nobody but those who keep it. */
  release(): void;
}

export interface SlotOptions {
  /** How many are needed. When others have all slots it is so much memory of the ordinary kind, which is checked by copying. */
  readonly bytes?: number;
  /** Whoever gets bytes of it may keep them beyond its release: the taker does not write to it again. */
  readonly keepable?: boolean;
}

let memory: WebAssembly.Memory | undefined;
/** Numbers of slots. The one used last is taken first: it is still in the processor's cache. */
const free = Array.from({ length: SLOTS }, (_, number) => SLOTS - 1 - number);
const holders = new Uint32Array(SLOTS);
const keepable = new Set<number>();

export function checkedMemory(): WebAssembly.Memory {
  memory ??= new WebAssembly.Memory({ initial: PAGES });
  return memory;
}

export function takeSlot(options: SlotOptions = {}): Slot {
  const { bytes = SLOT_BYTES } = options;
  const slot = bytes <= SLOT_BYTES ? free.pop() : undefined;
  if (slot === undefined) return { bytes: transferBuffer(bytes), release() {} };
  if (options.keepable === true) keepable.add(slot);
  else keepable.delete(slot);
  return { bytes: new Uint8Array(checkedMemory().buffer, FIRST_SLOT + slot * SLOT_BYTES, SLOT_BYTES), release: held(slot) };
}

/** Keeps bytes where they lie, until the function is called that it returns. Undefined for those that must be copied. */
export function keep(bytes: Uint8Array): (() => void) | undefined {
  const slot = bytes.buffer === memory?.buffer ? Math.floor((bytes.byteOffset - FIRST_SLOT) / SLOT_BYTES) : -1;
  return keepable.has(slot) ? held(slot) : undefined;
}

function held(slot: number): () => void {
  holders[slot] = (holders[slot] ?? 0) + 1;
  let holding = true;
  return () => {
    if (!holding) return;
    holding = false;
    const left = (holders[slot] ?? 0) - 1;
    holders[slot] = left;
    if (left === 0) free.push(slot);
  };
}

/** The functions of a module that `assemble` made, over the checked memory. */
export async function onCheckedMemory(module: Uint8Array<ArrayBuffer>): Promise<object> {
  const { instance } = await WebAssembly.instantiate(module, { checked: { memory: checkedMemory() } });
  return instance.exports;
}
