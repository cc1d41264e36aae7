/** Newer commands that built on what a run did. */
import type { LogRecord, View } from '../../journal/journal.ts';
import { ROOT_ID } from '../../journal/journal.ts';
import type { FileSystemContext } from '../context.ts';
import type { Run } from './runs.ts';
import { logFrom } from './runs.ts';
import type { Step } from './steps.ts';
import type { UndoState } from './undos.ts';
import { Undos } from './undos.ts';

interface Suspect {
  readonly run: number | undefined;
  readonly why: string;
}

export interface Since {
  /** Why the run must stay: a command after it depends on it. Those that were undone, and undos, do not count. */
  readonly dependent: string | undefined;
  readonly undone: UndoState;
}

/** What came after a run, followed in the log as it grows. */
export class Newer {
  readonly #changed: ReadonlyMap<number, Extract<Step, { kind: 'attributes' }>>;
  readonly #moved: ReadonlyMap<number, number>;
  readonly #suspects: Suspect[] = [];
  readonly #undos = new Undos();
  #seen: number;

  constructor(
    private readonly context: FileSystemContext,
    private readonly run: Run,
    steps: readonly Step[],
  ) {
    this.#changed = new Map(steps.flatMap((step) => (step.kind === 'attributes' ? [[step.id, step] as const] : [])));
    this.#moved = new Map(steps.flatMap((step) => (step.kind === 'move' ? [[step.id, step.seq] as const] : [])));
    this.#seen = steps[0]?.seq ?? 0;
  }

  /** Reads what is on disk. */
  async catchUp(): Promise<void> {
    for await (const page of logFrom(this.context, this.#seen + 1)) {
      this.context.journal.read((view) => {
        for (const record of page) this.#note(view, record, this.#suspects, this.#undos);
      });
      this.#seen = page[page.length - 1]?.seq ?? this.#seen;
    }
  }

  /** As of what the view has. It is not kept: what a transaction read that comes to nothing may never have been. */
  since(view: View): Since {
    const suspects = [...this.#suspects];
    const undos = this.#undos.copy();
    for (const record of view.log({ from: this.#seen + 1 })) this.#note(view, record, suspects, undos);
    const dependent = suspects.find(({ run }) => run === undefined || undos.stateOf(run).state !== 'undone')?.why;
    return { dependent, undone: undos.stateOf(this.run.run) };
  }

  #note(view: View, record: LogRecord, suspects: Suspect[], undos: Undos): void {
    if (record.run === this.run.run) return;
    if (record.undoes !== undefined && record.run !== undefined) return undos.add(record);
    const why = changedAgain(record, this.#changed) ?? takenOut(view, record, this.#moved);
    if (why !== undefined) suspects.push({ run: record.run, why: `${why} by "${record.command}" (id ${record.seq}, ${record.user})` });
  }
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
