/** What there is to do about a damaged journal: the same words wherever the damage is met. */
import { AlluxioError } from '../errors.ts';

export const REMEDY =
  'Restore it from a backup (alluxio format --from <backup>), or read the tree from the under storage again: alluxio format, then alluxio fs loadMetadata -R /. What is only in the cache is lost then.';

/** Of a record that holds what nobody wrote. */
export function recordDamaged(what: string, cause?: unknown): AlluxioError {
  return new AlluxioError('CORRUPT', `The journal is damaged: ${what}.`, { hint: REMEDY, cause });
}
