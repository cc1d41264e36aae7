/** The folder of logs, apart from log.ts because the start script needs no logging library. */
import { accessSync, constants } from 'node:fs';
import { AlluxioError, messageOf } from '../errors.ts';
import { makeOwnFoldersSync } from '../make-folders.ts';

/** @throws PERMISSION_DENIED */
export function makeLogFolder(folder: string): void {
  try {
    makeOwnFoldersSync(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new AlluxioError('PERMISSION_DENIED', `Cannot write in the log folder ${folder}: ${messageOf(error)}.`, { hint: 'Set ALLUXIO_LOGS_DIR.', cause: error });
  }
}
