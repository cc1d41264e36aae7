/** An object that a dead writer completed becomes the file that it meant to write. */
import type { IntentRecord, LeaseTarget } from '../journal/records.ts';
import { inheritAcl } from '../namespace/acl.ts';
import { loadedInode } from '../namespace/inodes.ts';
import type { UfsStatus } from '../ufs/ufs.ts';
import type { FileSystemContext } from './context.ts';
import { markPersistedUpwards } from './stored-parents.ts';
import { transact } from './transact.ts';

/** One-second resolution of Last-Modified, and clocks that differ a little. */
const CLOCK_SLACK_MS = 15 * 60 * 1000;

export async function adoptWritten(
  context: FileSystemContext,
  intent: IntentRecord,
  { fileId, lease }: { readonly fileId: number; readonly lease: LeaseTarget | undefined },
  status: UfsStatus | undefined,
): Promise<void> {
  if (status === undefined || status.kind === 'directory' || lease === undefined) return;
  // An object of that name from before the write is not ours to announce; the next look at the storage will find it.
  if (status.modifiedMs !== undefined && status.modifiedMs < intent.startedMs - CLOCK_SLACK_MS) return;
  await transact(context, (tx) => {
    const parent = tx.locate(lease.parentId);
    if (parent === undefined || tx.child(lease.parentId, lease.name) !== undefined) return;
    const inode = loadedInode({
      id: fileId,
      nowMs: context.now(),
      parent: parent.inode,
      status,
      blockSize: context.config.bytes('alluxio.user.block.size.bytes.default'),
    });
    const { mode, acl } = inheritAcl(parent.inode.defaultAcl, 0o644);
    const group = context.groupsOf(intent.user)[0] ?? inode.group;
    tx.append({ type: 'inode-created', parentId: lease.parentId, name: lease.name, inode: { ...inode, owner: intent.user, group, mode, acl } });
    markPersistedUpwards(tx, lease.parentId);
  });
}
