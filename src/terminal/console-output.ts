/** The Output of a real command: two file descriptors, and a terminal's manners where there is one. */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { DescriptorWriter } from './descriptor-writer.ts';
import { forTerminal, onOneLine } from './escape.ts';
import type { Output } from './output.ts';
import { systemCode } from '../errors.ts';

export interface OutputSettings {
  readonly stdout: number;
  readonly stderr: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** What messages must not repeat is masked by it. Results are shown as they are. */
  readonly hide?: (text: string) => string;
  /** Aborted when the command is interrupted: nothing waits for a reader any more. */
  readonly signal?: AbortSignal;
}

export interface ConsoleOutput extends Output {
  /** `alluxio.user.shell.error.stream=stdout` */
  errorsToStdout(): void;
  /** Resolves when all is written. @throws CANCELLED with status 0 when the reader has gone; what the system said when it could not be written */
  end(): Promise<void>;
}

type ProgressDisplay = ReturnType<Output['progress']>;
const NO_PROGRESS: ProgressDisplay = { advance() {}, expect() {}, end() {} };

export async function openOutput(settings: OutputSettings): Promise<ConsoleOutput> {
  const kind = kindOf(settings.stdout);
  const terminal = kind === 'terminal';
  const coloured = terminal && settings.color && (settings.env.NO_COLOR ?? '') === '' && settings.env.TERM !== 'dumb';
  // Stands for the ESC of our own colours until names are escaped; no name can guess it.
  const mark = `<${Math.random().toString(36)}${String(performance.now())}>`;
  const colours = coloured ? (await import('./colour.ts')).paint : undefined;
  const paint: Output['paint'] = (text, style) => colours?.(text, style).replaceAll('\u001b', mark) ?? text;
  const shownLine = terminal ? (text: string): string => forTerminal(text).replaceAll(mark, '\u001b') : (text: string): string => text;
  // The display loads at once where it can be needed, because progress() cannot wait; nothing of it loads in a script.
  const { TransferDisplay } = !settings.quiet && kindOf(settings.stderr) === 'terminal' ? await import('./transfer-display.ts') : {};
  const stdout = new DescriptorWriter(settings.stdout, { signal: settings.signal, ...(kind === 'immediate' || kind === 'pipe' ? { kind } : {}) });
  let errorsToStdout = false;
  let display: InstanceType<NonNullable<typeof TransferDisplay>> | undefined;

  const print = (text: string): void => {
    stdout.text(text);
    if (display === undefined || !terminal) return;
    display.clear();
    stdout.flushSmall();
  };
  const shown = (text: string): string => `${onOneLine(settings.hide === undefined ? text : settings.hide(text))}\n`;
  const complain = (text: string): void => {
    stdout.flushSmall();
    display?.clear();
    writeFully(settings.stderr, shown(text));
  };

  return {
    json: settings.json,
    terminal,
    get width() {
      return terminal ? terminalWidth(settings.env) : 80;
    },
    line: (text) => print(`${shownLine(text)}\n`),
    record: (value) => print(`${JSON.stringify(value)}\n`),
    write: (chunk) => (typeof chunk === 'string' ? (stdout.text(chunk), stdout.drained()) : stdout.bytes(chunk)),
    drained: () => stdout.drained(),
    warn: complain,
    error: (text) => (errorsToStdout ? print(shown(text)) : complain(text)),
    progress: (label) => (TransferDisplay === undefined ? NO_PROGRESS : (display = new TransferDisplay(label))),
    paint,
    errorsToStdout: () => {
      errorsToStdout = true;
    },
    end: () => stdout.end(),
  };
}

/** `immediate`: something that takes what it is given at once. */
function kindOf(descriptor: number): 'terminal' | 'immediate' | 'pipe' | 'other' {
  try {
    // Asked first because loading node:tty costs some milliseconds that a pipe, a file or /dev/null need not pay.
    const status = fstatSync(descriptor);
    if (status.isFile()) return 'immediate';
    if (status.isFIFO()) return 'pipe';
    if (!status.isCharacterDevice()) return 'other';
    if (status.rdev === statSync('/dev/null').rdev) return 'immediate';
  } catch {
    return 'other';
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor) ? 'terminal' : 'other';
}

function terminalWidth(env: NodeJS.ProcessEnv): number {
  return process.stdout.columns || Number(env.COLUMNS) || 80;
}

/** stderr is unbuffered; a reader that has gone is no news here. */
function writeFully(descriptor: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text, 'utf8');
  for (let attempt = 0; rest.byteLength > 0 && attempt < 1000; attempt += 1) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
