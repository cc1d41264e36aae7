/** What OSS accepts as the name of a bucket and of an object. */
import { OssError } from './errors.ts';

export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name);
}

export function checkBucketName(name: string): void {
  if (!isBucketName(name)) throw new OssError('InvalidBucketName', { extra: { BucketName: name } });
}

/** 1 to 1023 bytes of UTF-8, no leading slash or backslash. */
export function checkObjectKey(key: string): void {
  const length = Buffer.byteLength(key);
  if (length < 1 || length > 1023 || key.startsWith('/') || key.startsWith('\\')) {
    throw new OssError('InvalidObjectName', { message: 'The Length of Object name must be less than 1024 and it must not start with / or \\.', extra: { ObjectName: key } });
  }
}

export const BUCKET_ACLS: readonly string[] = ['private', 'public-read', 'public-read-write'];
export const OBJECT_ACLS: readonly string[] = ['default', ...BUCKET_ACLS];
