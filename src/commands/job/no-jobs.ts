/** There is no job service, so no id is one of a job. */
import { AlluxioError } from '../../errors.ts';

export function noSuchJob(failure: string, id: string): AlluxioError {
  if (!/^-?\d+$/.test(id)) return new AlluxioError('USAGE', `Arg ${id} is not type long`);
  return new AlluxioError('NOT_FOUND', `${failure} ${id}: there is no job service here, commands do their work themselves.`);
}
