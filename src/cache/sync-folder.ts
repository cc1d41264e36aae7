/** Makes renames into a folder durable; writers that come at the same time share one sync. */
import { open } from 'node:fs/promises';
import { around } from '../fault-points.ts';

interface FolderSync {
  running: Promise<void> | undefined;
  /** Begins after the running one, for renames that the running one may have missed. */
  next: Promise<void> | undefined;
}

const folders = new Map<string, FolderSync>();

/** Resolves when every rename that was done before the call is on disk. */
export function syncFolder(folder: string): Promise<void> {
  const state = folders.get(folder) ?? { running: undefined, next: undefined };
  folders.set(folder, state);
  if (state.next !== undefined) return state.next;
  if (state.running === undefined) return begin(folder, state);
  state.next = state.running.catch(() => undefined).then(() => {
    state.next = undefined;
    return begin(folder, state);
  });
  return state.next;
}

function begin(folder: string, state: FolderSync): Promise<void> {
  const work = sync(folder).finally(() => {
    if (state.running === work) state.running = undefined;
    if (state.running === undefined && state.next === undefined) folders.delete(folder);
  });
  state.running = work;
  return work;
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await around('cache.sync', () => handle.sync());
  } finally {
    await handle.close();
  }
}
