/** Memory for the pieces of objects that are being read, used again and again: fresh memory costs a page fault for each 4 KiB, and the collector a round. */
import { transferBuffer } from '../../byte-stream.ts';
import { checkedMemory } from '../crc64.ts';

const SLOT_BYTES = 8 << 20;
/** A smaller piece gets memory of its own size from the transport. */
const SMALL = 64 * 1024;

/** All readers of the process share the checked memory. */
let slots: Promise<Uint8Array[]> | undefined;

export interface PieceRoom {
  /** Undefined for a small piece. */
  readonly memory: Uint8Array | undefined;
  /** Nobody looks at the memory, or writes to it, any more. */
  release(): void;
}

const NO_ROOM: PieceRoom = { memory: undefined, release() {} };

export async function roomFor(bytes: number): Promise<PieceRoom> {
  if (bytes < SMALL) return NO_ROOM;
  slots ??= cutIntoSlots();
  const free = await slots;
  const slot = bytes <= SLOT_BYTES ? free.pop() : undefined;
  if (slot === undefined) return { memory: transferBuffer(bytes), release() {} };
  let held = true;
  return {
    memory: slot,
    release() {
      // The one used last is still in the processor's cache.
      if (held) free.push(slot);
      held = false;
    },
  };
}

async function cutIntoSlots(): Promise<Uint8Array[]> {
  const memory = await checkedMemory();
  return Array.from({ length: Math.floor(memory.length / SLOT_BYTES) }, (_, at) => memory.subarray(at * SLOT_BYTES, (at + 1) * SLOT_BYTES));
}
