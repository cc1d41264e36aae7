/** Bounded parallel work over a list or a stream of items. */
import { throwIfAborted } from './wrappers/retry.ts';

export interface ParallelOptions {
  readonly parallel: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` on each item, at most `parallel` at a time. After a failure nothing new starts; what runs is waited for, then the first failure is thrown. */
export async function forEachInParallel<T>(items: Iterable<T> | AsyncIterable<T>, options: ParallelOptions, work: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const settle = async (): Promise<void> => {
    await Promise.all(running);
    if (failures.length > 0) throw failures[0];
  };
  try {
    for await (const item of items) {
      throwIfAborted(options.signal);
      if (failures.length > 0) break;
      const task: Promise<void> = work(item)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= options.parallel) await Promise.race(running);
    }
  } catch (error) {
    failures.push(error);
  }
  await settle();
}
