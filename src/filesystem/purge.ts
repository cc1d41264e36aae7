/** Emptying limbo: detached trees go in steps, so that no transaction is long; their block files go with them. */
import type { BlockAddress } from '../cache/block-store.ts';
import { abandon, closeIntent, transact } from './transact.ts';
import type { FileSystemContext } from './context.ts';
import { purgeSome } from '../namespace/remove.ts';

const STEP = 2000;

/**
 * Removes a detached inode with all below it, unlinks its blocks, and closes the intent. Safe to repeat. @throws what a disk did not let through; the intent is given up
 * then, for the next command
 */
export function purgeDetached(context: FileSystemContext, inodeId: number, intentId: number): Promise<void> {
  return orGivenUp(context, intentId, () => purge(context, inodeId, intentId));
}

/** Unlinks blocks whose records are gone, and closes the intent that names them. @throws as `purgeDetached` does */
export function unlinkEvicted(context: FileSystemContext, intentId: number, blocks: readonly BlockAddress[]): Promise<void> {
  return orGivenUp(context, intentId, async () => {
    await context.blocks.remove(blocks);
    await transact(context, (tx) => closeIntent(tx, intentId));
  });
}

async function orGivenUp(context: FileSystemContext, intentId: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await abandon(context, intentId).catch(() => undefined);
    throw error;
  }
}

async function purge(context: FileSystemContext, inodeId: number, intentId: number): Promise<void> {
  for (let done = false; !done; ) {
    // Files first: a block file without a record would be an orphan, a record without its file is just forgotten by the next step.
    const step = await transact(context, (tx) => {
      const purged = purgeSome(tx, inodeId, STEP);
      const blocks = purged.blocks.map(({ fileId, index, directory }) => ({ fileId, index, directory }));
      const intent = tx.intent(intentId);
      if (blocks.length > 0 && intent !== undefined) {
        tx.append({ type: 'intent-changed', intent: { ...intent, leases: [], work: { kind: 'evict', blocks, thenPurge: purged.done ? 0 : inodeId } } });
      } else if (purged.done) closeIntent(tx, intentId);
      return { ...purged, intent };
    });
    if (step.blocks.length > 0) {
      await context.blocks.remove(step.blocks);
      const { intent } = step;
      await transact(context, (tx) => {
        if (step.done || intent === undefined) closeIntent(tx, intentId);
        else tx.append({ type: 'intent-changed', intent: { ...intent, leases: [], work: { kind: 'purge', inodeId } } });
      });
    }
    done = step.done;
  }
}
