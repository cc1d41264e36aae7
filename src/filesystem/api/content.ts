/** Bytes of files, in and out. */
import type { ByteStream } from '../../byte-stream.ts';
import type { AclEntry } from '../../journal/records.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { FileStatus } from './entries.ts';

export const WRITE_TYPES = ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH', 'TRY_CACHE', 'NONE'] as const;
export type WriteType = (typeof WRITE_TYPES)[number];

export const READ_TYPES = ['CACHE', 'CACHE_PROMOTE', 'NO_CACHE'] as const;
export type ReadType = (typeof READ_TYPES)[number];

export interface CreateOptions {
  readonly writeType?: WriteType;
  readonly blockSize?: number;
  /** Total bytes if known. */
  readonly size?: number;
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly acl?: readonly AclEntry[];
  readonly signal?: AbortSignal;
}

export interface OpenOptions {
  readonly offset?: number;
  readonly length?: number;
  readonly readType?: ReadType;
  readonly signal?: AbortSignal;
}

export interface Content {
  /**
   * Creates a file from the source; the path shows it only when all bytes are safe where the write type wants them. The parent must exist
   * (`File <plain> creation failed. Component <i>(<name>) does not exist`). ASYNC_THROUGH persists before this resolves when no master runs.
   * @throws ALREADY_EXISTS `Not allowed to create file because path already exists: <plain>`
   */
  create(path: AlluxioPath, source: AsyncIterable<Uint8Array>, options?: CreateOptions): Promise<FileStatus>;
  /** The bytes, from the cache where it has them, else from the under storage, filling the cache as the read type says. @throws NOT_FOUND, IS_A_DIRECTORY `Path "<plain>" must be a file.` */
  open(path: AlluxioPath, options?: OpenOptions): Promise<ByteStream>;
}
