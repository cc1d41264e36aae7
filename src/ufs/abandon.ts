/** Removing what a writer that died left. */
import type { Ufs } from './ufs.ts';

/** Between the store's clock and ours. */
const CLOCK_SKEW_MS = 15 * 60_000;

/** What was begun at this exact key at or after `sinceMs`. Never touches the file itself. */
export async function abandonWrites(ufs: Ufs, key: string, sinceMs: number): Promise<void> {
  for await (const page of ufs.unfinishedWrites(key, 'file')) {
    for (const write of page) if (write.begunMs >= sinceMs - CLOCK_SKEW_MS) await write.abandon();
  }
}
