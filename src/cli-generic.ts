/** Generic options (sheet fs-commands.md §1.5): taken off the line wherever they stand, before any command sees it. */
import { secretsHider } from './config/typed-secrets.ts';

export interface GenericOptions {
  /** `-Dkey=value`, in the order of the line; the last of a key wins. */
  readonly defines: readonly (readonly [key: string, value: string])[];
  readonly rest: readonly string[];
}

/** Options of the Java launcher that mean nothing here; old scripts may carry them. */
const FOR_JAVA = /^-(?:X|agentlib|javaagent)/;

export function takeGenericOptions(argv: readonly string[]): GenericOptions {
  const defines: (readonly [string, string])[] = [];
  const rest: string[] = [];
  for (const word of argv) {
    if (word.startsWith('-D')) {
      const cut = word.indexOf('=');
      defines.push(cut === -1 ? [word.slice(2), ''] : [word.slice(2, cut), word.slice(cut + 1)]);
    } else if (word !== '-debug' && !FOR_JAVA.test(word)) {
      rest.push(word);
    }
  }
  return { defines, rest };
}

const SECRET_WORD = /secret|key|token|password/i;

/**
 * The line as it may be kept and shown. `--option fs.oss.accessKeySecret=…` must not get into the journal's log, with `=` after the option neither;
 * nor what follows an option such as `--access-key-secret`, nor what is hidden where it is told (config/typed-secrets.ts).
 */
export function withoutSecrets(words: readonly string[], hide = secretsHider(words)): string {
  const masked = words
    .map((word, i) => {
      const before = words[i - 1] ?? '';
      if (before.startsWith('--') && SECRET_WORD.test(before) && !before.includes('=')) return '******';
      if (!word.includes('=')) return word;
      return word.replace(/^(.*?(?:secret|key|token|password)[^=]*)=.*$/is, '$1=******');
    })
    .join(' ');
  return hide(masked);
}

/** Every record of the journal's log carries it. */
const MOST_TEXT = 400;
const FEWEST_WORDS = 5;

/** The line as the journal notes it: without secrets, and of thousands of arguments the first. `hide` knows the whole line, where some was taken off it. */
export function commandLineOf(words: readonly string[], hide = secretsHider(words)): string {
  let length = 0;
  const cut = words.findIndex((word, at) => (length += word.length + 1) > MOST_TEXT && at >= FEWEST_WORDS);
  return cut === -1 ? withoutSecrets(words, hide) : `${withoutSecrets(words.slice(0, cut), hide)} … (${String(words.length - cut)} more)`;
}

/** What a process was called with is for everybody on the machine to see, as long as it runs: not the secrets in it. */
export function hideFromProcessList(argv: readonly string[]): void {
  const shown = withoutSecrets(argv);
  if (shown !== argv.join(' ')) process.title = `alluxio ${shown}`;
}
