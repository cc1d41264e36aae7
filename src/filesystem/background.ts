/** Work that a command began for others and does not wait for before it answers; it has its time before the process ends, and no more than that. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../journal/journal.ts';
import type { FileSystemContext } from './context.ts';

/** What is not done by then is left to the next command: whoever gave no more than a look should not have to wait for a store that does not answer. */
const PATIENCE_MS = 10_000;

/** The end of all that was begun so far. */
const running = new WeakMap<Journal, Promise<void>>();

/** Runs after what was begun before. It never rejects, since it has nobody to tell, and leaves an intent where it is broken off. */
export function inBackground(context: FileSystemContext, work: () => Promise<void>): void {
  running.set(context.journal, (running.get(context.journal) ?? Promise.resolve()).then(work));
}

export async function backgroundEnded(context: FileSystemContext): Promise<void> {
  const all = running.get(context.journal);
  if (all === undefined || context.signal.aborted) return;
  const done = new AbortController();
  const stop = AbortSignal.any([done.signal, context.signal]);
  const patience = sleep(PATIENCE_MS, undefined, { signal: stop }).catch(() => undefined);
  const aborted = once(context.signal, 'abort', { signal: done.signal }).catch(() => undefined);
  await Promise.race([all, patience, aborted]);
  done.abort();
}
