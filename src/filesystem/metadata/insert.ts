/** Putting what the under storage named into the namespace, inside one transaction. */
import type { Transaction } from '../../journal/journal.ts';
import type { InodeRecord } from '../../journal/records.ts';
import { loadedInode } from '../../namespace/inodes.ts';
import { isHeld } from '../../namespace/leases.ts';
import type { UfsStatus } from '../../ufs/ufs.ts';
import type { RemovalGuard } from './guard.ts';

export interface InsertInput {
  readonly parent: InodeRecord;
  readonly name: string;
  readonly status: UfsStatus;
  readonly guard: RemovalGuard;
  readonly nowMs: number;
  readonly blockSize: number;
}

/** The entry's inode: the one that was there, or a new one. Undefined when it must not appear (held, or removed meanwhile). */
export function insertLoaded(tx: Transaction, input: InsertInput): InodeRecord | undefined {
  const { parent, name, guard } = input;
  const known = tx.child(parent.id, name);
  if (known !== undefined) return known;
  if (guard.removed(parent.id, name) || isHeld(tx, parent.id, name)) return undefined;
  const inode = loadedInode({ id: tx.allocate(), nowMs: input.nowMs, parent, status: input.status, blockSize: input.blockSize });
  tx.append({ type: 'inode-created', parentId: parent.id, name, inode });
  return inode;
}

/** The attached directory behind an id, or undefined when it is gone, detached or no directory. */
export function attachedDirectory(tx: Transaction, id: number): InodeRecord | undefined {
  const own = tx.locate(id);
  if (own === undefined || !own.inode.directory) return undefined;
  for (let at = own; at.parentId !== 0; ) {
    const parent = tx.locate(at.parentId);
    if (parent === undefined) return undefined;
    at = parent;
  }
  return own.inode;
}
