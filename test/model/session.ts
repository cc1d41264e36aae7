/** `alluxio fs -` as a person at it: a line, and what it says until it is done. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Home } from '../support/home.ts';
import { startAlluxio, statusOf } from '../support/run-alluxio.ts';

export interface Said {
  /** What the line printed, without its errors. */
  readonly text: string;
  /** Its error lines, without the line's number; none: it succeeded. That a file which was read could not be cached is no error. */
  readonly errors: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** A line that is refused at once, with its number: whatever was said before belongs to the line before. */
const DONE = 'that-was-it';

/** The home's site file must say `alluxio.user.shell.error.stream=stdout`, which keeps all that is said in one order. */
export class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  #line = 0;
  #heard = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(home: Home) {
    this.#child = startAlluxio(home, ['fs', '-']);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#heard = Buffer.concat([this.#heard, chunk]);
        this.#wake();
      });
    }
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  async say(words: readonly string[]): Promise<Said> {
    const fromMs = performance.now();
    this.#line += 2;
    this.#child.stdin.write(`${words.map(quoted).join(' ')}\n${DONE}\n`);
    const end = `line ${this.#line}: ${DONE}`;
    let at = this.#heard.indexOf(end);
    for (; at < 0; at = this.#heard.indexOf(end)) {
      if (this.#ended) throw new Error(`the shell ended while it ran: ${words.join(' ')}\n${this.#heard.toString()}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const toMs = performance.now();
    const prefix = `line ${this.#line - 1}: `;
    const lines = this.#heard.subarray(0, at).toString('utf8').replace(new RegExp(`${prefix}Not cached: .*\n`, 'g'), '');
    const rest = this.#heard.indexOf('\n', at);
    this.#heard = this.#heard.subarray(rest < 0 ? this.#heard.length : rest + 1);
    const errors = lines.split('\n').filter((line) => line.includes(prefix)).map((line) => line.slice(line.indexOf(prefix) + prefix.length));
    return { text: errors.length === 0 ? lines : '', errors, fromMs, toMs };
  }

  async end(): Promise<number> {
    this.#child.stdin.end();
    return statusOf(this.#child, 30_000, ['fs', '-']);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function quoted(word: string): string {
  return /^[-\w./:=]+$/.test(word) ? word : `'${word}'`;
}
