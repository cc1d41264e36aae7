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
 * For the chunks of a streamed answer: each goes through several hands, which costs as much as receiving some KiB; and what is much larger has left the processor's
 * cache again when its checksums are computed. One is with the reader or on its way to the disk, while the others come.
 */
const CHUNK_BYTES = SLOT_BYTES / 4;

export function streamRoom(): StreamRoom {
  const { bytes, release } = takeSlot();
  return { memory: Array.from({ length: SLOT_BYTES / CHUNK_BYTES }, (_, n) => bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES)), release };
}
