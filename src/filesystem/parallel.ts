/** Bounded parallelism for work on many paths. */

/** Runs `work` on every item, at most `limit` at once. The first failure stops taking new items and is thrown after the running ones ended. */
export async function forEachParallel<T>(items: Iterable<T> | AsyncIterable<T>, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failures: unknown[] = [];
  let ended = false;
  const lane = async (): Promise<void> => {
    while (!ended) {
      const next = await iterator.next();
      if (next.done === true) {
        ended = true;
        return;
      }
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
        ended = true;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, lane));
  if (failures.length > 0) throw failures[0];
}
