/** Random values that a seed decides, so that a failing case can be run again. */
export interface Random {
  /** From 0 up, below `below`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  chance(probability: number): boolean;
  /** Letters, signs, control characters, other scripts, broken pairs. */
  text(longest: number): string;
  /** One to three small changes: something dropped, doubled, exchanged, put in. */
  mutate(text: string): string;
  mutateBytes(bytes: Buffer): Buffer;
}

const SIGNS = [...'abcXYZ019-_=./:,;*?[]{}()<>|&$%\'"`\\~!@#^+ \t\n\r\0\u001b\u007f\u0085\u2028é中🙂\u202e'];

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  const pick = <T>(from: readonly T[]): T => from[int(from.length)] as T;
  const text = (longest: number): string => Array.from({ length: int(longest + 1) }, () => pick(SIGNS)).join('');
  const change = (whole: string): string => {
    const at = int(whole.length + 1);
    const length = int(4);
    const [before, middle, after] = [whole.slice(0, at), whole.slice(at, at + length), whole.slice(at + length)];
    return pick([before + after, before + middle + middle + after, before + text(4) + after, before + text(3) + middle + after, before + String(int(2 ** 31)) + after]);
  };
  return {
    int,
    pick,
    chance: (probability) => next() < probability,
    text,
    mutate: (whole) => Array.from({ length: 1 + int(3) }).reduce<string>((so) => change(so), whole),
    mutateBytes(bytes) {
      const copy = Buffer.from(bytes);
      for (let left = 1 + int(4); left > 0 && copy.length > 0; left--) copy[int(copy.length)] = int(256);
      return int(4) === 0 ? copy.subarray(0, int(copy.length)) : copy;
    },
  };
}
