/** The one pass over a new file's bytes: into the cache, and from there on into the under storage, as the write type says. */
import { AlluxioError, hasCode, messageOf } from '../errors.ts';
import type { UfsWritten } from '../ufs/ufs.ts';
import type { AlluxioPath } from '../uri.ts';
import { ensureAncestors } from './ancestors.ts';
import type { BlockSink } from './block-sink.ts';
import type { FileSystemContext } from './context.ts';
import type { OpenedWrite, Writing } from './write-plan.ts';

export interface Moving {
  readonly writing: Writing;
  readonly opened: OpenedWrite;
  readonly sink: BlockSink | undefined;
  readonly source: AsyncIterable<Uint8Array>;
  /** The directories above are in the storage; otherwise it is looked. */
  readonly ancestors?: 'there';
}

export interface Moved {
  readonly length: number;
  /** What the under storage has now; undefined when it was not asked, or failed. */
  readonly ufs: UfsWritten | undefined;
  /** Why the under storage does not have it although it should. The cache has all of it then, safe on disk. */
  readonly unsent?: unknown;
}

/** @throws what the source, the cache or the under storage threw; nothing is kept of the bytes then but what `sink` still holds */
export async function moveBytes(context: FileSystemContext, moving: Moving): Promise<Moved> {
  const { writing, sink } = moving;
  const feed = new Feed(moving);
  try {
    if (!writing.through) {
      await feed.drain();
      await sink?.end();
      return { length: feed.bytes, ufs: undefined };
    }
    const sent = await send(context, moving, feed).catch((error: unknown) => unsent(error, moving, feed));
    if (sent instanceof Unsent) await feed.drain();
    await sink?.end();
    if (!(sent instanceof Unsent)) return { length: feed.bytes, ufs: sent };
    await sink?.makeDurable();
    return { length: feed.bytes, ufs: undefined, unsent: sent.reason };
  } finally {
    await feed.close();
  }
}

class Unsent {
  constructor(readonly reason: unknown) {}
}

/** A file that may go to the under storage later stays in the cache when the storage fails, and only then. */
function unsent(error: unknown, { writing }: Moving, feed: Feed): Unsent {
  const { signal } = writing.options;
  if (hasCode(error, 'ALREADY_EXISTS')) throw alreadyStored(error, writing.path);
  // A name that the storage cannot have it will not have later either.
  if (hasCode(error, 'INVALID_ARGUMENT')) throw error;
  if (!writing.mayWait || feed.failed || !feed.cached || signal?.aborted === true || hasCode(error, 'CANCELLED')) throw error;
  return new Unsent(error);
}

async function send(context: FileSystemContext, { writing, opened, ancestors }: Moving, feed: Feed): Promise<UfsWritten> {
  const ufs = await context.ufs(opened.mount);
  if (ancestors === undefined) await ensureAncestors(context, ufs, opened.parentId);
  const { size, signal } = writing.options;
  return ufs.write(opened.key, feed.chunks(), { overwrite: false, mode: writing.mode, ...(size === undefined ? {} : { size }), signal: signal ?? context.signal });
}

/** The source, each chunk of which is in the cache before anybody gets it. A consumer that leaves in the middle does not end it. */
class Feed {
  readonly #writing: Writing;
  readonly #source: AsyncIterator<Uint8Array>;
  #sink: BlockSink | undefined;
  #ended = false;
  bytes = 0;
  /** The source or the cache failed: there is no more to come. */
  failed = false;

  constructor({ writing, sink, source }: Moving) {
    this.#writing = writing;
    this.#sink = sink;
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The cache has every chunk so far. */
  get cached(): boolean {
    return this.#sink !== undefined;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
  }

  async drain(): Promise<void> {
    while ((await this.#next()) !== undefined) continue;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#source.return?.();
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    try {
      const { path, options } = this.#writing;
      options.signal?.throwIfAborted();
      const step = await this.#source.next();
      if (step.done === true) {
        this.#ended = true;
        if (options.size !== undefined && this.bytes < options.size) throw changedSource(path);
        return undefined;
      }
      this.bytes += step.value.byteLength;
      if (options.size !== undefined && this.bytes > options.size) throw changedSource(path);
      await this.#cache(step.value);
      return step.value;
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  async #cache(chunk: Uint8Array): Promise<void> {
    try {
      await this.#sink?.write(chunk);
    } catch (error) {
      // With a copy in the under storage a full cache is no failure.
      if (!this.#writing.through && this.#writing.writeType !== 'TRY_CACHE') throw failedToCache(error);
      await this.#sink?.abort();
      this.#sink = undefined;
    }
  }
}

function alreadyStored(error: unknown, path: AlluxioPath): AlluxioError {
  return new AlluxioError('ALREADY_EXISTS', `Not allowed to create file because path already exists: ${path}`, {
    path,
    hint: 'It is in the under storage and was not loaded yet: see it with "alluxio fs ls -f".',
    cause: error,
  });
}

function failedToCache(error: unknown): AlluxioError {
  const code = error instanceof AlluxioError ? error.code : 'NO_SPACE';
  return new AlluxioError(code, `Failed to cache: ${messageOf(error)}`, { cause: error, ...(error instanceof AlluxioError && error.hint !== undefined ? { hint: error.hint } : {}) });
}

function changedSource(path: AlluxioPath): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', `The source of ${path} changed while it was copied.`, { path, hint: 'Copy it again when nobody writes it.' });
}
