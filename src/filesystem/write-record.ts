/** The two ends of a write: its file appears in the namespace, or nothing of it stays. */
import { AlluxioError, answerOf, messageOf } from '../errors.ts';
import type { Transaction } from '../journal/journal.ts';
import type { InodeRecord, IntentRecord, LeaseTarget } from '../journal/records.ts';
import { newFile } from '../namespace/inodes.ts';
import type { AlluxioPath } from '../uri.ts';
import { withdrawAncestors } from './ancestors.ts';
import type { BlockSink } from './block-sink.ts';
import type { FileSystemContext } from './context.ts';
import { abandon, closeIntent, endAsDead, openIntent, transact } from './transact.ts';
import type { Moved } from './write-bytes.ts';
import type { OpenedWrite, Writing } from './write-plan.ts';

/** A write whose bytes are where they shall be. */
export interface Written {
  readonly writing: Writing;
  readonly opened: OpenedWrite;
  readonly sink: BlockSink | undefined;
  readonly moved: Moved;
}

/** What its entry needs of it. */
type Entered = Pick<Written, 'writing' | 'sink' | 'moved'> & { readonly opened: Pick<OpenedWrite, 'fileId' | 'parentId' | 'name'> };

export function recordFile(context: FileSystemContext, tx: Transaction, written: Entered, parent: InodeRecord): void {
  const { parentId, name } = written.opened;
  tx.append({ type: 'inode-created', parentId, name, inode: inodeFor(context, written, parent) });
  written.sink?.record(tx, context.now());
}

/** The directory that the file is about to appear in. */
export function parentNow(tx: Transaction, { opened, writing }: Pick<Written, 'opened' | 'writing'>): InodeRecord {
  const parent = tx.locate(opened.parentId)?.inode;
  if (parent === undefined) throw new AlluxioError('CANCELLED', `The directory of ${writing.path} was removed meanwhile.`);
  return parent;
}

export function requireStillOurs(tx: Transaction, { opened, writing }: Pick<Written, 'opened' | 'writing'>): void {
  if (tx.intent(opened.intent.id) === undefined) throw new AlluxioError('FAILED_PRECONDITION', `Another process took the write of ${writing.path} over.`, { path: writing.path });
}

function inodeFor(context: FileSystemContext, { writing, opened, moved }: Entered, parent: InodeRecord): InodeRecord {
  const { options, settings } = writing;
  const inode = newFile({
    id: opened.fileId,
    nowMs: context.now(),
    owner: options.owner ?? context.subject.user,
    group: options.group ?? context.primaryGroup(),
    ...settings,
    mode: options.mode,
    acl: options.acl,
    parent,
    length: moved.length,
    blockSize: writing.blockSize,
  });
  if (moved.ufs === undefined) return { ...inode, persistence: writing.writeType === 'ASYNC_THROUGH' ? 'TO_BE_PERSISTED' : 'NOT_PERSISTED' };
  const { contentHash, crc64 } = moved.ufs;
  return { ...inode, persistence: 'PERSISTED', contentHash, crc64, syncedMs: context.now() };
}

/**
 * For a file whose upload failed and that waits in the cache: its object may have come through all the same, or parts of it, and whoever removes the file knows nothing of
 * that. Closed by `endUnsent`. Undefined when the storage has nothing of it for sure.
 */
export function openUnsent(context: FileSystemContext, tx: Transaction, lease: LeaseTarget | undefined, { opened, moved }: Pick<Written, 'opened' | 'moved'>): IntentRecord | undefined {
  if (lease === undefined || answerOf(moved.unsent) !== 'lost') return undefined;
  const intent: IntentRecord = { ...openIntent(context, tx, [lease], { kind: 'persist', fileId: opened.fileId, mountId: opened.mount.id, key: opened.key }), startedMs: opened.intent.startedMs };
  // What the storage holds was begun when the write was.
  tx.append({ type: 'intent-changed', intent });
  return intent;
}

/** Looks what became of the upload. The failure to tell; undefined when there was none after all. */
export async function endUnsent(context: FileSystemContext, intent: IntentRecord | undefined, { writing, opened, moved }: Written): Promise<AlluxioError | undefined> {
  if (moved.unsent === undefined) return undefined;
  if (intent !== undefined) await endAsDead(context, intent);
  const stored = context.journal.read((view) => view.locate(opened.fileId)?.inode.persistence === 'PERSISTED');
  return stored ? undefined : notPersisted(writing.path, moved.unsent);
}

/** Directories above files that wait in the cache, made for them in the storage: they would come back when they are removed here. */
export async function withdrawParents(context: FileSystemContext, written: readonly Pick<Written, 'opened' | 'moved'>[]): Promise<void> {
  const refused = written.filter(({ moved }) => moved.unsent !== undefined && answerOf(moved.unsent) !== 'none');
  for (const [parentId, { opened }] of new Map(refused.map((each) => [each.opened.parentId, each]))) {
    await context.ufs(opened.mount).then((ufs) => withdrawAncestors(context, ufs, parentId)).catch(() => undefined);
  }
}

/** The file stays where it is safe; the failure says what is still to do. */
function notPersisted(path: AlluxioPath, error: unknown): AlluxioError {
  const code = error instanceof AlluxioError ? error.code : 'INTERNAL';
  return new AlluxioError(code, `${path} is written to the cache, but not persisted: ${messageOf(error)}`, {
    path,
    hint: `Persist it when the storage takes it: alluxio fs persist ${path}`,
    cause: error,
  });
}

/**
 * Nothing of an unfinished write stays: blocks, promises, the lease; the driver has already removed its parts. Objects that were stored are ours, because
 * nothing was there before; should one not go away now, the intent stays open and the next command sees to it.
 *
 * @param made.left the storage may hold something that we were not told of
 */
export async function undoWrite(
  context: FileSystemContext,
  { intent, mount }: Pick<OpenedWrite, 'intent' | 'mount'>,
  made: { readonly sinks: readonly BlockSink[]; readonly stored: readonly string[]; readonly left: boolean },
): Promise<void> {
  for (const sink of made.sinks) await sink.abort();
  // Somebody who took the work over has given the objects their files.
  const mine = context.journal.read((view) => view.intent(intent.id) !== undefined);
  if (!mine) return;
  if (made.stored.length > 0 && !(await withdrawn(context, mount, made.stored))) return abandon(context, intent.id);
  if (made.left) return endAsDead(context, intent);
  await transact(context, (tx) => closeIntent(tx, intent.id));
}

async function withdrawn(context: FileSystemContext, mount: OpenedWrite['mount'], keys: readonly string[]): Promise<boolean> {
  try {
    const [failure] = await (await context.ufs(mount)).deleteFiles(keys);
    if (failure !== undefined) throw failure.error;
    return true;
  } catch (error) {
    const what = keys.length === 1 ? `${keys[0] ?? ''} was` : `${String(keys.length)} objects were`;
    context.warn(`${what} stored, but not recorded, and ${keys.length === 1 ? 'is' : 'are'} seen to later: ${messageOf(error)}`);
    return false;
  }
}
