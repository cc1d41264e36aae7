/**
 * The memory in which bytes are checked without being copied first: one for the process, in which the modules of both checksums work, of objects (CRC-64) and
 * of cached blocks (XXH64), so that bytes on their way from one to the other lie right for both. What is never touched of it costs nothing.
 */
import { transferBuffer } from './byte-stream.ts';
import { PAGE } from './wasm-assembler.ts';

const MIB = 1 << 20;

export const SLOT_BYTES = 8 * MIB;
/** With the rest less than 64 MiB: for a larger memory, V8 begins a full collection at once. */
const SLOTS = 7;

/** Where bytes of elsewhere are copied to, to be checked; free again when the call is over. */
export const COPIES = { at: 0, bytes: MIB } as const;
/** The tables and the work space of the CRC-64 module. */
export const CRC_SPACE = { at: COPIES.at + COPIES.bytes, bytes: 8 * PAGE } as const;
const FIRST_SLOT = CRC_SPACE.at + CRC_SPACE.bytes;
const PAGES = (FIRST_SLOT + SLOTS * SLOT_BYTES) / PAGE;

export interface Slot {
  readonly bytes: Uint8Array;
  /** Nobody looks at the memory, or writes to it, any more. */
  release(): void;
}

let memory: WebAssembly.Memory | undefined;
const free: Uint8Array[] = [];

export function checkedMemory(): WebAssembly.Memory {
  if (memory !== undefined) return memory;
  memory = new WebAssembly.Memory({ initial: PAGES });
  for (let slot = SLOTS - 1; slot >= 0; slot -= 1) free.push(new Uint8Array(memory.buffer, FIRST_SLOT + slot * SLOT_BYTES, SLOT_BYTES));
  return memory;
}

/** @param bytes that are needed. When others have all slots it is so much memory of the ordinary kind, which is checked by copying. */
export function takeSlot(bytes = SLOT_BYTES): Slot {
  checkedMemory();
  const slot = bytes <= SLOT_BYTES ? free.pop() : undefined;
  if (slot === undefined) return { bytes: transferBuffer(bytes), release() {} };
  let held = true;
  return {
    bytes: slot,
    release() {
      // The one used last is still in the processor's cache.
      if (held) free.push(slot);
      held = false;
    },
  };
}

/** The functions of a module that `assemble` made, over the checked memory. */
export async function onCheckedMemory(module: Uint8Array<ArrayBuffer>): Promise<object> {
  const { instance } = await WebAssembly.instantiate(module, { checked: { memory: checkedMemory() } });
  return instance.exports;
}
