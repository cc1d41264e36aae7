/** Undoing a command: find what it did, see that nothing depends on it, do the opposite as a command of its own. */
import { AlluxioError, hasCode, isAlluxioError, messageOf } from '../../errors.ts';
import type { FileSystemContext } from '../context.ts';
import type { Undone } from '../file-system.ts';
import { transact } from '../transact.ts';
import type { Verdict } from './check.ts';
import { Changed, verdictOf, wholeOf } from './check.ts';
import { Newer } from './newer.ts';
import { takeBack } from './reverse.ts';
import type { Run } from './runs.ts';
import { ownRuns, refused, runOf } from './runs.ts';
import type { Step } from './steps.ts';
import { deedsOf, isDeed } from './steps.ts';
import { changedInStorage, learnPlaces } from './stored.ts';
import { undoneMark } from './undos.ts';

export async function undo(context: FileSystemContext, id: number | undefined): Promise<Undone> {
  const { run, todo, newer } = id === undefined ? await lastOfUser(context) : await planned(context, await runOf(context, id));
  const first = run.records[0]?.seq ?? 0;
  const undoing = asUndoOf(context, run);
  try {
    await takeBack(undoing, todo, newer);
  } catch (error) {
    if (hasCode(error, 'CANCELLED') || !isAlluxioError(error)) throw error;
    if (error instanceof Changed) {
      const begun = verdictsOn(context, todo).includes('done');
      throw refused(first, run.command, error.why, begun ? `A part of it is taken back; when that is mended, go on with: alluxio fs undo ${first}` : undefined);
    }
    throw new AlluxioError(error.code, `Undoing "${run.command}" (id ${first}): ${messageOf(error)}`, { cause: error, hint: `When that is mended, go on with: alluxio fs undo ${first}` });
  }
  await markUndone(context, run);
  return { id: first, user: run.user, command: run.command, timeMs: run.timeMs, changes: todo.length };
}

/** What is done so is told as an undo. */
function asUndoOf(context: FileSystemContext, run: Run): FileSystemContext {
  const { user, command, run: own } = context.actor;
  return Object.create(context, { actor: { value: { user, command, run: own, undoes: run.run } } }) as FileSystemContext;
}

function markUndone(context: FileSystemContext, run: Run): Promise<void> {
  return transact(asUndoOf(context, run), (tx) => tx.append(undoneMark(run.run)));
}

/** Each costs a look at the log from its beginning on. */
const LOOKED_AT = 100;

interface Plan {
  readonly run: Run;
  readonly todo: readonly Step[];
  readonly newer: Newer;
}

/** The last one that did something to the namespace. One that cannot be undone is not passed over: an older one is not what was asked for. */
async function lastOfUser(context: FileSystemContext): Promise<Plan> {
  let looked = 0;
  for await (const { id, begun } of ownRuns(context, isDeed)) {
    if ((looked += 1) > LOOKED_AT) break;
    const run = await runOf(context, id);
    const { steps, lost } = deedsOf(run.records);
    if (lost !== undefined) throw refused(run.records[0]?.seq ?? 0, run.command, lost, 'To undo an older one, name its id; ids are shown by: alluxio fs log');
    // An undo that was killed at its very end.
    if (begun && steps.length > 0 && verdictsOn(context, steps).every((verdict) => verdict === 'done')) await markUndone(context, run);
    else if (steps.length > 0) return planned(context, run);
  }
  throw new AlluxioError('NOT_FOUND', `The log holds no command of ${context.subject.user} that can be undone.`, { hint: 'Ids are shown by: alluxio fs log' });
}

function verdictsOn({ journal }: FileSystemContext, steps: readonly Step[]): Verdict[] {
  const whole = wholeOf(steps);
  return journal.read((view) => steps.map((step) => verdictOf(view, step, whole)));
}

/** @throws FAILED_PRECONDITION with the reason */
async function planned(context: FileSystemContext, run: Run): Promise<Plan> {
  const { steps, lost } = deedsOf(run.records);
  const refuse = (why: string): never => {
    throw refused(run.records[0]?.seq ?? 0, run.command, why);
  };
  if (lost !== undefined) refuse(lost);
  if (steps.length === 0) refuse('it changed nothing that could be put back');
  const newer = new Newer(context, run, steps);
  await newer.catchUp();
  const { dependent, undone } = context.journal.read((view) => newer.since(view));
  if (undone.state !== 'undone') await learnPlaces(context, steps);
  const verdicts = verdictsOn(context, steps);
  const todo = steps.filter((_, i) => verdicts[i] === 'todo');
  const why = verdicts.find((verdict) => typeof verdict === 'object')?.why ?? (todo.length === 0 ? 'nothing is left of it' : dependent);
  const over = undone.state === 'undone' || (undone.state === 'part' && verdicts.every((verdict) => verdict === 'done'));
  if (over && why !== undefined) {
    if (undone.state === 'part') await markUndone(context, run);
    refuse(`it was undone already${undone.by === undefined ? '' : `; to do it again: alluxio fs undo ${undone.by}`}`);
  }
  const refusal = why ?? (await changedInStorage(context, todo));
  if (refusal !== undefined) refuse(refusal);
  return { run, todo, newer };
}
