import { constants, createReadStream, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import type { CommandContext, CommandInput, CommandSpec, LineToRun } from '../command.ts';
import { AlluxioError, hasCode, isAlluxioError, messageOf, systemCode } from '../../errors.ts';
import { flag, text } from '../options.ts';
import { scriptLines } from '../script-lines.ts';
import type { ScriptLine } from '../script-lines.ts';

const MISUSED_LINE = 255;
/** As a shell says it of a command that SIGPIPE ended. */
const OUTPUT_GONE = 141;

export const command: CommandSpec = {
  group: 'fs',
  name: '-',
  hidden: true,
  usage: '- | --file <path> [--stop-on-error]',
  summary: 'Runs many fs commands, one a line, in one process: from stdin, or from a file.',
  description: [
    'A line is what follows "alluxio fs"; these two words may stand in front of it. Words are cut as a shell does: \'…\', "…", $\'…\' and \\ protect,',
    '# begins a comment, a \\ at the end joins the next line. Nothing is expanded but the * of Alluxio: a line with |, >, ;, & or $ is refused.',
    'Lines run in order, each when it is complete; what one has said is durable. Those that only make directories or empty files and were read together may share a commit; each',
    'is logged and undone by itself. Errors begin with the number of their line.',
    'After a failure it goes on, as sh does. -D options in front hold for all lines, those of a line for this line alone. --json in front holds for every line whose command knows it.',
  ].join('\n'),
  args: { min: 0, max: 1 },
  words: ['text'],
  options: [
    { long: 'file', value: 'path', words: 'local', description: 'the local file to read; - is stdin' },
    { long: 'stop-on-error', description: 'end at the first line whose status is not 0' },
  ],
  examples: [
    { command: "printf 'mkdir /data/in\\ntouch /data/in/_SUCCESS\\n' | alluxio fs -", does: 'Two commands, one start-up.' },
    { command: 'alluxio fs --stop-on-error --file jobs.txt', does: 'Run a file of commands, up to the first that fails.' },
  ],
  exitCodes: [
    { status: 0, when: 'every line succeeded' },
    { status: 255, when: 'the script could not be read; else the first status of a line that is not 0, so 1 may be the answer of a test' },
    { status: OUTPUT_GONE, when: 'the reader of the output went away before the last line was run' },
  ],
  json: 'what the command of the line says of itself',
  async run(input, ctx) {
    const stop = flag(input, 'stop-on-error');
    let status = 0;
    try {
      for await (const lines of scriptLines(open(sourceOf(input), ctx))) {
        for (let at = 0; at < lines.length; ) {
          if (await outputGone(ctx)) return OUTPUT_GONE;
          const statuses = await runFrom(lines, at, ctx, stop);
          at += statuses.length;
          const failed = statuses.find((done) => done !== 0) ?? 0;
          if (failed !== 0 && stop) return failed;
          status = status === 0 ? failed : status;
        }
      }
    } catch (error) {
      ctx.signal.throwIfAborted();
      throw isAlluxioError(error) ? error : new AlluxioError('UNAVAILABLE', `The script cannot be read: ${messageOf(error)}`, { cause: error });
    }
    return status;
  },
};

/** Runs the line there, and with it those after it that can be done together. Returns a status for each. */
async function runFrom(lines: readonly ScriptLine[], at: number, ctx: CommandContext, stop: boolean): Promise<readonly number[]> {
  ctx.signal.throwIfAborted();
  const ready: Iterable<LineToRun> = { [Symbol.iterator]: () => readyFrom(lines, at) };
  const [first] = ready;
  if (first === undefined) {
    const { number = 0, problem = '' } = lines[at] ?? {};
    ctx.out.error(`line ${number}: ${problem}`);
    return [MISUSED_LINE];
  }
  // What is wrong with the whole is said once, and not for each line.
  await ctx.fileSystem();
  const statuses = await ctx.services.runTogether(ready, { stop });
  return statuses.length > 0 ? statuses : [await ctx.services.runLine(first)];
}

/** Up to a line that cannot be run. */
function* readyFrom(lines: readonly ScriptLine[], from: number): Generator<LineToRun> {
  for (let at = from; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined || line.problem !== undefined) return;
    yield { words: line.words, label: `line ${line.number}: ` };
  }
}

/** True when nobody reads any more: what lines have to say would be lost, and an endless script would not end. */
async function outputGone(ctx: CommandContext): Promise<boolean> {
  try {
    await ctx.out.drained();
    return false;
  } catch (error) {
    if (hasCode(error, 'CANCELLED') && !ctx.signal.aborted) return true;
    throw error;
  }
}

function sourceOf(input: CommandInput): string {
  const [word] = input.args;
  const file = text(input, 'file');
  if (word !== undefined && word !== '-') throw new AlluxioError('USAGE', `Unexpected argument ${word}`);
  if (word !== undefined && file !== undefined) throw new AlluxioError('USAGE', 'Give either - or --file, not both');
  if (word === undefined && file === undefined) throw new AlluxioError('USAGE', 'Give - to read stdin, or --file <path>');
  return file ?? '-';
}

function open(source: string, ctx: CommandContext): Readable {
  return addAbortSignal(ctx.signal, source === '-' || source === '/dev/stdin' ? ctx.stdin() : openFile(ctx.localPath(source)));
}

/** @throws NOT_FOUND, INVALID_ARGUMENT */
function openFile(path: string): Readable {
  try {
    const status = statSync(path);
    if (status.isFile()) return createReadStream(path);
    // A process substitution of a shell. A pipe on a thread of the pool could not be left by Ctrl-C, and a named one would be waited for.
    if (status.isFIFO() && path.startsWith('/dev/fd/')) return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
  } catch (error) {
    const code = systemCode(error) === 'ENOENT' ? 'NOT_FOUND' : 'INVALID_ARGUMENT';
    throw new AlluxioError(code, `${path} cannot be read: ${systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)}.`, { cause: error });
  }
  throw new AlluxioError('INVALID_ARGUMENT', `${path} is not a regular file.`, { hint: `Use: alluxio fs - < ${path}` });
}
