/** How much of the process's checked memory nobody holds. */
import { checkedMemory, takeSlot } from '../../src/checked-memory.ts';
import type { Slot } from '../../src/checked-memory.ts';

/** The slots that can be taken now; when all are used up, memory of the ordinary kind is given instead. */
export function freeSlots(): number {
  const taken: Slot[] = [];
  for (let slot = takeSlot(); ; slot = takeSlot()) {
    taken.push(slot);
    if (slot.bytes.buffer !== checkedMemory().buffer) break;
  }
  for (const slot of taken.toReversed()) slot.release();
  return taken.length - 1;
}

/** Each chunk in a slot that may be kept, and that is written over when it comes back. */
export async function* inSlots(content: Buffer, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkBytes) {
    const { bytes, release } = takeSlot({ keepable: true });
    try {
      const chunk = bytes.subarray(0, Math.min(chunkBytes, content.length - at));
      chunk.set(content.subarray(at, at + chunkBytes));
      await Promise.resolve();
      yield chunk;
    } finally {
      release();
    }
  }
}
