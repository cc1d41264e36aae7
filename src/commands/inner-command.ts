/** Groups inside a group: `fsadmin journal checkpoint`. */
import { AlluxioError } from '../errors.ts';
import type { CommandInput } from './command.ts';

/** @throws USAGE in Alluxio's words */
export function innerCommand<T extends string>(input: CommandInput, known: readonly T[]): { readonly name: T; readonly args: readonly string[] } {
  const [word, ...args] = input.args;
  if (word === undefined) throw new AlluxioError('USAGE', 'No sub-command is specified');
  const name = known.find((each) => each === word);
  if (name === undefined) throw new AlluxioError('USAGE', `Unknown sub-command: ${word}`);
  return { name, args };
}
