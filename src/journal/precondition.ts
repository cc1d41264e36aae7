import { AlluxioError } from '../errors.ts';

/** An entry that does not fit the state: a mistake of the code that appended it. */
export function violated(what: string): never {
  throw new AlluxioError('INTERNAL', `Journal: ${what}.`);
}
