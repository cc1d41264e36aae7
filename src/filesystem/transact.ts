/**
 * Transactions that meet held paths: a dead holder's work is finished or undone first, a living one is waited for, up to
 * `alluxio.user.lease.wait.timeout`; then BUSY says who holds it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AlluxioError, answerOf, isAlluxioError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Journal, NotPromise, Transaction } from '../journal/journal.ts';
import type { IntentRecord, IntentWork, LeaseTarget } from '../journal/records.ts';
import { LeaseConflict } from '../namespace/leases.ts';
import { GONE, isAlive } from '../process-identity.ts';
import type { FileSystemContext } from './context.ts';

const POLL_MS = 20;
/** Work that could not be ended is not tried again sooner by those who come by for something else. */
const PAUSE_MS = 30_000;

/** Runs a transaction at the context's clock and actor. */
export function transact<T>(context: Pick<FileSystemContext, 'journal' | 'actor' | 'now'>, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
  return context.journal.transact<T>(context.actor, context.now(), fn);
}

/** What dead processes left is brought to an end by the first changing command that comes, once per process; what this one gave up, by the next that comes. */
const cleaned = new WeakMap<Journal, { readonly givenUp: number; readonly done: Promise<void> }>();
let givenUp = 0;

async function cleanOnce(context: FileSystemContext): Promise<void> {
  const dead = context.journal.read((view) => view.intents()).filter((intent) => !isAlive(intent.owner) && (intent.notBeforeMs ?? 0) <= context.now());
  if (dead.length > 0) await (await import('./recovery.ts')).recoverAll(context, dead);
}

/** Resolves when what the dead left is seen to. */
export async function cleanedUp(context: FileSystemContext): Promise<void> {
  const before = cleaned.get(context.journal);
  const cleaning = before?.givenUp === givenUp ? before : { givenUp, done: cleanOnce(context) };
  cleaned.set(context.journal, cleaning);
  await cleaning.done;
}

/** A transaction for callbacks that may throw LeaseConflict. @throws BUSY, CANCELLED, or what the callback throws */
export async function transactWhenFree<T>(context: FileSystemContext, fn: (tx: Transaction) => T & NotPromise<T>): Promise<T> {
  await cleanedUp(context);
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
  // Only looks: each try is a transaction, and many who tried again and again would keep those from it who work.
  do await sleep(POLL_MS, undefined, { signal: context.signal });
  while (context.now() < deadline && isHeldBy(context, intent));
}

function isHeldBy({ journal }: FileSystemContext, { id, leases, owner }: IntentRecord): boolean {
  const now = journal.read((view) => view.intent(id));
  return now !== undefined && now.leases.length === leases.length && now.owner.pid === owner.pid && isAlive(owner);
}

/** Work in the background gives way to a command, and is done again later. */
function askFor(context: FileSystemContext, id: number): Promise<void> {
  return transact(context, (tx) => {
    const intent = tx.intent(id);
    if (intent !== undefined) tx.append({ type: 'intent-changed', intent: { ...intent, wanted: true } });
  });
}

const NOTHING_BEGUN: readonly ErrorCode[] = ['ALREADY_EXISTS', 'INVALID_ARGUMENT', 'CANCELLED', 'READ_ONLY', 'UNSUPPORTED'];

/** What failed may have left something in the storage: directories above it, or after a lost answer the thing itself. Not where it was never reached, or nothing was begun. */
export function mayHaveLeft(error: unknown): boolean {
  const answer = answerOf(error);
  return answer === undefined ? !(isAlluxioError(error) && NOTHING_BEGUN.includes(error.code)) : answer === 'lost';
}

/**
 * Ends the work of an intent of ours that failed in the middle, as that of a dead process is ended: the storage may hold something of it. What cannot be ended now is
 * nobody's work from then on, and the next command ends it.
 */
export async function endAsDead(context: FileSystemContext, intent: IntentRecord): Promise<void> {
  try {
    await (await import('./recovery.ts')).finishIntent(context, intent);
  } catch {
    await abandon(context, intent.id);
  }
}

/** Work that we began is nobody's any more: what is left of it is done by the next command, also one of this process. */
export async function abandon(context: FileSystemContext, id: number, again = false): Promise<void> {
  await transact(context, (tx) => {
    const intent = tx.intent(id);
    const { command } = context.owner;
    if (intent !== undefined) tx.append({ type: 'intent-changed', intent: { ...intent, owner: { ...GONE, command }, ...(again ? { notBeforeMs: context.now() + PAUSE_MS } : {}) } });
  });
  givenUp++;
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
