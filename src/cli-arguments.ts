/** Words of the command line that are no text. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { AlluxioError } from './errors.ts';

/** What Node puts where bytes are not UTF-8: two names that differ would become one. */
const REPLACED = '\ufffd';

/** What is wrong with arguments whose bytes are not UTF-8; undefined when nothing is, or where the system does not show the bytes. */
export function unreadableArgument(args: readonly string[]): AlluxioError | undefined {
  const suspect = args.filter((arg) => arg.includes(REPLACED));
  if (suspect.length === 0) return undefined;
  const broken = rawArguments().filter((bytes) => !isUtf8(bytes)).map((bytes) => bytes.toString());
  const wrong = suspect.find((arg) => broken.includes(arg));
  if (wrong === undefined) return undefined;
  return new AlluxioError('INVALID_ARGUMENT', `"${wrong}" is not valid UTF-8.`, { hint: 'Names are UTF-8: convert it, for example with "iconv" or "convmv".' });
}

function rawArguments(): Buffer[] {
  let line: Buffer;
  try {
    line = readFileSync('/proc/self/cmdline');
  } catch {
    return [];
  }
  const words: Buffer[] = [];
  for (let from = 0; from < line.length; ) {
    const end = line.indexOf(0, from);
    words.push(line.subarray(from, end < 0 ? line.length : end));
    from = end < 0 ? line.length : end + 1;
  }
  return words;
}
