/** The names that OSS gives to buckets. Asked before anything is opened, so nothing else is loaded for it. */
import { AlluxioError } from '../../errors.ts';

/** @throws INVALID_CONFIGURATION with the rule */
export function requireBucketName(bucket: string): void {
  if (/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) return;
  throw new AlluxioError('INVALID_CONFIGURATION', `"${bucket}" is not a bucket name`, {
    hint: '3 to 63 lower-case letters, digits and hyphens, no hyphen at either end, as in oss://my-bucket/dir.',
  });
}
