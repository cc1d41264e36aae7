/**
 * Transactions that meet held paths: a dead holder's work is finished or undone first, a living one is waited for, up to
 * `alluxio.user.lease.wait.timeout`; then BUSY says who holds it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AlluxioError } from '../errors.ts';
import type { NotPromise, Transaction } from '../journal/journal.ts';
import type { IntentRecord, IntentWork, LeaseTarget } from '../journal/records.ts';
import { LeaseConflict } from '../namespace/leases.ts';
import { isAlive } from '../process-identity.ts';
import type { FileSystemContext } from './context.ts';

const POLL_MS = 20;

/** Runs a transaction at the context's clock and actor. */
export function transact<T>(context: FileSystemContext, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
  return context.journal.transact<T>(context.actor, context.now(), fn);
}

/** What dead processes left is brought to an end by the first changing command that comes, once per process. */
const cleaned = new WeakMap<FileSystemContext, Promise<void>>();

async function cleanOnce(context: FileSystemContext): Promise<void> {
  const dead = context.journal.read((view) => view.intents()).filter((intent) => !isAlive(intent.owner));
  if (dead.length > 0) await (await import('./recovery.ts')).recoverAll(context, dead);
}

/** The same for callbacks that may throw LeaseConflict. @throws BUSY, CANCELLED, or what the callback throws */
export async function transactWhenFree<T>(context: FileSystemContext, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
  const cleaning = cleaned.get(context) ?? cleanOnce(context);
  cleaned.set(context, cleaning);
  await cleaning;
  const patience = context.config.duration('alluxio.user.lease.wait.timeout');
  const deadline = context.now() + patience;
  for (;;) {
    try {
      return await transact<T>(context, fn);
    } catch (error) {
      if (!(error instanceof LeaseConflict)) throw error;
      await waitForHolder(context, error.intent, patience < 0 ? Infinity : deadline);
    }
  }
}

async function waitForHolder(context: FileSystemContext, intent: IntentRecord, deadline: number): Promise<void> {
  // Loaded only when a dead holder is met, which is rare.
  if (!isAlive(intent.owner)) return (await import('./recovery.ts')).recoverIntent(context, intent);
  if (intent.work.kind === 'persist' && intent.work.background === true && intent.wanted !== true) await askFor(context, intent.id);
  if (context.now() >= deadline) {
    const { owner } = intent;
    throw new AlluxioError('BUSY', `The path is held by "${owner.command}" (pid ${owner.pid} on ${owner.host}, user ${intent.user}).`, {
      hint: 'Wait for it to end, or stop it; raise alluxio.user.lease.wait.timeout to wait longer.',
    });
  }
  await sleep(POLL_MS, undefined, { signal: context.signal });
}

/** Work in the background gives way to a command, and is done again later. */
function askFor(context: FileSystemContext, id: number): Promise<void> {
  return transact(context, (tx) => {
    const intent = tx.intent(id);
    if (intent !== undefined) tx.append({ type: 'intent-changed', intent: { ...intent, wanted: true } });
  });
}

/** Opens an intent in a transaction. Returns its record, to be changed and closed later. */
export function openIntent(context: FileSystemContext, tx: Transaction, leases: readonly LeaseTarget[], work: IntentWork): IntentRecord {
  return openIntentWithSpace(context, tx, leases, { work, reserved: [] });
}

/** The same, with space of the cache promised to it from the start. */
export function openIntentWithSpace(
  context: FileSystemContext,
  tx: Transaction,
  leases: readonly LeaseTarget[],
  { work, reserved }: Pick<IntentRecord, 'work' | 'reserved'>,
): IntentRecord {
  const intent: IntentRecord = {
    id: tx.allocate(),
    owner: context.owner,
    user: context.subject.user,
    startedMs: context.now(),
    leases,
    reserved,
    work,
  };
  for (const { directory, bytes } of reserved) tx.append({ type: 'space-reserved', directory, bytes });
  tx.append({ type: 'intent-opened', intent });
  return intent;
}

/** Closes an intent and gives back what was still promised to it. Fine when somebody closed it already. */
export function closeIntent(tx: Transaction, id: number): void {
  const intent = tx.intent(id);
  if (intent === undefined) return;
  for (const { directory, bytes } of intent.reserved) tx.append({ type: 'space-released', directory, bytes });
  tx.append({ type: 'intent-closed', id });
}
