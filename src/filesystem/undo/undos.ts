/** Which runs of the log are undone. An undo that was broken off, or failed, has not undone its run: only one that says so at its end has. */
import type { Entry } from '../../journal/entries.ts';
import type { LogRecord } from '../../journal/journal.ts';

const MARK = 'undone';

/** What an undo writes last: all of the run is taken back. */
export function undoneMark(run: number): Entry {
  return { type: 'fact-set', name: MARK, value: String(run) };
}

function isMark({ entry, undoes }: LogRecord): boolean {
  return entry.type === 'fact-set' && entry.name === MARK && entry.value === String(undoes);
}

/** `part`: an undo was begun, and nobody knows how far it came. */
export interface UndoState {
  readonly state: 'stands' | 'part' | 'undone';
  /** An id of the undo that took it back. */
  readonly by: number | undefined;
}

interface Undo {
  readonly run: number;
  /** Its newest record that is no mark. */
  seq: number | undefined;
  complete: boolean;
}

/** Fed with records in any order. */
export class Undos {
  readonly #of = new Map<number, Undo[]>();

  add(record: LogRecord): void {
    const { run, undoes, seq } = record;
    if (run === undefined || undoes === undefined) return;
    const all = this.#of.get(undoes) ?? [];
    this.#of.set(undoes, all);
    let undo = all.find((each) => each.run === run);
    if (undo === undefined) all.push((undo = { run, seq: undefined, complete: false }));
    if (isMark(record)) undo.complete = true;
    else undo.seq = Math.max(seq, undo.seq ?? 0);
  }

  stateOf(run: number): UndoState {
    const undos = [...(this.#of.get(run) ?? [])].sort((a, b) => b.run - a.run);
    const by = undos.find(({ seq }) => seq !== undefined)?.seq;
    for (const undo of undos) {
      const { state } = this.stateOf(undo.run);
      if (state === 'undone') continue;
      return { state: state === 'stands' && undo.complete ? 'undone' : 'part', by };
    }
    return { state: 'stands', by: undefined };
  }

  copy(): Undos {
    const copy = new Undos();
    for (const [run, undos] of this.#of) copy.#of.set(run, undos.map((undo) => ({ ...undo })));
    return copy;
  }
}
