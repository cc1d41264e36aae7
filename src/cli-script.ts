/** One line of a script of `fs` commands: read, run and reported as a line of its own, over the file system that the script has open. */
import { createContext } from './cli-context.ts';
import type { OwnedContext } from './cli-context.ts';
import type { LineToRun } from './commands/command.ts';
import type { ShellOptions } from './cli-dialect.ts';
import { execute, report } from './cli-execute.ts';
import type { Run } from './cli-execute.ts';
import { takeGenericOptions, commandLineOf } from './cli-generic.ts';
import { parseRequest } from './cli-parse.ts';
import { misuseStatus, namesOf, readRequest } from './cli-request.ts';
import type { Request } from './cli-request.ts';
import { secretsHider } from './config/typed-secrets.ts';
import { nearest } from './cli-suggest.ts';
import { loadConfig } from './config/sources.ts';
import { AlluxioError, hasCode, isAlluxioError } from './errors.ts';
import type { ConsoleOutput } from './terminal/console-output.ts';

export interface ScriptRun {
  /** Of the script. */
  readonly run: Run;
  readonly signal: AbortSignal;
  cwd(): string;
}

/** @throws CANCELLED when the whole process shall end */
export async function runLine({ words, label }: LineToRun, script: ScriptRun): Promise<number> {
  const { defines, rest } = takeGenericOptions(withoutPrefix(words));
  const { request, shell } = readRequest(['fs', ...rest]);
  const parsed = await parseRequest(request, shell);
  const hide = secretsHider(words);
  const out = labelled(script.run.out, (text) => label + hide(text), {
    json: shell.json || (script.run.shell.json && parsed.spec?.json !== undefined),
    quiet: shell.quiet || script.run.shell.quiet,
    color: shell.color && script.run.shell.color,
  });
  const commandLine = commandLineOf(['fs', ...rest], hide);
  // A configuration of its own needs a file system of its own, for as long as the line takes.
  const own = defines.length === 0 ? undefined : ownContext(defines, { script, out, commandLine });
  script.run.owned.note(commandLine);
  const run: Run = { ...script.run, out, spec: parsed.spec, shell: { ...shell, debug: shell.debug || script.run.shell.debug } };
  try {
    refuseOutside(request, parsed.spec?.name);
    return await execute(request, parsed, (own ?? script.run.owned).contextFor(out));
  } catch (error) {
    if (hasCode(error, 'CANCELLED') && !(isAlluxioError(error) && error.exitStatus === 0)) throw error;
    script.signal.throwIfAborted();
    return await report(error, run);
  } finally {
    await own?.close();
  }
}

export function withoutPrefix(words: readonly string[]): readonly string[] {
  const rest = /^(?:.*\/)?alluxio$/.test(words[0] ?? '') ? words.slice(1) : words;
  return rest[0] === 'fs' ? rest.slice(1) : rest;
}

/** The list of all commands is for people at a terminal; stdout of a script is for results. */
function refuseOutside(request: Request, name: string | undefined): void {
  const exitStatus = misuseStatus('fs');
  if (name === '-') throw new AlluxioError('INVALID_ARGUMENT', 'A script cannot run a script.', { exitStatus });
  if (request.kind === 'usage') throw new AlluxioError('INVALID_ARGUMENT', 'There is no command on this line.', { exitStatus });
  if (request.kind !== 'unknown') return;
  const near = nearest(request.name, namesOf('fs'));
  const hint = near === undefined ? {} : { hint: `Did you mean "${near}"?` };
  throw new AlluxioError('INVALID_ARGUMENT', `${request.name} is an unknown command.`, { exitStatus, ...hint });
}

function ownContext(defines: Run['source']['defines'], line: { script: ScriptRun; out: ConsoleOutput; commandLine: string }): OwnedContext {
  const { script, out, commandLine } = line;
  const source = { ...script.run.source, defines: [...script.run.source.defines, ...defines] };
  const runNone = (): Promise<never> => Promise.reject(new AlluxioError('INTERNAL', 'A line of a script runs no lines.'));
  return createContext({ source, cwd: () => script.cwd(), out, signal: script.signal, loadConfig, commandLine, lines: { runLine: runNone, runTogether: runNone } });
}

const NO_PROGRESS: ReturnType<ConsoleOutput['progress']> = { advance() {}, expect() {}, end() {} };

/** The output of the script, with the line's own manners. `label` makes a message one of the line. */
export function labelled(out: ConsoleOutput, label: (text: string) => string, shell: Pick<ShellOptions, 'json' | 'quiet' | 'color'>): ConsoleOutput {
  return {
    json: shell.json,
    terminal: out.terminal,
    get width() {
      return out.width;
    },
    line: (text) => out.line(text),
    record: (value) => out.record(value),
    write: (chunk) => out.write(chunk),
    drained: () => out.drained(),
    warn: (text) => out.warn(label(text)),
    error: (text) => out.error(label(text)),
    progress: (name) => (shell.quiet ? NO_PROGRESS : out.progress(name)),
    paint: (text, style) => (shell.color ? out.paint(text, style) : text),
    errorsToStdout: () => out.errorsToStdout(),
    end: () => out.end(),
  };
}
