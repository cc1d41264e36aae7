/** Looks at the cache while others work: what lies in its folder, and what the journal counts. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/journal/format.ts';
import type { Home } from '../support/home.ts';

export interface Watched {
  looks: number;
  /** Most bytes that lay in the folder at a look. */
  mostOnDisk: number;
  mostCounted: number;
  readonly problems: string[];
}

/** A look at a folder is no snapshot: a file may be counted and go before the one that took its room is counted too. So it is too much only when it is so each time. */
const LOOKS_AGAIN = 8;

export async function watchCache(home: Home, quota: number, over: AbortSignal): Promise<Watched> {
  const folder = join(home.workDir, 'cache', 'alluxioworker');
  const journal = await openStore({ folder: join(home.workDir, 'journal'), readOnly: true });
  const watched: Watched = { looks: 0, mostOnDisk: 0, mostCounted: 0, problems: [] };
  const fail = (problem: string) => void (watched.problems.length < 5 && watched.problems.push(problem));
  try {
    while (!over.aborted) {
      let onDisk = Infinity;
      for (let look = 0; look < LOOKS_AGAIN && onDisk > quota; look++) onDisk = Math.min(onDisk, bytesIn(folder));
      if (onDisk > quota) fail(`${onDisk} bytes lie in the cache's folder, its quota is ${quota}`);
      const { used, reserved, blocks } = journal.read((view) => ({ ...view.usage(0), blocks: view.blocksByUse(0, { limit: 1_000_000 }).reduce((sum, { length }) => sum + length, 0) }));
      if (used + reserved > quota) fail(`${used} bytes are counted and ${reserved} promised in the cache, its quota is ${quota}`);
      if (used !== blocks) fail(`${used} bytes are counted in the cache, the blocks known have ${blocks}`);
      watched.looks++;
      watched.mostOnDisk = Math.max(watched.mostOnDisk, onDisk);
      watched.mostCounted = Math.max(watched.mostCounted, used + reserved);
      await sleep(100);
    }
    return watched;
  } finally {
    await journal.close();
  }
}

function bytesIn(folder: string): number {
  const sizes = new Map<number, number>();
  for (const at of [join(folder, '.tmp_blocks'), folder]) {
    for (const name of names(at)) {
      const found = statSync(join(at, name), { throwIfNoEntry: false });
      // One that was renamed meanwhile is met twice.
      if (found?.isFile() === true) sizes.set(found.ino, found.size);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
