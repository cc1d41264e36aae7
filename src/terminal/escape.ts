/** Control characters of names would break an error line in two, or move the cursor: they are shown, not obeyed. A tab in front indents a usage line. */
const CONTROL = /(?!^\t)[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function onOneLine(text: string): string {
  return text.replace(CONTROL, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Of lines for a terminal, which may be several: foreign names must not colour it or move its cursor. */
const OF_TERMINALS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export function forTerminal(text: string): string {
  return text.replace(OF_TERMINALS, onOneLine);
}
