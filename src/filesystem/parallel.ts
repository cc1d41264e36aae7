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

/** Works on one item after the other, while the next one is being fetched. */
export async function overlapped<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  let working: Promise<void> = Promise.resolve();
  try {
    for await (const item of items) {
      await working;
      working = work(item);
      // Looked at with the next item, which may take its time.
      working.catch(() => undefined);
    }
  } finally {
    // What has begun ends before the caller goes on, also when the items failed.
    await working.catch(() => undefined);
  }
  await working;
}

/** The same for work that has something to tell: told in the order of the items, as soon as all before it have been. */
export async function forEachInOrder<T>(items: Iterable<T>, limit: number, work: (item: T) => Promise<() => void>): Promise<void> {
  const held = new Map<number, () => void>();
  let told = 0;
  await forEachParallel(numbered(items), limit, async ([turn, item]) => {
    held.set(turn, await work(item));
    for (let next = held.get(told); next !== undefined; next = held.get(told)) {
      held.delete(told);
      told += 1;
      next();
    }
  });
}

function* numbered<T>(items: Iterable<T>): Generator<[number, T]> {
  let turn = 0;
  for (const item of items) yield [turn++, item];
}
