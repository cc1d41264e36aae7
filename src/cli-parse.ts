/** The words after a command's name, read by its record. */
import { DialectError, readLine } from './cli-dialect.ts';
import { unreadableArgument } from './cli-arguments.ts';
import type { ShellOptions } from './cli-dialect.ts';
import type { Request } from './cli-request.ts';
import type { CommandInput, CommandSpec } from './commands/command.ts';
import { AlluxioError } from './errors.ts';

export interface Parsed {
  readonly spec: CommandSpec | undefined;
  readonly input: CommandInput | undefined;
  /** What was wrong with the line. */
  readonly problem: AlluxioError | undefined;
}

/** Reads the command's own words first of all: they may hold the shell's options, which decide how anything is said. */
export async function parseRequest(request: Request, shell: ShellOptions): Promise<Parsed> {
  if (request.kind !== 'command') return { spec: undefined, input: undefined, problem: undefined };
  const { command: spec } = await request.load();
  try {
    const { options, args } = readLine(request.words, spec.options, shell);
    if (shell.help) return { spec, input: undefined, problem: undefined };
    if (shell.json && spec.json === undefined) throw new DialectError('Unrecognized option: --json');
    const values = options.length === 0 ? {} : (await import('./cli-commander.ts')).parseOptions(spec, options);
    return { spec, input: { args, options: values }, problem: countProblem(spec, args.length) ?? unreadableArgument(args) };
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    const hint = await didYouMean(error.message, spec);
    return { spec, input: undefined, problem: misuse(spec, `Failed to parse args for ${spec.name}: ${error.message}`, hint) };
  }
}

/** The nearest option to one that the command does not have. */
async function didYouMean(message: string, spec: CommandSpec): Promise<string | undefined> {
  const typed = /^Unrecognized option: (--?[^=]+)/.exec(message)?.[1];
  if (typed === undefined) return undefined;
  const { nearest } = await import('./cli-suggest.ts');
  const names = spec.options.filter(({ hidden }) => hidden !== true).flatMap(({ short, long }) => [...(long === undefined ? [] : [`--${long}`]), ...(short === undefined ? [] : [`-${short}`])]);
  const near = typed.length === 2 ? names.find((name) => name.toLowerCase() === typed.toLowerCase()) : nearest(typed, [...names.filter((name) => name.startsWith('--')), '--help', ...(spec.json === undefined ? [] : ['--json'])]);
  return near === undefined || near === typed ? undefined : `Did you mean "${near}"?`;
}

function countProblem(spec: CommandSpec, given: number): AlluxioError | undefined {
  const { min, max, countMessage } = spec.args;
  if (given >= min && given <= max) return undefined;
  if (countMessage !== undefined) return misuse(spec, countMessage(given));
  if (min === max) return misuse(spec, `Command ${spec.name} takes ${min} arguments, not ${given}`);
  if (given < min) return misuse(spec, `Command ${spec.name} requires at least ${min} arguments (${given} provided)`);
  return misuse(spec, `Command ${spec.name} requires at most ${max} arguments (${given} provided)`);
}

function misuse(spec: CommandSpec, message: string, hint?: string): AlluxioError {
  const status = spec.misuseStatus ?? spec.failureStatus;
  return new AlluxioError('USAGE', message, {
    ...(status === undefined ? {} : { exitStatus: status }),
    ...(hint === undefined ? {} : { hint }),
  });
}
