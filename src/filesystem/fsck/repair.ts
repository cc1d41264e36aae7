/** Mending, in the order in which one thing depends on another: open work, tables, what hangs nowhere, cache, storage. */
import { AlluxioError, isAlluxioError, messageOf } from '../../errors.ts';
import { ROOT_ID } from '../../journal/journal.ts';
import type { Transaction } from '../../journal/journal.ts';
import { inOrder } from '../../journal/audit/order.ts';
import { newDirectory } from '../../namespace/inodes.ts';
import type { FileSystemContext } from '../context.ts';
import { repairPaths } from '../inconsistencies.ts';
import { purgeDetached } from '../purge.ts';
import { recoverIntent } from '../recovery.ts';
import { dropOrphans, verifyBlock } from '../scrub.ts';
import { openIntent, transact } from '../transact.ts';
import type { Cause, Finding } from './fsck.ts';

export const HOME = 'lost+found';
/** Repairs in one transaction, which others wait for. */
const BATCH = 100;

type Failed = { readonly finding: Finding; readonly error: Error };
type Of<O extends Cause['of']> = { readonly finding: Finding; readonly cause: Extract<Cause, { of: O }> };

export async function repairFindings(context: FileSystemContext, findings: readonly Finding[], signal: AbortSignal): Promise<Failed[]> {
  const failed: Failed[] = [];
  const wanted = findings.filter(({ remedy }) => remedy !== undefined);
  const each = async <O extends Cause['of']>(of: O, mend: (one: Of<O>) => Promise<void>): Promise<void> => {
    for (const one of causedBy(wanted, of)) {
      signal.throwIfAborted();
      await mend(one).catch((error: unknown) => void failed.push({ finding: one.finding, error: asError(error) }));
    }
  };
  await each('intent', ({ cause }) => recoverIntent(context, cause.intent));
  await repairTables(context, causedBy(wanted, 'table'), failed);
  await each('limbo', ({ cause }) => purge(context, cause.id));
  await each('block', ({ cause }) => mendBlock(context, cause));
  const [stray] = causedBy(wanted, 'stray');
  if (stray !== undefined) await dropOrphans(context).catch((error: unknown) => void failed.push({ finding: stray.finding, error: asError(error) }));
  await repairObjects(context, causedBy(wanted, 'object'), { failed, signal });
  await each('upload', ({ cause }) => cause.write.abandon());
  return failed;
}

function causedBy<O extends Cause['of']>(findings: readonly Finding[], of: O): Of<O>[] {
  return findings.flatMap((finding) => (isOf(finding.cause, of) ? [{ finding, cause: finding.cause }] : []));
}

function isOf<O extends Cause['of']>(cause: Cause, of: O): cause is Extract<Cause, { of: O }> {
  return cause.of === of;
}

async function repairTables(context: FileSystemContext, found: readonly Of<'table'>[], failed: Failed[]): Promise<void> {
  const byCause = new Map(found.map(({ finding, cause }) => [cause.finding, finding]));
  const once = inOrder([...byCause.keys()]);
  if (once.some(({ repair }) => repair.what === 'adopt')) await makeHome(context);
  for (let start = 0; start < once.length; start += BATCH) {
    const batch = once.slice(start, start + BATCH);
    try {
      await transact(context, (tx) => {
        const home = tx.child(ROOT_ID, HOME)?.id ?? 0;
        for (const { repair } of batch) tx.append({ type: 'record-repaired', repair: repair.what === 'adopt' ? { ...repair, toParentId: home } : repair });
      });
    } catch (error) {
      for (const { finding } of batch) {
        const about = byCause.get(finding);
        if (about !== undefined) failed.push({ finding: about, error: asError(error) });
      }
    }
  }
}

async function makeHome(context: FileSystemContext): Promise<void> {
  await transact(context, (tx) => {
    const there = tx.child(ROOT_ID, HOME);
    if (there?.directory === true) return;
    const parent = tx.child(0, '');
    if (there !== undefined || parent === undefined) throw new AlluxioError('FAILED_PRECONDITION', `There is no room for what hangs nowhere: /${HOME} is a file, or there is no root directory.`);
    const inode = newDirectory({ id: tx.allocate(), nowMs: context.now(), owner: parent.owner, group: parent.group, umask: 0o077, parent });
    tx.append({ type: 'inode-created', parentId: ROOT_ID, name: HOME, inode });
  });
}

async function purge(context: FileSystemContext, id: number): Promise<void> {
  const intent = await transact(context, (tx) => (isOrphaned(tx, id) ? openIntent(context, tx, [], { kind: 'purge', inodeId: id }) : undefined));
  if (intent !== undefined) await purgeDetached(context, id, intent.id);
}

/** Somebody may have begun to remove it since it was found. */
function isOrphaned(tx: Transaction, id: number): boolean {
  return !tx.intents().some(({ work }) => ('inodeId' in work && work.inodeId === id) || (work.kind === 'evict' && work.thenPurge === id));
}

async function mendBlock(context: FileSystemContext, { block }: Of<'block'>['cause']): Promise<void> {
  if ((await context.blocks.inTheWay(block)) !== undefined) {
    await context.blocks.remove([block]);
    const path = await context.blocks.inTheWay(block);
    // Its record stays as long as it is there, so that it is found again.
    if (path !== undefined) throw new AlluxioError('FAILED_PRECONDITION', `A folder that is not empty is in the place of a cached block: ${path}. Move it away, and run the command again.`);
  }
  const { verdict } = await verifyBlock(context, block);
  if (verdict === 'lost') throw new AlluxioError('CORRUPT', `Block ${block.index} of file ${block.fileId} is lost.`);
}

async function repairObjects(context: FileSystemContext, found: readonly Of<'object'>[], { failed, signal }: { failed: Failed[]; signal: AbortSignal }): Promise<void> {
  if (found.length === 0) return;
  const byPath = new Map(found.map(({ finding, cause }) => [cause.path as string, finding]));
  await repairPaths(context, found.map(({ cause }) => cause.path), {
    threads: 4,
    signal,
    onRepaired: () => undefined,
    onProblem({ path, error }) {
      const finding = byPath.get(path);
      if (finding !== undefined) failed.push({ finding, error });
    },
  });
}

function asError(error: unknown): Error {
  if (isAlluxioError(error) && error.code === 'CANCELLED') throw error;
  return error instanceof Error ? error : new Error(messageOf(error));
}
