/**
 * The command-line dialect of commons-cli's default parser, which Alluxio's commands speak (sheet fs-commands.md §1.4): options anywhere, long names
 * with one dash or two and by unambiguous prefix, clusters, `--name=value`, negative numbers as values. It turns a line into canonical words that any
 * ordinary parser reads alike; the words of its complaints are commons-cli's.
 */
import type { OptionSpec } from './commands/command.ts';

/** Options of the shell itself; they stand anywhere, spelled in full with two dashes. */
export interface ShellOptions {
  help: boolean;
  json: boolean;
  quiet: boolean;
  debug: boolean;
  color: boolean;
}

export interface CanonicalLine {
  /** `--long`, `--long value`, `-s`, `-s value` as separate words. */
  readonly options: readonly string[];
  readonly args: readonly string[];
}

/** A word the dialect refuses; the message is commons-cli's. */
export class DialectError extends Error {}

export function noShellOptions(): ShellOptions {
  return { help: false, json: false, quiet: false, debug: false, color: true };
}

/** Notes the word in `shell` when it is one of the shell's own options. */
export function takeShellOption(word: string, shell: ShellOptions): boolean {
  switch (word) {
    case '--help': shell.help = true; return true;
    case '--json': shell.json = true; return true;
    case '--quiet': shell.quiet = true; return true;
    case '--debug': shell.debug = true; return true;
    case '--no-color': shell.color = false; return true;
    default: return false;
  }
}

/**
 * @param shell receives the shell's own options found on the line
 * @throws DialectError
 */
export function readLine(words: readonly string[], specs: readonly OptionSpec[], shell: ShellOptions): CanonicalLine {
  const reader = new LineReader(specs, shell);
  for (const word of words) reader.take(word);
  return reader.finish();
}

class LineReader {
  readonly #specs: readonly OptionSpec[];
  readonly #shell: ShellOptions;
  readonly #options: string[] = [];
  readonly #args: string[] = [];
  readonly #seen = new Set<OptionSpec>();
  /** An option that still waits for its value. */
  #open: OptionSpec | undefined;
  #optionsEnded = false;

  constructor(specs: readonly OptionSpec[], shell: ShellOptions) {
    this.#specs = specs;
    this.#shell = shell;
  }

  take(word: string): void {
    if (this.#optionsEnded) this.#args.push(word);
    else if (word === '--') this.#optionsEnded = true;
    else if (this.#open !== undefined && this.#isValue(word)) this.#give(this.#open, unquoted(word));
    else if (!word.startsWith('-') || word === '-') this.#args.push(word);
    else if (this.#isOwnHelp(word)) this.#shell.help = true;
    else if (this.#byName(word, 'long') === undefined && takeShellOption(word, this.#shell)) return;
    else if (word.startsWith('--')) this.#long(word);
    else this.#short(word);
  }

  finish(): CanonicalLine {
    this.#refuseMissingValue();
    return { options: this.#options, args: this.#args };
  }

  #isOwnHelp(word: string): boolean {
    return word === '-h' && this.#byName('h', 'short') === undefined;
  }

  /** What follows a waiting option is its value, unless it looks like another option of this command. */
  #isValue(word: string): boolean {
    return !this.#looksLikeOption(word) || (word.trim() !== '' && Number.isFinite(Number(word)));
  }

  #looksLikeOption(word: string): boolean {
    if (!word.startsWith('-') || word === '-') return false;
    const name = beforeEquals(word);
    if (this.#matching(name).length > 0) return true;
    const bare = stripDashes(name);
    return this.#byName(bare, 'short') !== undefined || (bare !== '' && !word.startsWith('--') && this.#byName(bare.charAt(0), 'short') !== undefined);
  }

  #long(word: string): void {
    const name = beforeEquals(word);
    const matches = this.#matching(name);
    const [first] = matches;
    if (first === undefined) throw unrecognized(word);
    if (matches.length > 1) throw ambiguous(name, matches);
    if (name.length === word.length) return this.#start(first);
    if (first.value === undefined) throw unrecognized(word);
    this.#start(first);
    this.#give(first, unquoted(word.slice(name.length + 1)));
  }

  #short(word: string): void {
    const bare = word.slice(1);
    const name = beforeEquals(bare);
    const exact = this.#byName(name, 'short');
    if (exact !== undefined && (name === bare || exact.value !== undefined)) {
      this.#start(exact);
      if (name !== bare) this.#give(exact, unquoted(bare.slice(name.length + 1)));
      return;
    }
    if (name.length > 1 && this.#matching(word).length > 0) return this.#long(word);
    if (name !== bare || name.length <= 1) throw unrecognized(word);
    this.#cluster(word);
  }

  /** `-pR`, and `-c100`: a letter that takes a value takes the rest of the word. */
  #cluster(word: string): void {
    for (let i = 1; i < word.length; i += 1) {
      const spec = this.#byName(word.charAt(i), 'short');
      if (spec === undefined) throw unrecognized(word);
      this.#start(spec);
      if (spec.value !== undefined && i + 1 < word.length) return this.#give(spec, unquoted(word.slice(i + 1)));
    }
  }

  #start(spec: OptionSpec): void {
    this.#refuseMissingValue();
    if (spec.value !== undefined) this.#open = spec;
    else if (!this.#seen.has(spec)) this.#options.push(spelled(spec));
    else if (spec.once === true) throw new DialectError(`Option given twice: ${spelled(spec)}`);
    this.#seen.add(spec);
  }

  /** The first value of a repeated option wins, as commons-cli's getOptionValue has it. */
  #give(spec: OptionSpec, value: string): void {
    this.#open = undefined;
    if (spec.repeatable === true || !this.#options.includes(spelled(spec))) this.#options.push(spelled(spec), value);
  }

  #refuseMissingValue(): void {
    if (this.#open !== undefined) throw new DialectError(`Missing argument for option: ${this.#open.short ?? this.#open.long ?? ''}`);
  }

  #byName(name: string, kind: 'short' | 'long'): OptionSpec | undefined {
    const wanted = kind === 'long' ? stripDashes(name) : name;
    return this.#specs.find((spec) => spec[kind] === wanted);
  }

  /** By long name: the exact one, else all that begin so. */
  #matching(word: string): OptionSpec[] {
    const wanted = stripDashes(beforeEquals(word));
    if (wanted === '') return [];
    const exact = this.#specs.find((spec) => spec.long === wanted);
    return exact === undefined ? this.#specs.filter((spec) => spec.long?.startsWith(wanted)) : [exact];
  }
}

function spelled(spec: OptionSpec): string {
  return spec.long === undefined ? `-${spec.short ?? ''}` : `--${spec.long}`;
}

function stripDashes(word: string): string {
  return word.replace(/^--?/, '');
}

function beforeEquals(word: string): string {
  const cut = word.indexOf('=');
  return cut === -1 ? word : word.slice(0, cut);
}

function unquoted(value: string): string {
  const inner = value.slice(1, -1);
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') && !inner.includes('"') ? inner : value;
}

function unrecognized(word: string): DialectError {
  return new DialectError(`Unrecognized option: ${word}`);
}

function ambiguous(name: string, matches: readonly OptionSpec[]): DialectError {
  const names = matches.map((spec) => `'${spec.long ?? ''}'`).join(', ');
  return new DialectError(`Ambiguous option: '${name}'  (could be: ${names})`);
}
