/** Newer commands that built on what a run did. */
import type { LogRecord, View } from '../../journal/journal.ts';
import { ROOT_ID } from '../../journal/journal.ts';
import type { FileSystemContext } from '../context.ts';
import type { Doings, Run } from './runs.ts';
import { logFrom, undoneRuns } from './runs.ts';
import type { Step } from './steps.ts';

interface Suspect {
  readonly run: number | undefined;
  readonly why: string;
}

export interface Since {
  /** Why the run must stay: a command after it depends on it. Those that were undone, and undos, do not count. */
  readonly dependent: string | undefined;
  /** The id of the undo that took it back. */
  readonly undoneBy: number | undefined;
}

export async function whatCameSince(context: FileSystemContext, run: Run, steps: readonly Step[]): Promise<Since> {
  let undoneBy: number | undefined;
  const suspects: Suspect[] = [];
  const runs: Doings[] = [];
  const changed = new Map(steps.flatMap((step) => (step.kind === 'attributes' ? [[step.id, step] as const] : [])));
  const moved = new Map(steps.flatMap((step) => (step.kind === 'move' ? [[step.id, step.seq] as const] : [])));
  for await (const page of logFrom(context, (steps[0]?.seq ?? 0) + 1)) {
    context.journal.read((view) => {
      for (const record of page) {
        if (record.run === run.run) continue;
        if (record.undoes !== undefined && record.run !== undefined) {
          if (record.undoes === run.run) undoneBy = record.seq;
          if (runs[runs.length - 1]?.run !== record.run) runs.push({ run: record.run, undoes: record.undoes });
          continue;
        }
        const why = changedAgain(record, changed) ?? takenOut(view, record, moved);
        if (why !== undefined) suspects.push({ run: record.run, why: `${why} by "${record.command}" (id ${record.seq}, ${record.user})` });
      }
    });
  }
  const undone = undoneRuns(runs.reverse());
  const dependent = suspects.find((suspect) => suspect.run === undefined || !undone.has(suspect.run))?.why;
  return { dependent, undoneBy: undone.has(run.run) ? undoneBy : undefined };
}

function changedAgain({ entry, seq }: LogRecord, changed: ReadonlyMap<number, Extract<Step, { kind: 'attributes' }>>): string | undefined {
  if (entry.type !== 'inode-changed' || entry.before === undefined) return undefined;
  const step = changed.get(entry.id);
  if (step === undefined || step.seq > seq) return undefined;
  const key = Object.keys(entry.change).find((each) => each in step.after);
  return key === undefined ? undefined : `${key} was set again since`;
}

/** Something was moved out of what the run had moved, or into it. */
function takenOut(view: View, { entry, seq }: LogRecord, moved: ReadonlyMap<number, number>): string | undefined {
  if (entry.type !== 'inode-moved' || entry.from === undefined || moved.size === 0) return undefined;
  for (let at = entry.from.parentId; at !== ROOT_ID && at !== 0; at = view.locate(at)?.parentId ?? 0) {
    if ((moved.get(at) ?? Infinity) < seq) return `${entry.from.name} was moved or removed from it since`;
  }
  return undefined;
}
