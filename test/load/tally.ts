/** What the users of a load run were told, and how long they waited for it. */
import type { Answer } from './shells.ts';

interface Waits {
  count: number;
  refused: number;
  readonly ms: number[];
}

export class Tally {
  readonly problems: string[] = [];
  readonly #kinds = new Map<string, Waits>();
  readonly #byShell = new Map<number, number>();
  acknowledged = 0;
  refused = 0;
  /** Refused because somebody else held the path for longer than a lease is waited for. */
  held = 0;
  noSpace = 0;
  /** Rounds of "take the lock, read the counter, write one more". */
  increments = 0;

  note(shell: number, kind: string, answer: Answer): void {
    const waits = this.#kinds.get(kind) ?? { count: 0, refused: 0, ms: [] };
    this.#kinds.set(kind, waits);
    waits.count++;
    waits.ms.push(answer.ms);
    if (answer.ok) {
      this.acknowledged++;
      this.#byShell.set(shell, (this.#byShell.get(shell) ?? 0) + 1);
      return;
    }
    waits.refused++;
    this.refused++;
    const said = answer.errors.join('\n');
    if (said.includes('The path is held by')) this.held++;
    if (isNoSpace(answer)) this.noSpace++;
  }

  fail(problem: string): void {
    if (this.problems.length < 20) this.problems.push(problem);
  }

  get commands(): number {
    return this.acknowledged + this.refused;
  }

  /** Commands that went well, of the shell that got fewest. */
  fewest(shells: readonly number[]): number {
    return Math.min(...shells.map((shell) => this.#byShell.get(shell) ?? 0));
  }

  get longestMs(): number {
    return Math.max(0, ...[...this.#kinds.values()].map(({ ms }) => Math.max(...ms)));
  }

  /** A line for each kind: how many, how many were refused, the usual wait and the longest. */
  table(): string {
    const lines = [...this.#kinds].sort().map(([kind, { count, refused, ms }]) => {
      const sorted = [...ms].sort((a, b) => a - b);
      const at = (part: number) => `${Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0)} ms`;
      return `  ${kind.padEnd(22)} ${String(count).padStart(7)}  refused ${String(refused).padStart(6)}  median ${at(0.5).padStart(9)}  99 % ${at(0.99).padStart(9)}  longest ${at(1).padStart(9)}`;
    });
    return lines.join('\n');
  }
}

export function isNoSpace({ errors }: Answer): boolean {
  return errors.length > 0 && errors.every((error) => /Failed to free \d+ bytes space|does not fit into the cache/.test(error));
}
