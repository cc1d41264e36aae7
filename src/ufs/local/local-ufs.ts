/** A folder of this host as an under storage. */
import { chmod, chown, lstat, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { ByteStream } from '../../byte-stream.ts';
import { AlluxioError, systemCode } from '../../errors.ts';
import { around } from '../../fault-points.ts';
import type { UfsUri } from '../../uri.ts';
import { isAtOrBelow } from '../../uri.ts';
import { forEachInParallel } from '../parallel.ts';
import type { CopyOptions, DeleteFailure, ListOptions, ReadOptions, Ufs, UfsPage, UfsStatus, UfsWritten, UnfinishedWrite, WriteOptions } from '../ufs.ts';
import { Accounts } from './accounts.ts';
import { isAbsence, translateLocalError } from './local-errors.ts';
import { listLocal } from './local-list.ts';
import { LocalPaths } from './local-paths.ts';
import { readLocal } from './local-read.ts';
import { statusOf } from './local-status.ts';
import { forEachEntry, isAlive, temporariesBelow, temporariesIn, undefinedIfAbsent } from './local-unfinished.ts';
import { makeDirectories, makeParents, syncDirectory, writeLocal } from './local-write.ts';
import { isTemporaryName, readTemporaryName } from './temporary-names.ts';

const DELETES_AT_A_TIME = 16;

export interface LocalOptions {
  readonly pageLength: number;
  /** The folder was there when it was mounted. */
  readonly mounted?: boolean;
}

export class LocalUfs implements Ufs {
  readonly type = 'local';
  readonly capabilities = { atomicRename: true, objectStore: false, ownership: true };
  readonly #paths: LocalPaths;
  readonly #accounts = new Accounts();

  constructor(
    readonly uri: UfsUri,
    private readonly options: LocalOptions,
  ) {
    this.#paths = new LocalPaths(uri.path, options.mounted ?? false);
  }

  async status(key: string): Promise<UfsStatus | undefined> {
    return this.#translated(key, async () => {
      await this.#accounts.load();
      const path = await this.#paths.insideFollowed(key);
      const stats = await stat(path, { bigint: true }).catch(undefinedIfAbsent);
      if (stats === undefined) return undefined;
      const status = statusOf(stats, this.#accounts);
      if (status === undefined) throw new AlluxioError('UNSUPPORTED', `${path} is neither a file nor a directory`, { path });
      return status;
    });
  }

  async *list(key: string, options: ListOptions = {}): AsyncGenerator<UfsPage> {
    const path = this.#paths.pathOf(key);
    try {
      await this.#accounts.load();
      await this.#paths.insideFollowed(key);
      const listing = { paths: this.#paths, accounts: this.#accounts, path, recursive: options.recursive ?? false, pageLength: this.options.pageLength, signal: options.signal };
      yield* listLocal(listing);
    } catch (error) {
      // One that was never mounted is an empty one until something is written.
      if (key === '' && systemCode(error) === 'ENOENT') return this.#paths.missingRoot();
      if (isAbsence(error)) throw new AlluxioError('NOT_FOUND', `${path} is not a directory`, { path, cause: error });
      throw translateLocalError(error, path);
    }
  }

  read(key: string, options: ReadOptions = {}): Promise<ByteStream> {
    return this.#translated(key, async () => {
      try {
        return await readLocal(await this.#paths.insideFollowed(key), options);
      } catch (error) {
        if (isAbsence(error)) throw this.#absent(key);
        throw error;
      }
    });
  }

  write(key: string, source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<UfsWritten> {
    return this.#translated(key, async () => {
      const path = await this.#paths.inside(key);
      if (key === '') throw new AlluxioError('IS_A_DIRECTORY', `${path} is a directory`, { path });
      if (isTemporaryName(basename(path))) throw new AlluxioError('INVALID_ARGUMENT', `${path} has the form of a temporary name`, { path });
      return writeLocal(path, this.#passOn(source), options);
    });
  }

  async isLink(key: string): Promise<boolean> {
    if (key === '') return false;
    return this.#translated(key, async () => (await lstat(this.#paths.pathOf(key)).catch(undefinedIfAbsent))?.isSymbolicLink() ?? false);
  }

  async deleteFiles(keys: readonly string[], signal?: AbortSignal): Promise<DeleteFailure[]> {
    const failures: DeleteFailure[] = [];
    await forEachInParallel(keys, { parallel: DELETES_AT_A_TIME, signal }, async (key) => {
      try {
        const path = await this.#paths.inside(key);
        await around('local.remove', () => unlink(path));
      } catch (error) {
        if (!isAbsence(error) && !(await this.#isDirectory(key))) failures.push({ key, error: translateLocalError(error, this.#paths.pathOf(key)) });
      }
    });
    return failures;
  }

  async makeDirectory(key: string): Promise<void> {
    await this.#translated(key, async () => {
      const path = await this.#paths.inside(key);
      try {
        await makeDirectories(path);
      } catch (error) {
        const code = systemCode(error);
        if (code === 'EEXIST' || code === 'ENOTDIR') throw new AlluxioError('ALREADY_EXISTS', `A file is in the way of the directory ${path}`, { path, cause: error });
        throw error;
      }
    });
  }

  async removeDirectory(key: string): Promise<boolean> {
    if (key === '') return false;
    return this.#translated(key, async () => {
      const path = await this.#paths.inside(key);
      const removed = (await tryRmdir(path)) || ((await removeDeadTemporaries(path)) && (await tryRmdir(path)));
      if (removed) await syncDirectory(dirname(path));
      return removed;
    });
  }

  async copyFile(from: string, to: string, { signal, ifContentHash }: CopyOptions = {}): Promise<UfsWritten> {
    const source = await this.status(from);
    if (source?.kind !== 'file') throw this.#absent(from);
    const stop = signal === undefined ? {} : { signal };
    const bytes = await this.read(from, { ...stop, ...(ifContentHash === undefined ? {} : { ifContentHash }) });
    return this.write(to, bytes, { ...stop, size: source.size, mode: source.mode });
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#paths.pathOf(from);
    const target = this.#paths.pathOf(to);
    await this.#translated(from, async () => {
      await this.#paths.inside(from);
      await this.#paths.inside(to);
      if (from === '' || to === '' || isAtOrBelow(target, source)) throw new AlluxioError('INVALID_ARGUMENT', `${source} cannot be renamed to ${target}`);
      await lstat(source);
      if ((await lstat(target).catch(undefinedIfAbsent)) !== undefined) throw new AlluxioError('ALREADY_EXISTS', `${target} already exists`, { path: target });
      await makeParents(dirname(target));
      await around('local.rename', () => rename(source, target));
      await syncDirectory(dirname(target));
      await syncDirectory(dirname(source));
    });
  }

  async setOwnership(key: string, change: { owner?: string; group?: string; mode?: number }): Promise<void> {
    await this.#translated(key, async () => {
      const path = await this.#paths.insideFollowed(key);
      if (change.owner !== undefined || change.group !== undefined) {
        const stats = await stat(path);
        const uid = change.owner === undefined ? stats.uid : await this.#accounts.userId(change.owner);
        const gid = change.group === undefined ? stats.gid : await this.#accounts.groupId(change.group);
        await around('local.owner', () => chown(path, uid, gid));
      }
      // After the owner: a change of owner takes set-id bits off.
      const { mode } = change;
      if (mode !== undefined) await around('local.owner', () => chmod(path, mode & 0o7777));
    });
  }

  async *unfinishedWrites(key: string, scope: 'file' | 'tree', signal?: AbortSignal): AsyncGenerator<readonly UnfinishedWrite[]> {
    try {
      const path = await this.#paths.inside(key);
      if (key !== '') yield await temporariesIn(dirname(path), basename(path));
      if (scope === 'tree') yield* temporariesBelow(path, signal);
    } catch (error) {
      throw translateLocalError(error, this.#paths.pathOf(key));
    }
  }

  async space(): Promise<{ capacity: number; used: number } | undefined> {
    const stats = await statfs(this.#paths.root).catch(undefinedIfAbsent);
    return stats === undefined ? undefined : { capacity: stats.blocks * stats.bsize, used: (stats.blocks - stats.bfree) * stats.bsize };
  }

  async #isDirectory(key: string): Promise<boolean> {
    return (await lstat(this.#paths.pathOf(key)).catch(() => undefined))?.isDirectory() ?? false;
  }

  /** A failing source keeps its own error: it is not the disk's. */
  async *#passOn(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      throw new SourceFailure(error);
    }
  }

  async #translated<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SourceFailure) throw error.reason;
      throw translateLocalError(error, this.#paths.pathOf(key));
    }
  }

  #absent(key: string): AlluxioError {
    const path = this.#paths.pathOf(key);
    return new AlluxioError('NOT_FOUND', `${path} does not exist`, { path });
  }
}

class SourceFailure {
  constructor(readonly reason: unknown) {}
}

async function tryRmdir(path: string): Promise<boolean> {
  try {
    await around('local.remove', () => rmdir(path));
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (isAbsence(error) || code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** A directory that shows no entries may hold what dead writers left. True when that was all it held. */
async function removeDeadTemporaries(path: string): Promise<boolean> {
  let removable = true;
  const dead: string[] = [];
  await forEachEntry(path, async ({ name }) => {
    const temporary = readTemporaryName(name);
    if (temporary === undefined || isAlive(temporary.pid)) removable = false;
    else dead.push(name);
  });
  if (!removable) return false;
  for (const name of dead) await around('local.remove', () => unlink(`${path}/${name}`)).catch(undefinedIfAbsent);
  return dead.length > 0;
}
