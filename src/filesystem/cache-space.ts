/** Getting room in the cache: promise it to an intent, evicting what may go when it must. */
import { AlluxioError } from '../errors.ts';
import type { Transaction } from '../journal/journal.ts';
import type { BlockRecord, IntentRecord } from '../journal/records.ts';
import type { Quota } from '../namespace/block-space.ts';
import { chooseVictims, evictable, findRoom, freeIn, removeBlocks } from '../namespace/block-space.ts';
import type { FileSystemContext } from './context.ts';
import { unlinkEvicted } from './purge.ts';
import { openIntent, transact } from './transact.ts';

/** Candidates looked at per try; enough for a block among thousands of small ones. */
const CANDIDATES = 512;
/** In which a directory is emptied from the high mark to the low one. */
const STEPS = 16;

/** Promises `bytes` to the intent, inside its transaction. Undefined when there is no room without eviction. */
export function promiseSpace(tx: Transaction, directories: readonly Quota[], intentId: number, bytes: number): number | undefined {
  const room = findRoom(tx, directories, bytes);
  if (room === undefined) return undefined;
  const intent = tx.intent(intentId);
  if (intent === undefined) throw new AlluxioError('INTERNAL', `Intent ${intentId} is gone.`);
  tx.append({ type: 'space-reserved', ...room });
  tx.append({ type: 'intent-changed', intent: { ...intent, reserved: [...intent.reserved, room] } });
  return room.directory;
}

/**
 * Promises space, evicting least recently used blocks when needed. Resolves with the directory.
 * @throws NO_SPACE `Failed to free <n> bytes space at location …` when pinned and unpersisted blocks fill the cache
 */
export async function obtainSpace(context: FileSystemContext, intentId: number, bytes: number): Promise<number> {
  const { directories } = context.blocks;
  for (;;) {
    const directory = await transact(context, (tx) => promiseSpace(tx, directories, intentId, bytes));
    if (directory !== undefined) return directory;
    if (!(await evictFor(context, bytes))) throw noSpace(context, bytes);
  }
}

/** Makes room in one directory. False when nothing more can go. */
async function evictFor(context: FileSystemContext, bytes: number): Promise<boolean> {
  for (const directory of context.blocks.directories) {
    if (directory.quota < bytes) continue;
    if ((await evictIn(context, directory, bytes)) !== undefined) return true;
  }
  return false;
}

/** Makes `bytes` of a directory free. Returns the blocks that went; undefined when even all that may go would not be enough. */
async function evictIn(context: FileSystemContext, directory: Quota, bytes: number): Promise<number | undefined> {
  const { candidates, refreshed } = await candidatesOf(context, directory.index, bytes);
  const evicted = await transact(context, (tx) => {
    for (const { block, usedMs } of refreshed) {
      if (tx.block(block.fileId, block.index) !== undefined) tx.append({ type: 'block-used', fileId: block.fileId, index: block.index, usedMs });
    }
    if (freeIn(tx, directory) >= bytes) return { victims: [], intent: undefined };
    const victims = chooseVictims(tx, directory, bytes, candidates);
    if (victims === undefined) return undefined;
    const blocks = victims.map(({ fileId, index, directory: at }) => ({ fileId, index, directory: at }));
    const intent: IntentRecord = openIntent(context, tx, [], { kind: 'evict', blocks, thenPurge: 0 });
    removeBlocks(tx, victims);
    return { victims, intent };
  });
  if (evicted?.intent === undefined) return evicted === undefined ? undefined : 0;
  const { id } = evicted.intent;
  await unlinkEvicted(context, id, evicted.victims);
  return evicted.victims.length;
}

/** Parts of the quota. */
export interface Watermarks {
  readonly high: number;
  readonly low: number;
}

/**
 * Where a directory is filled beyond the high mark, the least recently used goes until the low one, so that a writer finds room without evicting. In small steps, because
 * each holds the journal's write lock. Returns the blocks that went.
 */
export async function evictAhead(context: FileSystemContext, marks: Watermarks, signal: AbortSignal): Promise<number> {
  let blocks = 0;
  for (const directory of context.blocks.directories) {
    const full = directory.quota * (1 - marks.high);
    const wanted = directory.quota * (1 - marks.low);
    let free = context.journal.read((view) => freeIn(view, directory));
    if (free >= full) continue;
    const step = Math.max(1, Math.ceil((wanted - free) / STEPS));
    while (free < wanted && !signal.aborted) {
      const gone = await evictIn(context, directory, Math.min(Math.ceil(wanted), free + step));
      if (gone === undefined || gone === 0) break;
      blocks += gone;
      free = context.journal.read((view) => freeIn(view, directory));
    }
  }
  return blocks;
}

interface Used {
  readonly block: BlockRecord;
  readonly usedMs: number;
}

/**
 * Blocks in the order of their true last use, enough for `bytes`. Reads touch the file, not the journal: a block that was used since the journal
 * saw it last is passed over, and its new time is written with the eviction; only when nothing else is left does it become a candidate.
 */
async function candidatesOf(context: FileSystemContext, directory: number, bytes: number): Promise<{ candidates: BlockRecord[]; refreshed: Used[] }> {
  const candidates: BlockRecord[] = [];
  const refreshed: Used[] = [];
  let found = 0;
  let after: BlockRecord | undefined;
  do {
    const from = after;
    const page = context.journal.read((view) => {
      const blocks = view.blocksByUse(directory, { limit: CANDIDATES, ...(from === undefined ? {} : { after: from }) });
      return { last: blocks[blocks.length - 1], usable: blocks.filter((block) => evictable(view, block)) };
    });
    for (const block of page.usable) {
      const usedMs = (await context.blocks.lastUsed(block)) ?? 0;
      if (usedMs > block.usedMs) refreshed.push({ block, usedMs });
      else {
        candidates.push(block);
        found += block.length;
      }
    }
    after = page.last;
  } while (after !== undefined && found < bytes);
  if (found >= bytes) return { candidates, refreshed };
  const late = [...refreshed].sort((a, b) => a.usedMs - b.usedMs).map(({ block }) => block);
  return { candidates: [...candidates, ...late], refreshed };
}

function noSpace(context: FileSystemContext, bytes: number): AlluxioError {
  const where = context.blocks.directories.map((directory) => directory.path).join(', ');
  return new AlluxioError('NO_SPACE', `Failed to free ${bytes} bytes space at location ${where}`, {
    hint: 'What is pinned or not yet persisted is never evicted: persist or unpin it, or raise the quota of the cache.',
  });
}
