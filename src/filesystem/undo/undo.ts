/** Undoing a command: find what it did, see that nothing depends on it, do the opposite as a command of its own. */
import { AlluxioError, hasCode, isAlluxioError, messageOf } from '../../errors.ts';
import type { FileSystemContext } from '../context.ts';
import type { Undone } from '../file-system.ts';
import { verdictOf } from './check.ts';
import { whatCameSince } from './newer.ts';
import { takeBack } from './reverse.ts';
import type { Run } from './runs.ts';
import { ownRuns, refused, runOf } from './runs.ts';
import type { Step } from './steps.ts';
import { deedsOf, isDeed } from './steps.ts';

export async function undo(context: FileSystemContext, id: number | undefined): Promise<Undone> {
  const { run, todo } = id === undefined ? await lastOfUser(context) : await planned(context, await runOf(context, id));
  const first = run.records[0]?.seq ?? 0;
  // What is done from here on is told as an undo.
  const undoing = Object.create(context, { actor: { value: { user: context.actor.user, command: context.actor.command, run: context.actor.run, undoes: run.run } } }) as FileSystemContext;
  try {
    await takeBack(undoing, todo);
  } catch (error) {
    if (hasCode(error, 'CANCELLED') || !isAlluxioError(error)) throw error;
    throw new AlluxioError(error.code, `Undoing "${run.command}" (id ${first}): ${messageOf(error)}`, { cause: error, hint: `When that is mended, go on with: alluxio fs undo ${first}` });
  }
  return { id: first, user: run.user, command: run.command, timeMs: run.timeMs, changes: todo.length };
}

/** Each costs a look at the log from its beginning on. */
const LOOKED_AT = 100;

interface Plan {
  readonly run: Run;
  readonly todo: readonly Step[];
}

/** The last one that did something to the namespace. One that cannot be undone is not passed over: an older one is not what was asked for. */
async function lastOfUser(context: FileSystemContext): Promise<Plan> {
  let looked = 0;
  for await (const id of ownRuns(context, isDeed)) {
    if ((looked += 1) > LOOKED_AT) break;
    const run = await runOf(context, id);
    const { steps, lost } = deedsOf(run.records);
    if (lost !== undefined) throw refused(run.records[0]?.seq ?? 0, run.command, lost, 'To undo an older one, name its id; ids are shown by: alluxio fs log');
    if (steps.length > 0) return planned(context, run);
  }
  throw new AlluxioError('NOT_FOUND', `The log holds no command of ${context.subject.user} that can be undone.`, { hint: 'Ids are shown by: alluxio fs log' });
}

/** @throws FAILED_PRECONDITION with the reason */
async function planned(context: FileSystemContext, run: Run): Promise<Plan> {
  const { steps, lost } = deedsOf(run.records);
  const refuse = (why: string): never => {
    throw refused(run.records[0]?.seq ?? 0, run.command, why);
  };
  if (lost !== undefined) refuse(lost);
  if (steps.length === 0) refuse('it changed nothing that could be put back');
  const whole = { made: new Set(steps.flatMap((step) => (step.kind === 'create' ? [step.id] : []))) };
  const verdicts = context.journal.read((view) => steps.map((step) => verdictOf(view, step, whole)));
  const todo = steps.filter((_, i) => verdicts[i] === 'todo');
  const { dependent, undoneBy } = await whatCameSince(context, run, steps);
  const why = verdicts.find((verdict) => typeof verdict === 'object')?.why ?? (todo.length === 0 ? 'nothing is left of it' : dependent);
  if (undoneBy !== undefined && (why !== undefined || todo.length === 0)) refuse(`it was undone already; to do it again: alluxio fs undo ${undoneBy}`);
  if (why !== undefined) refuse(why);
  return { run, todo };
}
