/** Work that a command began for others and does not wait for before it answers; the process ends after it. */
import type { FileSystemContext } from './context.ts';

const running = new WeakMap<FileSystemContext, Set<Promise<void>>>();

/** `work` never rejects: it has nobody to tell. */
export function inBackground(context: FileSystemContext, work: Promise<void>): void {
  const tasks = running.get(context) ?? new Set();
  running.set(context, tasks);
  tasks.add(work);
  void work.finally(() => tasks.delete(work));
}

export async function backgroundEnded(context: FileSystemContext): Promise<void> {
  await Promise.all([...(running.get(context) ?? [])]);
}
