/** Text as it must be typed to go on with a word in bash, in whatever quotes the word is open. */
import type { Quoting } from '../shell-words.ts';

const CONTROL = /[\u0000-\u001f\u007f]/g;
const PLAIN_SPECIAL = /[^A-Za-z0-9_@%+=:,./\-\u0080-\u{10ffff}]/gu;

export function escapeFor(quoting: Quoting, text: string): string {
  switch (quoting) {
    case 'single':
      return text.replace(/'/g, "'\\''").replace(CONTROL, (char) => `'${ansi(char)}'`);
    case 'double':
      // An exclamation mark calls up history even there.
      return text.replace(/["\\$`]/g, '\\$&').replace(/!/g, `"'!'"`).replace(CONTROL, (char) => `"${ansi(char)}"`);
    case 'ansi':
      return text.replace(/['\\]/g, '\\$&').replace(CONTROL, escapeControl);
    default:
      return text.replace(PLAIN_SPECIAL, (char) => (char < ' ' || char === '\u007f' ? ansi(char) : `\\${char}`));
  }
}

function ansi(char: string): string {
  return `$'${escapeControl(char)}'`;
}

function escapeControl(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
