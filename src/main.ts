/** argv → command → exit status. The single place where an error becomes a line and a status. */
import { homedir } from 'node:os';
import { createContext } from './cli-context.ts';
import { execute, report } from './cli-execute.ts';
import type { Run } from './cli-execute.ts';
import { reportFailure } from './cli-failure.ts';
import { hideFromProcessList, takeGenericOptions, commandLineOf } from './cli-generic.ts';
import { parseRequest } from './cli-parse.ts';
import { readRequest } from './cli-request.ts';
import { secretsHider } from './config/typed-secrets.ts';
import { ENDING_STATUS, watchSignals } from './cli-signals.ts';
import type { Ending, SignalWatch } from './cli-signals.ts';
import type { ConfigInput } from './config/sources.ts';
import { UNCONFIGURED } from './commands/index.ts';
import { AlluxioError } from './errors.ts';
import { openOutput } from './terminal/console-output.ts';

export interface MainIo {
  readonly env: NodeJS.ProcessEnv;
  /** Throws where it was removed. */
  cwd(): string;
  readonly installDir: string;
  /** File descriptors; 1 and 2 as a rule. */
  readonly stdout: number;
  readonly stderr: number;
  /** Dies by the signal. Asked for when an interrupted command cannot even write its last output, because then no ordinary exit succeeds either. */
  dieBy?(ending: Ending): void;
}

/** How long an interrupted command waits for its last output to be read. */
const LAST_OUTPUT_MS = 200;

/** No descriptor: what is written there is lost. */
const NOWHERE = -1;

/** Runs one command line and resolves with its exit status. Never rejects, never exits. */
export async function main(argv: readonly string[], io: MainIo): Promise<number> {
  hideFromProcessList(argv);
  const { defines, rest } = takeGenericOptions(argv);
  const { request, shell } = readRequest(rest);
  const signals = watchSignals((ending) => new AlluxioError('CANCELLED', 'Interrupted.', { exitStatus: ENDING_STATUS[ending] }));
  const parsed = await parseRequest(request, shell);
  const stderr = parsed.spec?.silent === true ? NOWHERE : io.stderr;
  const hide = secretsHider(argv);
  const out = await openOutput({ ...io, stderr, hide, json: shell.json, quiet: shell.quiet, color: shell.color, signal: signals.signal });
  // A line that is wrong, or asks for help, needs no configuration until it says so.
  const configured = parsed.input !== undefined && parsed.problem === undefined && !UNCONFIGURED.includes(parsed.spec?.name ?? '');
  const loadConfig = configured ? (await import('./config/sources.ts')).loadConfig : undefined;
  const source: ConfigInput = { env: io.env, homeDir: io.env.HOME ?? homedir(), installDir: io.installDir, defines };
  const owned = createContext({
    source,
    cwd: () => io.cwd(),
    out,
    signal: signals.signal,
    loadConfig,
    commandLine: commandLineOf(rest, hide),
    lines: {
      runLine: async (line) => (await import('./cli-script.ts')).runLine(line, { run, signal: signals.signal, cwd: () => io.cwd() }),
      runTogether: async (lines, { stop }) => (await import('./cli-together.ts')).runTogether(lines, { run, signal: signals.signal, cwd: () => io.cwd() }, stop),
    },
  });
  const run: Run = { out, shell, owned, source, spec: parsed.spec };

  let status: number;
  try {
    status = await execute(request, parsed, owned.contextFor(out));
  } catch (error) {
    const ending = signals.received();
    status = ending === undefined ? await report(error, run) : ENDING_STATUS[ending];
  }
  return finish(status, run, { signals, io });
}

/** Closes what was opened and writes what is left; a failure of either is a failure of the command. */
async function finish(status: number, run: Run, { signals, io }: { signals: SignalWatch; io: MainIo }): Promise<number> {
  let result = status;
  try {
    await run.owned.close();
  } catch (error) {
    result = (await report(error, run)) || result;
  }
  signals.stop();
  const written = run.out.end().catch((error: unknown) => {
    result = reportFailure(error, { out: run.out, debug: run.shell.debug, hints: true, spec: run.spec }) || result;
  });
  const ending = signals.received();
  if (ending === undefined) await written;
  else if (!(await settlesSoon(written))) io.dieBy?.(ending);
  return result;
}

/** A reader that does not read must not hold up the end of an interrupted command. */
function settlesSoon(work: Promise<void>): Promise<boolean> {
  return Promise.race([work.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, LAST_OUTPUT_MS, false))]);
}
