/** The lines of a script of `fs` commands, each as soon as it is whole, with all that came with it. */
import { AlluxioError } from '../errors.ts';
import { scanWords } from './shell-words.ts';

export interface ScriptLine {
  /** Of the line where it begins; the first is 1. */
  readonly number: number;
  readonly words: readonly string[];
  /** Why the line cannot be run. */
  readonly problem: string | undefined;
}

/** More than any command line takes, so that a file that is no script is not read into memory. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 10;

/**
 * Lists of lines that were read at once, none of them empty: nobody waits for a line that has not come yet. Blank lines and comments are left out; a backslash at the end of
 * a line joins it with the next.
 * @throws INVALID_ARGUMENT for a line of over a megabyte, after those before it
 */
export async function* scriptLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly ScriptLine[]> {
  const reader = new LineReader();
  for await (const chunk of chunks) {
    const lines = reader.take(chunk);
    if (lines.length > 0) yield lines;
    reader.requireScript();
  }
  const last = reader.end();
  if (last.length > 0) yield last;
  reader.requireScript();
}

class LineReader {
  #number = 0;
  /** Where the line that is being read begins. */
  #first = 1;
  /** Of a line that a backslash joins with the next. */
  #begun: Buffer | undefined;
  /** Of a line that has not come to its end. */
  #rest: Buffer[] = [];
  #held = 0;
  #tooLong = false;

  take(bytes: Uint8Array): ScriptLine[] {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lines: ScriptLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1 && !this.#tooLong; end = chunk.indexOf(NEWLINE, from)) {
      const last = chunk.subarray(from, end);
      this.#add(this.#held === 0 ? last : Buffer.concat([...this.#rest, last]), lines);
      this.#rest = [];
      this.#held = 0;
      from = end + 1;
    }
    this.#rest.push(Buffer.from(chunk.subarray(from)));
    this.#held += chunk.byteLength - from;
    this.#tooLong ||= this.#held > MAX_LINE;
    return lines;
  }

  end(): ScriptLine[] {
    const lines: ScriptLine[] = [];
    if (this.#held > 0) this.#add(Buffer.concat(this.#rest), lines);
    if (this.#begun !== undefined) push(lines, read(this.#begun, this.#first));
    return lines;
  }

  requireScript(): void {
    if (this.#tooLong) throw new AlluxioError('INVALID_ARGUMENT', `line ${this.#first}: longer than ${MAX_LINE} bytes; this is no script of fs commands.`);
  }

  #add(bytes: Buffer, lines: ScriptLine[]): void {
    const joined = this.#begun === undefined ? bytes : Buffer.concat([this.#begun, Buffer.of(NEWLINE), bytes]);
    this.#number += 1;
    this.#begun = undefined;
    if (joined.byteLength > MAX_LINE) {
      this.#tooLong = true;
    } else if (endsInBackslash(joined)) {
      this.#begun = Buffer.from(joined);
    } else {
      push(lines, read(joined, this.#first));
      this.#first = this.#number + 1;
    }
  }
}

function push(lines: ScriptLine[], line: ScriptLine): void {
  if (line.words.length > 0 || line.problem !== undefined) lines.push(line);
}

function endsInBackslash(line: Buffer): boolean {
  // A look at the last byte spares most lines the scan.
  return line.at(-1) === 0x5c && scanWords(line.toString('utf8')).quoting === 'backslash';
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Most lines: words of plain characters, which nothing protects. */
const PLAIN = /^[\w ./:,=@%+-]*$/;

function read(bytes: Buffer, number: number): ScriptLine {
  const plain = bytes.toString('latin1');
  if (PLAIN.test(plain)) return { number, words: plain.split(' ').filter((word) => word !== ''), problem: undefined };
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
