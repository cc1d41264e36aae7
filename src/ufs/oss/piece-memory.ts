/** Memory for the pieces of objects that are being read, used again and again: fresh memory costs a page fault for each 4 KiB, and the collector a round. */
import { SLOT_BYTES, takeSlot } from '../../checked-memory.ts';

/** A smaller piece gets memory of its own size from the transport. */
const SMALL = 64 * 1024;

export interface PieceRoom {
  /** Undefined for a small piece. */
  readonly memory: Uint8Array | undefined;
  /** Nobody looks at the memory, or writes to it, any more. */
  release(): void;
}

export function roomFor(bytes: number): PieceRoom {
  if (bytes < SMALL) return { memory: undefined, release() {} };
  const slot = takeSlot({ bytes });
  return { memory: slot.bytes, release: slot.release };
}

export interface StreamRoom {
  /** Chunks of one length. */
  readonly memory: readonly Uint8Array[];
  release(): void;
}

/**
 * For the chunks of a streamed answer: each goes through several hands, which costs as much as receiving some KiB. On the way to a disk they are larger, since
 * each is handed to another thread; one is on its way there while the next comes.
 */
export function streamRoom(toDisk: boolean): StreamRoom {
  const slots = Array.from({ length: toDisk ? 2 : 1 }, () => takeSlot());
  const memory = slots.flatMap(({ bytes }) => (toDisk ? [bytes] : [bytes.subarray(0, SLOT_BYTES / 2), bytes.subarray(SLOT_BYTES / 2)]));
  return { memory, release: () => slots.forEach((slot) => slot.release()) };
}
