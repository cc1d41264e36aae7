/** Cache space: quota is promised before a byte is written, and never exceeded; what is evicted is decided here. */
import type { Transaction, View } from '../journal/journal.ts';
import type { BlockRecord, IntentRecord } from '../journal/records.ts';

export interface Quota {
  readonly index: number;
  readonly quota: number;
}

export type Room = IntentRecord['reserved'][number];

/** Room for `bytes` in the directory that has the most of it, to be promised to an intent; undefined when none has enough without eviction. */
export function findRoom(view: View, directories: readonly Quota[], bytes: number): Room | undefined {
  let best: { directory: Quota; free: number } | undefined;
  for (const directory of directories) {
    const free = freeIn(view, directory);
    if (free >= bytes && (best === undefined || free > best.free)) best = { directory, free };
  }
  return best === undefined ? undefined : { directory: best.directory.index, bytes };
}

export function freeIn(view: View, directory: Quota): number {
  const { used, reserved } = view.usage(directory.index);
  return directory.quota - used - reserved;
}

/** Only a copy of what is in the under storage, and of a file that nobody pinned, may go. */
export function evictable(view: View, block: BlockRecord): boolean {
  const inode = view.locate(block.fileId)?.inode;
  return inode === undefined || (inode.persistence === 'PERSISTED' && !inode.pinned);
}

/**
 * Blocks to evict so that `bytes` fit, least recently used first; undefined when even that does not make room.
 * `candidates` come in eviction order with their true last use; each is checked again here.
 */
export function chooseVictims(view: View, directory: Quota, bytes: number, candidates: readonly BlockRecord[]): BlockRecord[] | undefined {
  let missing = bytes - freeIn(view, directory);
  const victims: BlockRecord[] = [];
  for (const candidate of candidates) {
    if (missing <= 0) break;
    const block = view.block(candidate.fileId, candidate.index);
    if (block === undefined || block.directory !== directory.index || !evictable(view, block)) continue;
    victims.push(block);
    missing -= block.length;
  }
  return missing <= 0 ? victims : undefined;
}

export function removeBlocks(tx: Transaction, blocks: readonly BlockRecord[]): void {
  for (const { fileId, index } of blocks) tx.append({ type: 'block-removed', fileId, index });
}
