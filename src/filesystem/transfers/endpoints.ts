/** Names on both sides of a transfer: what the namespace knows and what the user is told. */
import type { AlluxioPath } from '../../uri.ts';
import { joinPath } from '../../uri.ts';
import { AlluxioError, hasCode, isAlluxioError } from '../../errors.ts';
import type { Entries, FileStatus } from '../file-system.ts';

export interface Place {
  readonly plain: AlluxioPath;
  readonly typed: string;
}

/** A place below, told with the scheme and authority that were typed. */
export function inside(place: Place, relative: string): Place {
  if (relative === '') return place;
  return elsewhere(place, joinPath(place.plain, relative));
}

/** Another path, told in the same way. */
export function elsewhere(like: Place, plain: AlluxioPath): Place {
  return { plain, typed: like.typed.slice(0, like.typed.length - like.plain.length) + plain };
}

/** Alluxio forgets scheme and authority of a target that turned out to be a directory. */
export function bare(place: Place): Place {
  return { plain: place.plain, typed: place.plain };
}

export function localUri(path: string): string {
  return `file://${path}`;
}

export function localChild(directory: string, relative: string): string {
  return directory === '/' ? `/${relative}` : `${directory}/${relative}`;
}

/** The status, or undefined when the path does not exist; a store that fails to answer raises. */
export async function statusIfThere(entries: Entries, path: AlluxioPath): Promise<FileStatus | undefined> {
  try {
    return await entries.status(path);
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

/** The same for a target that is about to be made: who may write into a directory need not be able to read it, as with Alluxio. */
export async function targetIfThere(entries: Entries, path: AlluxioPath): Promise<FileStatus | undefined> {
  return (await entries.exists(path)) ? statusIfThere(entries, path) : undefined;
}

export function fileInTheWay(path: string): AlluxioError {
  return new AlluxioError('NOT_A_DIRECTORY', 'The destination cannot be an existing file when the source is a directory or a list of files.', { path });
}

export function nothingMatches(told: string): AlluxioError {
  return new AlluxioError('NOT_FOUND', `Path "${told}" does not exist.`, { path: told });
}

const ENDS_A_DIRECTORY: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT', 'NOT_FOUND', 'ALREADY_EXISTS', 'NOT_A_DIRECTORY', 'IS_A_DIRECTORY', 'FAILED_PRECONDITION', 'PERMISSION_DENIED', 'READ_ONLY', 'INTERNAL',
]);

/**
 * True for refusals of the namespace, which end a recursive copy at once; trouble with bytes, stores and local disks is collected, file by file.
 * (Alluxio: AlluxioException against IOException.)
 */
export function endsDirectory(error: unknown): boolean {
  return isAlluxioError(error) && ENDS_A_DIRECTORY.has(error.code) && !('system' in error.details);
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
