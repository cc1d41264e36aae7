/** argv → command → exit status. The single place where an error becomes a line and a status. */
import { homedir } from 'node:os';
import { readLine, DialectError } from './cli-dialect.ts';
import type { ShellOptions } from './cli-dialect.ts';
import { createContext } from './cli-context.ts';
import type { OwnedContext } from './cli-context.ts';
import { reportFailure } from './cli-failure.ts';
import { takeGenericOptions } from './cli-generic.ts';
import { misuseStatus, namesOf, readRequest, specsOf } from './cli-request.ts';
import type { Group, Request } from './cli-request.ts';
import { ENDING_STATUS, watchSignals } from './cli-signals.ts';
import type { CommandInput, CommandSpec } from './commands/command.ts';
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
}

/** What one run holds; `spec` once it is known which command was meant. */
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
  const parsed = await understand(request, shell);
  const out = await openOutput({ ...io, json: shell.json, quiet: shell.quiet, color: shell.color });
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
  return finish(status, run, signals);
}

interface Parsed {
  readonly spec: CommandSpec | undefined;
  readonly input: CommandInput | undefined;
  /** What was wrong with the line. */
  readonly problem: AlluxioError | undefined;
}

/** Reads the command's own words first of all: they may hold the shell's options, which decide how anything is said. */
async function understand(request: Request, shell: ShellOptions): Promise<Parsed> {
  if (request.kind !== 'command') return { spec: undefined, input: undefined, problem: undefined };
  const { command: spec } = await request.load();
  try {
    const { options, args } = readLine(request.words, spec.options, shell);
    if (shell.help) return { spec, input: undefined, problem: undefined };
    if (shell.json && spec.json === undefined) throw new DialectError('Unrecognized option: --json');
    const values = options.length === 0 ? {} : (await import('./cli-commander.ts')).parseOptions(spec, options);
    return { spec, input: { args, options: values }, problem: countProblem(spec, args.length) };
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    return { spec, input: undefined, problem: misuse(spec, `Failed to parse args for ${spec.name}: ${error.message}`) };
  }
}

async function execute(request: Request, { spec, input, problem }: Parsed, run: Run): Promise<number> {
  const { out, shell, owned } = run;
  if (problem !== undefined) throw problem;
  if (spec !== undefined && input !== undefined) return (await spec.run(input, owned.context)) ?? 0;
  if (spec !== undefined) {
    const { helpText } = await import('./cli-commander.ts');
    await out.write(helpText(spec, out.width));
    return 0;
  }
  if (request.kind === 'dropped') throw new AlluxioError('UNSUPPORTED', request.why, { exitStatus: 1 });
  if (request.kind === 'usage') {
    await printUsage(request.group, out);
    return request.asked ? 0 : misuseStatus(request.group);
  }
  if (request.kind === 'unknown') return refuse(request.group, request.name, { out, quietly: shell.quiet });
  throw new AlluxioError('INTERNAL', `Nothing was done for ${request.name}.`);
}

async function printUsage(group: Group, out: ConsoleOutput): Promise<void> {
  const { groupUsage, topUsage } = await import('./cli-usage.ts');
  const specs = await specsOf(group);
  for (const line of group === 'top' ? topUsage(specs) : groupUsage(group, specs)) out.line(line);
}

async function refuse(group: Group, name: string, how: { out: ConsoleOutput; quietly: boolean }): Promise<number> {
  const { nearest } = await import('./cli-suggest.ts');
  const { out } = how;
  out.warn(group === 'top' ? `Unsupported command ${name}` : `${name} is an unknown command.`);
  const near = nearest(name, group === 'top' ? [...namesOf('top'), 'fs'] : namesOf(group));
  if (near !== undefined) out.warn(`Did you mean "alluxio ${group === 'top' ? '' : `${group} `}${near}"?`);
  await printUsage(group, out);
  return misuseStatus(group);
}

function countProblem(spec: CommandSpec, given: number): AlluxioError | undefined {
  const { min, max, countMessage } = spec.args;
  if (given >= min && given <= max) return undefined;
  if (countMessage !== undefined) return misuse(spec, countMessage(given));
  if (min === max) return misuse(spec, `Command ${spec.name} takes ${min} arguments, not ${given}`);
  if (given < min) return misuse(spec, `Command ${spec.name} requires at least ${min} arguments (${given} provided)`);
  return misuse(spec, `Command ${spec.name} requires at most ${max} arguments (${given} provided)`);
}

function misuse(spec: CommandSpec, message: string): AlluxioError {
  return new AlluxioError('USAGE', message, spec.failureStatus === undefined ? {} : { exitStatus: spec.failureStatus });
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
async function finish(status: number, run: Run, signals: ReturnType<typeof watchSignals>): Promise<number> {
  let result = status;
  try {
    await run.owned.close();
  } catch (error) {
    result = (await report(error, run)) || result;
  }
  signals.stop();
  // A reader that does not read must not hold up the end of an interrupted command.
  if (signals.received() !== undefined && result !== 0) return result;
  try {
    await run.out.end();
  } catch (error) {
    result = reportFailure(error, { out: run.out, debug: run.shell.debug, hints: true, spec: run.spec }) || result;
  }
  return result;
}

/** The journal keeps the line for audit; `--option fs.oss.accessKeySecret=…` must not get there. */
function withoutSecrets(words: readonly string[]): string {
  return words.map((word) => word.replace(/^([^=]*(?:secret|key|token|password)[^=]*)=.*$/is, '$1=******')).join(' ');
}
