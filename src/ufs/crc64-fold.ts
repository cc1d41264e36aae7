/**
 * Folding for CRC-64/XZ: a long run of bytes becomes a short one with the same remainder, by nothing but XOR.
 *
 * The polynomial is (x + 1)² times three factors of degree 15 and one of degree 17. So it divides (y^32767 + 1)(y^857 + y^183 + 1) with y = x^8: the
 * powers of y repeat after 2^15 - 1 in the first three, and the trinomial vanishes in the fourth. In other words: a byte may be struck out when it is
 * XORed to the five bytes at these distances behind it.
 */
export const TAPS = [674, 857, 32_767, 33_441, 33_624] as const;

const HISTORY = 33_632; // The farthest tap, up to a multiple of 16.
const CHUNK = 96 * 1024;

/** Shorter runs are looked up at once. */
export const WORTH_FOLDING = 4 * HISTORY;

export interface FolderParts {
  readonly memory: Uint8Array;
  /** Where its own space begins, of 256 KiB. */
  readonly at: number;
  /** out = message ^ the taps' bytes; `history` is where the farthest tap of the first byte lies. */
  readonly fold: (out: number, message: number, history: number, length: number) => void;
}

export interface Folder {
  /**
   * Folds bytes of the memory, a multiple of 16 and at least WORTH_FOLDING, that follow what gave the register. The result, good until the next call, has
   * the remainder that they would have, from an empty register.
   */
  fold(register: bigint, at: number, length: number): { at: number; length: number };
}

export function createFolder({ memory, at: base, fold }: FolderParts): Folder {
  const [chunk, rest] = [base + HISTORY, base + HISTORY + CHUNK];
  const farthest = Math.max(...TAPS);
  const view = new DataView(memory.buffer);
  /** Bytes that are struck out, up to HISTORY before the chunk that comes next. */
  const keepHistory = (length: number): void => {
    memory.copyWithin(base, base + length, base + length + HISTORY);
  };
  return {
    fold(register, at, length) {
      const end = at + length - HISTORY;
      memory.fill(0, base, chunk);
      // The register counts as if it were XORed to the first bytes.
      memory.copyWithin(chunk, at, at + 16);
      view.setBigUint64(chunk, view.getBigUint64(chunk, true) ^ register, true);
      for (let from = at, done = 16; from < end; done = 0) {
        const size = Math.min(CHUNK, end - from);
        fold(chunk + done, from + done, chunk + done - farthest, size - done);
        keepHistory(size);
        from += size;
      }
      // Nothing is struck out any more: what the earlier bytes leave in the last ones is the result.
      memory.fill(0, chunk, chunk + HISTORY);
      fold(rest, end, chunk - farthest, HISTORY);
      return { at: rest, length: HISTORY };
    },
  };
}
