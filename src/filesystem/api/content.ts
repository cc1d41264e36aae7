/** Bytes of files, in and out. */
import type { ByteStream } from '../../byte-stream.ts';
import type { AclEntry } from '../../journal/records.ts';
import type { AlluxioPath } from '../../uri.ts';

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

/** A small file. */
export interface WholeFile {
  readonly path: AlluxioPath;
  readonly bytes: Uint8Array;
}

export interface CreateManyOptions extends Pick<CreateOptions, 'writeType' | 'signal'> {
  /** Runs the transfer of one file when there is a free place for it. */
  readonly inTurn: <T>(transfer: () => Promise<T>) => Promise<T>;
}

export interface Content {
  /**
   * Creates a file from the source; the path shows it only when all bytes are safe where the write type wants them. The parent must exist
   * (`File <plain> creation failed. Component <i>(<name>) does not exist`). ASYNC_THROUGH persists before this resolves when no master runs.
   * @throws ALREADY_EXISTS `Not allowed to create file because path already exists: <plain>`
   */
  create(path: AlluxioPath, source: AsyncIterable<Uint8Array>, options?: CreateOptions): Promise<void>;
  /**
   * Creates files whose bytes are all here, with as few transactions as it takes. Those that can go together appear at the same moment, which is when the answer
   * comes. @returns for each of them undefined, or why it was not created
   */
  createMany(files: readonly WholeFile[], options: CreateManyOptions): Promise<readonly unknown[]>;
  /** The bytes, from the cache where it has them, else from the under storage, filling the cache as the read type says. @throws NOT_FOUND, IS_A_DIRECTORY `Path "<plain>" must be a file.` */
  open(path: AlluxioPath, options?: OpenOptions): Promise<ByteStream>;
}
