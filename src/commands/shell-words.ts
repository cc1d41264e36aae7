/**
 * A line cut into words as a POSIX shell does it: blanks separate; single quotes, double quotes, `$'…'` and backslashes protect; `#` at the start of a
 * word begins a comment. Nothing is expanded: where a shell would do more than cut (variables, pipes, redirections, several commands), the first such
 * character is named, for the caller to refuse.
 */

/** Inside of what the text ends. */
export type Quoting = 'none' | 'single' | 'double' | 'ansi' | 'backslash';

export interface Scan {
  readonly words: readonly string[];
  /** The word that the text ends in, which is the last of `words` too; undefined after a blank, and in a comment. */
  readonly open: string | undefined;
  readonly quoting: Quoting;
  /** The first character that a shell would have acted upon. */
  readonly active: string | undefined;
}

const BLANK = /[ \t\r\n]/;
const ACTIVE = /[|&;<>()$`]/;
const ACTIVE_IN_DOUBLE = /[$`]/;
const ESCAPED_IN_DOUBLE = /["\\$`\n]/;

export function scanWords(text: string): Scan {
  const scanner = new Scanner(text);
  return scanner.scan();
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #word: string | undefined;
  #words: string[] = [];
  #active: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Scan {
    let quoting: Quoting = 'none';
    while (this.#at < this.#text.length && quoting === 'none') quoting = this.#step();
    const open = this.#word;
    this.#endWord();
    return { words: this.#words, open, quoting, active: this.#active };
  }

  #step(): Quoting {
    const char = this.#text.charAt(this.#at++);
    if (BLANK.test(char)) this.#endWord();
    else if (char === '#' && this.#word === undefined) this.#at = this.#text.length;
    else if (char === "'") return this.#single();
    else if (char === '"') return this.#double();
    else if (char === '\\') return this.#backslash();
    else if (char === '$' && this.#text.charAt(this.#at) === "'") return this.#ansi();
    else this.#plain(char);
    return 'none';
  }

  #plain(char: string): void {
    if (ACTIVE.test(char)) this.#active ??= char;
    this.#add(char);
  }

  #single(): Quoting {
    const end = this.#text.indexOf("'", this.#at);
    this.#add(this.#text.slice(this.#at, end === -1 ? undefined : end));
    this.#at = end === -1 ? this.#text.length : end + 1;
    return end === -1 ? 'single' : 'none';
  }

  #double(): Quoting {
    this.#add('');
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at++);
      if (char === '"') return 'none';
      const next = this.#text.charAt(this.#at);
      if (char === '\\' && ESCAPED_IN_DOUBLE.test(next)) {
        this.#at += 1;
        this.#add(next === '\n' ? '' : next);
      } else {
        if (ACTIVE_IN_DOUBLE.test(char)) this.#active ??= char;
        this.#add(char);
      }
    }
    return 'double';
  }

  #backslash(): Quoting {
    if (this.#at >= this.#text.length) return 'backslash';
    const char = this.#text.charAt(this.#at++);
    if (char !== '\n') this.#add(char);
    return 'none';
  }

  /** `$'…'`: escapes name bytes, which together are UTF-8. */
  #ansi(): Quoting {
    const body = /^'((?:[^'\\]|\\[\s\S])*)('?)/.exec(this.#text.slice(this.#at));
    const [whole = '', inner = '', end = ''] = body ?? [];
    this.#at += whole.length;
    this.#add(decodeEscapes(inner));
    return end === '' ? 'ansi' : 'none';
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }
}

const NAMED: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', e: '\u001b', E: '\u001b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,6})|([\s\S]))/g;

function decodeEscapes(inner: string): string {
  const bytes: Uint8Array[] = [];
  let from = 0;
  for (const match of inner.matchAll(ESCAPE)) {
    const [whole, octal, hex, short, long, char] = match;
    bytes.push(Buffer.from(inner.slice(from, match.index)));
    if (octal !== undefined) bytes.push(Uint8Array.of(Number.parseInt(octal, 8) & 0xff));
    else if (hex !== undefined) bytes.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (char !== undefined) bytes.push(Buffer.from(NAMED[char] ?? (/['"\\?]/.test(char) ? char : whole)));
    else bytes.push(Buffer.from(codePoint(Number.parseInt(short ?? long ?? '', 16), whole)));
    from = match.index + whole.length;
  }
  bytes.push(Buffer.from(inner.slice(from)));
  return Buffer.concat(bytes).toString('utf8');
}

function codePoint(value: number, otherwise: string): string {
  return value <= 0x10ffff ? String.fromCodePoint(value) : otherwise;
}
