/** Generic options (sheet fs-commands.md §1.5): taken off the line wherever they stand, before any command sees it. */

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

/** The journal keeps the line for audit; `--option fs.oss.accessKeySecret=…` must not get there. */
export function withoutSecrets(words: readonly string[]): string {
  return words.map((word) => word.replace(/^([^=]*(?:secret|key|token|password)[^=]*)=.*$/is, '$1=******')).join(' ');
}
