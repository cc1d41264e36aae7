/** The end of every failure: lines for people, a status for scripts. */
import type { CommandSpec } from './commands/command.ts';
import { usageBlock } from './commands/usage-block.ts';
import { ERROR_TABLE, hasCode, isAlluxioError, messageOf } from './errors.ts';
import type { AlluxioError } from './errors.ts';
import type { Output } from './terminal/output.ts';

export interface FailureSettings {
  readonly out: Output;
  readonly debug: boolean;
  /** With hints; not where the bytes must be Alluxio's. */
  readonly hints: boolean;
  /** The command that failed, once known. */
  readonly spec: CommandSpec | undefined;
}

/** Prints the failure and returns the exit status. */
export function reportFailure(error: unknown, settings: FailureSettings): number {
  const { out, debug, spec } = settings;
  const ordinary = spec?.failureStatus ?? (spec?.group === 'top' ? 1 : 255);
  if (!isAlluxioError(error)) {
    out.error(`Internal error, please report it: ${messageOf(error)}${debug ? '' : ' (--debug shows where)'}`);
    if (debug) printStack(error, out);
    return ordinary;
  }
  if (error.code === 'CANCELLED' && error.exitStatus === 0) return 0;
  for (const line of linesOf(error, settings)) out.error(line);
  if (error.code === 'USAGE' && spec !== undefined) for (const line of usageBlock(spec)) out.error(line);
  if (debug) printStack(error, out);
  // A status of the error's own wins; the table's is that of fs, and other commands have theirs.
  const own = error.exitStatus !== ERROR_TABLE[error.code].exitStatus || error.code === 'CANCELLED';
  return own ? error.exitStatus : ordinary;
}

function linesOf(error: AlluxioError, settings: FailureSettings): string[] {
  const { cause } = error;
  if (hasCode(error, 'PARTIAL') && cause instanceof AggregateError) {
    return cause.errors.flatMap((each: unknown) => (isAlluxioError(each) ? linesOf(each, settings) : [messageOf(each)]));
  }
  if (!settings.hints || error.hint === undefined) return [error.message];
  return [`${error.message}${/[.!?:]$/.test(error.message) ? '' : '.'} ${error.hint}`];
}

function printStack(error: unknown, out: Output): void {
  let current: unknown = error;
  while (current instanceof Error) {
    for (const line of (current.stack ?? current.message).split('\n')) out.warn(line);
    current = current.cause;
  }
}
