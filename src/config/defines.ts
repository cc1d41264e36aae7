/** `-Dkey=value`: a property for this run. */

export type Define = readonly [key: string, value: string];

/** The `-D` options of a variable such as ALLUXIO_JAVA_OPTS. Quotes keep blanks together, as in a shell; other options are for the JVM. */
export function definesIn(options: string | undefined): Define[] {
  if (options === undefined) return [];
  const words = options.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words
    .map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
    .filter((word) => word.startsWith('-D'))
    .map((word): Define => {
      const cut = word.indexOf('=');
      return cut < 0 ? [word.slice(2), ''] : [word.slice(2, cut), word.slice(cut + 1)];
    });
}
