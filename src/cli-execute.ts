/** One request, from its command's record to an exit status; and the end of a failure. The same for a line of its own and for a line of a script. */
import type { ShellOptions } from './cli-dialect.ts';
import type { OwnedContext } from './cli-context.ts';
import { reportFailure } from './cli-failure.ts';
import type { Parsed } from './cli-parse.ts';
import { misuseStatus } from './cli-request.ts';
import type { Request } from './cli-request.ts';
import type { CommandContext, CommandSpec } from './commands/command.ts';
import type { ConfigInput } from './config/sources.ts';
import { AlluxioError, isAlluxioError } from './errors.ts';
import type { ConsoleOutput } from './terminal/console-output.ts';

/** What one run holds. */
export interface Run {
  readonly out: ConsoleOutput;
  readonly shell: ShellOptions;
  readonly owned: OwnedContext;
  readonly source: ConfigInput;
  readonly spec: CommandSpec | undefined;
}

/** @throws what the command throws, and what was wrong with the line */
export async function execute(request: Request, { spec, input, problem }: Parsed, context: CommandContext): Promise<number> {
  const { out } = context;
  if (problem !== undefined) throw problem;
  if (spec !== undefined && input !== undefined) return (await spec.run(input, context)) ?? 0;
  if (spec !== undefined) {
    const { helpText } = await import('./cli-commander.ts');
    await out.write(helpText(spec, out.width));
    return 0;
  }
  if (request.kind === 'dropped') throw new AlluxioError('UNSUPPORTED', request.why, { exitStatus: misuseStatus(request.group) });
  if (request.kind === 'usage') {
    await (await import('./cli-usage.ts')).printUsage(request.group, out);
    return request.asked ? 0 : misuseStatus(request.group);
  }
  if (request.kind === 'unknown') return (await import('./cli-usage.ts')).refuseUnknown(request.group, request.name, out);
  throw new AlluxioError('INTERNAL', `Nothing was done for ${request.name}.`);
}

/** Prints the failure and returns the exit status. */
export async function report(error: unknown, { out, shell, spec, source }: Run): Promise<number> {
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
