/** Lines of a script that only create something, done together; each is logged, told and undone as a line of its own. */
import { unreadableArgument } from './cli-arguments.ts';
import { report } from './cli-execute.ts';
import { commandLineOf } from './cli-generic.ts';
import { readRequest } from './cli-request.ts';
import { labelled, withoutPrefix } from './cli-script.ts';
import type { ScriptRun } from './cli-script.ts';
import { secretsHider } from './config/typed-secrets.ts';
import type { CommandContext, CommandSpec, LineCreation, LineToRun } from './commands/command.ts';
import { hasCode } from './errors.ts';
import type { Creation } from './filesystem/file-system.ts';
import { newRun } from './process-identity.ts';

interface Taken {
  readonly spec: CommandSpec;
  readonly words: readonly string[];
  readonly label: string;
  readonly said: string;
}

/** Records of commands whose lines were met. */
const known = new Map<string, CommandSpec>();

/** Returns the statuses of the first lines; none when the first has to be run by itself. @throws CANCELLED when the whole process shall end */
export async function runTogether(lines: Iterable<LineToRun>, script: ScriptRun, stop: boolean): Promise<number[]> {
  const { owned, out } = script.run;
  const context = owned.contextFor(out);
  const [first] = lines;
  await learn(withoutPrefix(first?.words ?? [])[0]);
  const taken: Taken[] = [];
  let outcomes: readonly unknown[];
  try {
    outcomes = await (await context.fileSystem()).changes.createTogether(creations(lines, context, taken), { stopAtFailure: stop });
  } catch (error) {
    if (hasCode(error, 'CANCELLED')) throw error;
    script.signal.throwIfAborted();
    // Nothing is done: the first line tells, by itself, what is wrong.
    return [];
  }
  const statuses: number[] = [];
  for (const [at, failure] of outcomes.entries()) statuses.push(await tell(taken[at], failure, script));
  return statuses;
}

async function learn(name = ''): Promise<void> {
  if (known.has(name)) return;
  const { request } = readRequest(['fs', name]);
  if (request.kind === 'command') known.set(name, (await request.load()).command);
}

/** As far as lines need nothing but to be created. */
function* creations(lines: Iterable<LineToRun>, context: CommandContext, taken: Taken[]): Generator<Creation> {
  for (const { words, label } of lines) {
    const line = withoutPrefix(words);
    const spec = known.get(line[0] ?? '');
    const creation = spec === undefined ? undefined : creationOf(spec, line.slice(1), context);
    if (spec === undefined || creation === undefined) return;
    taken.push({ spec, words, label, said: creation.said });
    yield { kind: creation.kind, path: creation.path, as: { command: commandLineOf(['fs', ...line]), run: newRun(Date.now()) } };
  }
}

function creationOf(spec: CommandSpec, args: readonly string[], context: CommandContext): LineCreation | undefined {
  const { min, max } = spec.args;
  if (spec.creates === undefined || args.length < min || args.length > max) return undefined;
  // Options, of the shell or of Java, and what cannot be read.
  if (args.some((word) => word.startsWith('-')) || unreadableArgument(args) !== undefined) return undefined;
  try {
    return spec.creates(args, context);
  } catch {
    return undefined;
  }
}

async function tell(line: Taken | undefined, failure: unknown, { run }: ScriptRun): Promise<number> {
  if (line === undefined) return 0;
  if (failure === undefined) {
    run.out.line(line.said);
    return 0;
  }
  const { quiet, color } = run.shell;
  const hide = secretsHider(line.words);
  return report(failure, { ...run, out: labelled(run.out, (text) => line.label + hide(text), { json: false, quiet, color }), spec: line.spec });
}
