/**
 * What a command may say. Results go to stdout and nothing else does; the rest goes to stderr.
 * Writes are buffered in big chunks and respect back-pressure; a closed pipe (`| head`) ends the command quietly.
 */
import type { Progress } from './progress.ts';

export interface Output {
  /** True with `--json`: commands print records instead of lines. */
  readonly json: boolean;
  /** True when stdout is a terminal. */
  readonly terminal: boolean;
  /** Columns of the terminal, 80 when unknown. */
  readonly width: number;
  /** A result line. */
  line(text: string): void;
  /** A result record: one JSON object on one line, keys in the order given. */
  record(value: Readonly<Record<string, unknown>>): void;
  /** Raw bytes or text of a result. Resolves when more may be written. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** Resolves when the buffer is small enough to go on; await it in loops that print many lines. */
  drained(): Promise<void>;
  /** One line on stderr that does not change the exit status. */
  warn(text: string): void;
  /** One error line on stderr (stdout when `alluxio.user.shell.error.stream=stdout`). The exit status is the caller's business. */
  error(text: string): void;
  /** A progress display on stderr: only on a terminal, only after a second, never with --quiet. Call `end` in any case. */
  progress(label: string): Progress & { end(): void };
  /** Colours text for a terminal, returns it as it is otherwise. */
  paint(text: string, style: 'green' | 'red' | 'yellow' | 'bold' | 'dim'): string;
}
