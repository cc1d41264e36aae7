/** What is decided about a new directory before any transaction. */
import type { MakeDirectoryInput } from '../namespace/create.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { umaskOf, writeTypeFor } from './create-settings.ts';
import type { WriteType } from './file-system.ts';

/** True when the storage gets it too before the command ends. */
export function isMadeInStorage(context: FileSystemContext, path: AlluxioPath, wanted: WriteType | undefined): boolean {
  const writeType = writeTypeFor(context, path, wanted);
  return writeType === 'CACHE_THROUGH' || writeType === 'THROUGH';
}

export function makingOf(context: FileSystemContext, path: AlluxioPath, options: { recursive: boolean; mode?: number }): Omit<MakeDirectoryInput, 'nowMs'> {
  return {
    path,
    recursive: options.recursive,
    owner: context.subject.user,
    group: context.primaryGroup(),
    umask: umaskOf(context),
    mode: options.mode,
  };
}
