/** argv → command → exit status. The single place where an error becomes a line and a status. */
import { homedir } from 'node:os';
import type { ShellOptions } from './cli-dialect.ts';
import { createContext } from './cli-context.ts';
import type { OwnedContext } from './cli-context.ts';
import { reportFailure } from './cli-failure.ts';
import { takeGenericOptions } from './cli-generic.ts';
import { parseRequest } from './cli-parse.ts';
import type { Parsed } from './cli-parse.ts';
import { misuseStatus, readRequest } from './cli-request.ts';
import type { Request } from './cli-request.ts';
import { ENDING_STATUS, watchSignals } from './cli-signals.ts';
import type { Ending, SignalWatch } from './cli-signals.ts';
import type { CommandSpec } from './commands/command.ts';
import type { ConfigInput } from './config/sources.ts';
import { UNCONFIGURED } from './commands/index.ts';
import { AlluxioError, isAlluxioError } from './errors.ts';
import { openOutput } from './terminal/console-output.ts';
import type { ConsoleOutput } from './terminal/console-output.ts';

export interface MainIo {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly installDir: string;
  /** File descriptors; 1 and 2 as a rule. */
  readonly stdout: number;
  readonly stderr: number;
  /** Dies by the signal. Asked for when an interrupted command cannot even write its last output, because then no ordinary exit succeeds either. */
  dieBy?(ending: Ending): void;
}

/** How long an interrupted command waits for its last output to be read. */
const LAST_OUTPUT_MS = 200;

/** What one run holds. */
interface Run {
  readonly out: ConsoleOutput;
  readonly shell: ShellOptions;
  readonly owned: OwnedContext;
  readonly source: ConfigInput;
  readonly spec: CommandSpec | undefined;
}

/** Runs one command line and resolves with its exit status. Never rejects, never exits. */
export async function main(argv: readonly string[], io: MainIo): Promise<number> {
  const { defines, rest } = takeGenericOptions(argv);
  const { request, shell } = readRequest(rest);
  const signals = watchSignals((ending) => new AlluxioError('CANCELLED', 'Interrupted.', { exitStatus: ENDING_STATUS[ending] }));
  const parsed = await parseRequest(request, shell);
  const out = await openOutput({ ...io, json: shell.json, quiet: shell.quiet, color: shell.color, signal: signals.signal });
  // A line that is wrong, or asks for help, needs no configuration until it says so.
  const configured = parsed.input !== undefined && parsed.problem === undefined && !UNCONFIGURED.includes(parsed.spec?.name ?? '');
  const loadConfig = configured ? (await import('./config/sources.ts')).loadConfig : undefined;
  const source: ConfigInput = { env: io.env, homeDir: io.env.HOME ?? homedir(), installDir: io.installDir, defines };
  const owned = createContext({ source, cwd: io.cwd, out, signal: signals.signal, loadConfig, commandLine: withoutSecrets(rest) });
  const run: Run = { out, shell, owned, source, spec: parsed.spec };

  let status: number;
  try {
    status = await execute(request, parsed, run);
  } catch (error) {
    const ending = signals.received();
    status = ending === undefined ? await report(error, run) : ENDING_STATUS[ending];
  }
  return finish(status, run, { signals, io });
}

async function execute(request: Request, { spec, input, problem }: Parsed, run: Run): Promise<number> {
  const { out, owned } = run;
  if (problem !== undefined) throw problem;
  if (spec !== undefined && input !== undefined) return (await spec.run(input, owned.context)) ?? 0;
  if (spec !== undefined) {
    const { helpText } = await import('./cli-commander.ts');
    await out.write(helpText(spec, out.width));
    return 0;
  }
  if (request.kind === 'dropped') throw new AlluxioError('UNSUPPORTED', request.why, { exitStatus: 1 });
  if (request.kind === 'usage') {
    await (await import('./cli-usage.ts')).printUsage(request.group, out);
    return request.asked ? 0 : misuseStatus(request.group);
  }
  if (request.kind === 'unknown') return (await import('./cli-usage.ts')).refuseUnknown(request.group, request.name, out);
  throw new AlluxioError('INTERNAL', `Nothing was done for ${request.name}.`);
}

async function report(error: unknown, { out, shell, spec, source }: Run): Promise<number> {
  const asAlluxio = await wantsErrorsOnStdout(source);
  if (asAlluxio) out.errorsToStdout();
  return reportFailure(error, { out, debug: shell.debug, hints: !asAlluxio, spec });
}

/** Looked up anew, because what failed may be the configuration, or a line that never asked for it. */
async function wantsErrorsOnStdout(source: ConfigInput): Promise<boolean> {
  const { loadConfig } = await import('./config/sources.ts');
  try {
    return loadConfig(source).config.find('alluxio.user.shell.error.stream') === 'stdout';
  } catch (error) {
    // A configuration that cannot be read says so itself, on stderr.
    if (isAlluxioError(error)) return false;
    throw error;
  }
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

/** The journal keeps the line for audit; `--option fs.oss.accessKeySecret=…` must not get there. */
function withoutSecrets(words: readonly string[]): string {
  return words.map((word) => word.replace(/^([^=]*(?:secret|key|token|password)[^=]*)=.*$/is, '$1=******')).join(' ');
}
