/** Removing what a writer that died left. */
import type { Ufs, UnfinishedWrite } from './ufs.ts';

/** Between the store's clock and ours. */
const CLOCK_SKEW_MS = 15 * 60_000;

/** What was begun at this exact key at or after `sinceMs`. Never touches the file itself. */
export async function abandonWrites(ufs: Ufs, key: string, sinceMs: number): Promise<void> {
  for (const write of await begunSince(ufs, key, { scope: 'file', sinceMs })) await write.abandon();
}

/** What was begun at and below this key, but only at keys that are ours: others may write there too. `ours` is not asked where nothing is left. */
export async function abandonWritesBelow(ufs: Ufs, key: string, { sinceMs, ours }: { sinceMs: number; ours: () => AsyncIterable<string> }): Promise<void> {
  const left = await begunSince(ufs, key, { scope: 'tree', sinceMs });
  if (left.length === 0) return;
  for await (const own of ours()) for (const write of left) if (write.key === own) await write.abandon();
}

async function begunSince(ufs: Ufs, key: string, { scope, sinceMs }: { scope: 'file' | 'tree'; sinceMs: number }): Promise<UnfinishedWrite[]> {
  const found: UnfinishedWrite[] = [];
  for await (const page of ufs.unfinishedWrites(key, scope)) found.push(...page.filter((write) => write.begunMs >= sinceMs - CLOCK_SKEW_MS));
  return found;
}
