/** What was played: how often each command was done, and how often it was refused; undos by what they took back. */
import { split } from './node.ts';
import type { Outcome } from './tree.ts';

export class Tally {
  readonly #counts = new Map<string, { done: number; refused: number }>();

  note(command: readonly string[], { ok, undone }: Outcome): void {
    const [name = ''] = split(command).words;
    const key = undone === undefined ? name : `${name} of ${undone}`;
    const counts = this.#counts.get(key) ?? { done: 0, refused: 0 };
    counts[ok ? 'done' : 'refused']++;
    this.#counts.set(key, counts);
  }

  /** Commands that were always refused. */
  neverDone(): string[] {
    return [...this.#counts].filter(([key, { done }]) => done === 0 && key !== 'undo').map(([key]) => key);
  }

  text(): string {
    return [...this.#counts].sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, { done, refused }]) => `${key} ${done}${refused === 0 ? '' : `/${refused} refused`}`).join(', ');
  }
}
