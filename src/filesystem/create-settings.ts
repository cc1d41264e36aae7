/** What the configuration says about something new. */
import { umaskFrom } from '../config/umask.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { WriteType } from './file-system.ts';
import { WRITE_TYPES } from './file-system.ts';
import { configFor } from './path-config.ts';

/** The write type that holds for a path. @throws INVALID_CONFIGURATION */
export function writeTypeFor(context: FileSystemContext, path: AlluxioPath, wanted: WriteType | undefined): WriteType {
  return wanted ?? configFor(context, path).choice('alluxio.user.file.writetype.default', WRITE_TYPES);
}

export function umaskOf(context: FileSystemContext): number {
  return umaskFrom(context.config);
}
