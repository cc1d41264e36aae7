/** A sorted set of strings in chunks, so that neither inserting nor walking is slow. Keys of the memory engine: one character per byte, which sorts as bytes do. */
const CHUNK = 512;

export class SortedKeys {
  #chunks: string[][] = [[]];

  /** Index of the chunk that holds `key` or where it belongs. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = this.#chunks[middle]?.[0];
      if (first !== undefined && first <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #chunk(index: number): string[] {
    return this.#chunks[index] ?? [];
  }

  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunk(at);
    const position = lowerBound(chunk, key);
    if (chunk[position] === key) return;
    chunk.splice(position, 0, key);
    if (chunk.length > CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK >> 1));
  }

  remove(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunk(at);
    const position = lowerBound(chunk, key);
    if (chunk[position] !== key) return;
    chunk.splice(position, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
  }

  /** Keys from `from` to before `to`, ascending. */
  *ascending(from: string, to: string): Generator<string> {
    let at = this.#chunkOf(from);
    let position = lowerBound(this.#chunk(at), from);
    for (; at < this.#chunks.length; at++, position = 0) {
      const chunk = this.#chunk(at);
      for (; position < chunk.length; position++) {
        const key = chunk[position];
        if (key === undefined || key >= to) return;
        yield key;
      }
    }
  }

  *descending(from: string, to: string): Generator<string> {
    let at = this.#chunkOf(to);
    let position = lowerBound(this.#chunk(at), to) - 1;
    for (; at >= 0; at--, position = this.#chunk(at).length - 1) {
      const chunk = this.#chunk(at);
      for (; position >= 0; position--) {
        const key = chunk[position];
        if (key === undefined || key < from) return;
        yield key;
      }
    }
  }
}

/** Position of the first element that is not below `key`. */
function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle];
    if (value !== undefined && value < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
