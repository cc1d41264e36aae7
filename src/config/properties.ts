/**
 * Java's properties syntax. properties-reader splits, trims and lets the last of several equal keys win, but it knows neither continuation
 * lines nor `\uXXXX` nor `:`, and takes `[x]` for a section. So the Java part is done here, and it gets one plain `key=value` line per entry,
 * with whatever could mean something to it written as `\uXXXX`. Values are always taken raw: its `get()` would turn 00123 into 123.
 */
import { propertiesReader } from 'properties-reader';

export interface ParsedProperties {
  readonly entries: ReadonlyMap<string, string>;
  readonly problems: readonly PropertiesProblem[];
}

export interface PropertiesProblem {
  /** Counted from 1; of an entry that goes over several lines, the first. */
  readonly line: number;
  /** Never holds the text of the line, which may be a secret. */
  readonly message: string;
  /** Nothing can be made of the file. */
  readonly fatal: boolean;
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

export function parseProperties(text: string): ParsedProperties {
  const problems: PropertiesProblem[] = [];
  const plain: string[] = [];
  for (const { text: entry, line } of logicalLines(text)) {
    const { key, value } = splitEntry(entry);
    const plainKey = unescape(key);
    const plainValue = unescape(value);
    if (plainKey === undefined || plainValue === undefined) {
      problems.push({ line, message: 'malformed \\uXXXX: four hexadecimal digits must follow \\u; write \\\\ for a backslash', fatal: true });
    } else if (trim(plainKey) === '') {
      problems.push({ line, message: 'a value without a key is ignored', fatal: false });
    } else {
      plain.push(`${protect(trim(plainKey))}=${protect(trim(plainValue))}`);
    }
  }
  const reader = propertiesReader();
  reader.read(plain.join('\n'));
  const entries = new Map<string, string>();
  for (const [key, value] of reader.entries()) entries.set(expose(key), expose(value));
  return { entries, problems };
}

/** Joins continuation lines; leaves out comments and blank lines. */
function* logicalLines(text: string): Generator<LogicalLine> {
  let pending = '';
  let start = 0;
  let number = 0;
  for (const natural of naturalLines(text)) {
    number += 1;
    const stripped = natural.slice(blanksAt(natural, 0));
    if (pending === '') {
      if (stripped === '' || stripped.startsWith('#') || stripped.startsWith('!')) continue;
      start = number;
    }
    if (endsInContinuation(stripped)) {
      pending += stripped.slice(0, -1);
      continue;
    }
    yield { text: pending + stripped, line: start };
    pending = '';
  }
  if (pending !== '') yield { text: pending, line: start };
}

function naturalLines(text: string): string[] {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return content.includes('\r') ? content.split(/\r\n|\r|\n/) : content.split('\n');
}

function endsInContinuation(line: string): boolean {
  let backslashes = 0;
  while (line[line.length - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/** The index of the first character from `index` on that is no blank. */
function blanksAt(text: string, index: number): number {
  let end = index;
  while (text[end] === ' ' || text[end] === '\t' || text[end] === '\f') end += 1;
  return end;
}

/** The key ends at the first unescaped `=`, `:` or blank; at most one `=` or `:` separates. */
function splitEntry(entry: string): { key: string; value: string } {
  let end = 0;
  while (end < entry.length && !'=: \t\f'.includes(entry[end] ?? '')) end += entry[end] === '\\' ? 2 : 1;
  let from = blanksAt(entry, end);
  if (entry[from] === '=' || entry[from] === ':') from = blanksAt(entry, from + 1);
  return { key: entry.slice(0, end), value: entry.slice(from) };
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** Undefined when a `\u` is not followed by four hexadecimal digits. */
function unescape(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  let malformed = false;
  const result = text.replace(/\\(?:u([0-9a-fA-F]{4})|(.?))/gs, (_, hex: string | undefined, char: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (char === 'u') malformed = true;
    return ESCAPES[char ?? ''] ?? char ?? '';
  });
  return malformed ? undefined : result;
}

/** Java trims what is not above a blank; JavaScript would also take blanks of other scripts. */
function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 0x20) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to -= 1;
  return text.slice(from, to);
}

function protect(text: string): string {
  return text.replace(/[^\x20-\x7e]|[\\#=[\]]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function expose(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
