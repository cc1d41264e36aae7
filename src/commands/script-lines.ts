/** The lines of a script of `fs` commands, each as soon as it is whole. */
import { AlluxioError } from '../errors.ts';
import { scanWords } from './shell-words.ts';

export interface ScriptLine {
  /** Of the line where it begins; the first is 1. */
  readonly number: number;
  /** None on a blank line and on one that is only a comment. */
  readonly words: readonly string[];
  /** Why the line cannot be run. */
  readonly problem: string | undefined;
}

/** More than any command line takes, so that a file that is no script is not read into memory. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 10;

/** A backslash at the end of a line joins it with the next. @throws INVALID_ARGUMENT for a line of over a megabyte */
export async function* scriptLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ScriptLine> {
  let number = 0;
  let first = 1;
  let begun: Buffer | undefined;
  for await (const bytes of splitLines(chunks)) {
    number += 1;
    const joined = begun === undefined ? bytes : Buffer.concat([begun, Buffer.of(NEWLINE), bytes]);
    if (joined.byteLength > MAX_LINE) throw new AlluxioError('INVALID_ARGUMENT', `line ${first}: longer than ${MAX_LINE} bytes; this is no script of fs commands.`);
    if (endsInBackslash(joined)) {
      begun = joined;
      continue;
    }
    yield read(joined, first);
    begun = undefined;
    first = number + 1;
  }
  if (begun !== undefined) yield read(begun, first);
}

function endsInBackslash(line: Buffer): boolean {
  // A look at the last byte spares most lines the scan.
  return line.at(-1) === 0x5c && scanWords(line.toString('utf8')).quoting === 'backslash';
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function read(bytes: Buffer, number: number): ScriptLine {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { number, words: [], problem: 'The line is not valid UTF-8.' };
  }
  const { words, quoting, active } = scanWords(text);
  return { number, words, problem: problemOf(quoting, active) };
}

function problemOf(quoting: ReturnType<typeof scanWords>['quoting'], active: string | undefined): string | undefined {
  if (quoting === 'single' || quoting === 'ansi') return "A ' is not closed on its line; a newline in a name is written $'\\n'.";
  if (quoting === 'double') return 'A " is not closed on its line; a newline in a name is written $\'\\n\'.';
  return active === undefined ? undefined : `This is no shell, so ${active} means nothing; where it belongs to a name, put it in single quotes.`;
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      held = 0;
      from = end + 1;
    }
    if (from === chunk.byteLength) continue;
    rest.push(Buffer.from(chunk.subarray(from)));
    held += chunk.byteLength - from;
    // Handed on as it is: the reader refuses it for its length.
    if (held > MAX_LINE) break;
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}
