/** Writing one block file: temporary name, sync when asked, rename. */
import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';
import { around } from '../fault-points.ts';
import { handOverFile } from '../hand-over.ts';
import { makeOwnFoldersSync } from '../make-folders.ts';
import { writeAll } from '../write-file.ts';
import type { BlockWriter } from './block-store.ts';
import { BlockChecksums } from './checksum.ts';
import { diskError } from './disk-error.ts';
import { syncFolder } from './sync-folder.ts';

export interface BlockFile {
  /** The data folder; named in errors. */
  readonly folder: string;
  readonly temporary: string;
  readonly target: string;
}

/** @throws NO_SPACE, PERMISSION_DENIED naming the folder */
export async function openBlockWriter(file: BlockFile): Promise<BlockWriter> {
  try {
    return new FileBlockWriter(file, await openTemporary(file.temporary), await BlockChecksums.begin());
  } catch (error) {
    throw await diskError(file.folder, error);
  }
}

async function openTemporary(path: string): Promise<FileHandle> {
  const file = await openNew(path);
  handOverFile(file.fd);
  return file;
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // The first block in this directory, or somebody removed the folders: asking beforehand would cost every block a look.
    makeOwnFoldersSync(dirname(path), 0o700);
    return open(path, 'wx', 0o600);
  }
}

class FileBlockWriter implements BlockWriter {
  readonly #paths: BlockFile;
  #file: FileHandle | undefined;
  #length = 0;
  readonly #checksums: BlockChecksums;
  #committed = false;

  constructor(paths: BlockFile, file: FileHandle, checksums: BlockChecksums) {
    this.#paths = paths;
    this.#file = file;
    this.#checksums = checksums;
  }

  get length(): number {
    return this.#length;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const file = this.#opened();
    try {
      // Started first: the disk takes the bytes while this thread computes.
      const writing = writeAll(file, chunk, this.#length);
      this.#checksums.update(chunk);
      this.#length += chunk.length;
      await writing;
    } catch (error) {
      throw await diskError(this.#paths.folder, error);
    }
  }

  async commit(options: { durable: boolean }): Promise<{ length: number; checksums: readonly number[] }> {
    const file = this.#opened();
    const { folder, temporary, target } = this.#paths;
    try {
      if (options.durable) await around('cache.sync', () => file.datasync());
      await this.#close();
      await around('cache.rename', () => rename(temporary, target));
      this.#committed = true;
      // The rename is durable only when the folder is.
      if (options.durable) await syncFolder(folder);
    } catch (error) {
      throw await diskError(folder, error);
    }
    return { length: this.#length, checksums: this.#checksums.end() };
  }

  async abort(): Promise<void> {
    try {
      await this.#close();
      if (!this.#committed) await around('cache.remove', () => unlink(this.#paths.temporary));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw await diskError(this.#paths.folder, error);
    }
  }

  #opened(): FileHandle {
    if (this.#file === undefined) throw new AlluxioError('INTERNAL', 'This block writer was closed already.');
    return this.#file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
