/**
 * The index: one LMDB environment that says which objects there are and where their bytes lie. Reads are plain and
 * synchronous; every change goes through commit(), which answers when the change is on disk.
 */
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { open } from 'lmdb';
import { AlluxioError } from '../../errors.ts';
import { makeFolders } from '../../make-folders.ts';
import { Blobs } from './blobs.ts';
import { folderError } from './folder-error.ts';
import { lockFolder } from './lock.ts';
import { Md5Threads } from './md5.ts';
import type { BucketRecord, ObjectRecord, PartRecord, ReceivedBody, Segment, UploadRecord } from './records.ts';

const FORMAT_VERSION = 1;

/** The tables, with their key shapes. Object, upload and part keys are bytes, so their order is that of the bytes. */
export interface Tables {
  /** `formatVersion`, `nextBucket`. */
  readonly meta: Database<number, string>;
  /** By name. */
  readonly buckets: Database<BucketRecord, string>;
  /** bucket id (4 bytes) + key. */
  readonly objects: Database<ObjectRecord, Buffer>;
  /** bucket id (4 bytes) + key + 0 + upload id (32 bytes of hex). */
  readonly uploads: Database<UploadRecord, Buffer>;
  /** upload id (16 bytes) + part number (2 bytes). */
  readonly parts: Database<PartRecord, Buffer>;
  /** How many segments of the index lie in a file. */
  readonly files: Database<number, string>;
  /** Files that no segment needs any more and that may still be on disk. */
  readonly garbage: Database<number, string>;
  /** The bytes of small bodies, by a growing number. */
  readonly small: Database<Buffer, number>;
}

/** What a change may do to bytes; valid inside the callback of commit() only. */
export interface Changes extends Tables {
  /** Takes received bytes into the index. */
  adopt(body: ReceivedBody): Segment[];
  /** Another reference to the same bytes, or to a run of them. */
  share(segments: readonly Segment[]): Segment[];
  /** Gives up references; bytes without any are removed. */
  drop(segments: readonly Segment[]): void;
}

interface Job {
  run(changes: Changes): void;
  done(): void;
  fail(error: unknown): void;
}

export class Store {
  readonly md5 = new Md5Threads();
  readonly #env: RootDatabase;
  readonly #unlock: () => void;
  readonly tables: Tables;
  #queue: Job[] = [];
  #lastSmall: number;
  /** Work on files that follows a commit; close() waits for it. */
  readonly #after = new Set<Promise<void>>();

  private constructor(
    env: RootDatabase,
    readonly blobs: Blobs,
    unlock: () => void,
  ) {
    this.#env = env;
    this.#unlock = unlock;
    this.tables = {
      meta: env.openDB({ name: 'meta' }),
      buckets: env.openDB({ name: 'buckets' }),
      objects: env.openDB({ name: 'objects', keyEncoding: 'binary' }),
      uploads: env.openDB({ name: 'uploads', keyEncoding: 'binary' }),
      parts: env.openDB({ name: 'parts', keyEncoding: 'binary' }),
      files: env.openDB({ name: 'files' }),
      garbage: env.openDB({ name: 'garbage' }),
      small: env.openDB({ name: 'small', encoding: 'binary' }),
    };
    let last = 0;
    for (const key of this.tables.small.getKeys({ reverse: true, limit: 1 })) last = key;
    this.#lastSmall = last;
  }

  /** @throws FAILED_PRECONDITION when another process serves the folder, a newer version wrote it, or it cannot be used. */
  static async open(dir: string, options: { readonly flush: boolean }): Promise<Store> {
    let unlock: (() => void) | undefined;
    try {
      await makeFolders(dir, 0o700);
      unlock = lockFolder(dir);
      const env = open({ path: join(dir, 'index.mdb'), noSubdir: true, maxDbs: 16, noSync: !options.flush });
      const store = new Store(env, new Blobs(dir, options.flush), unlock);
      await store.#start(dir);
      return store;
    } catch (error) {
      unlock?.();
      throw folderError(dir, error);
    }
  }

  async #start(dir: string): Promise<void> {
    const { meta, files, garbage } = this.tables;
    const version = meta.get('formatVersion') ?? FORMAT_VERSION;
    if (version !== FORMAT_VERSION) {
      throw new AlluxioError('FAILED_PRECONDITION', `${dir} was written by another version (format ${version}, this one knows ${FORMAT_VERSION})`, {
        hint: 'choose another folder with --dir',
      });
    }
    await meta.put('formatVersion', FORMAT_VERSION);
    await this.blobs.recover((id) => files.doesExist(id));
    const leftovers = [...garbage.getKeys()];
    for (const id of leftovers) await this.blobs.remove(id);
    if (leftovers.length > 0) await this.commit((changes) => leftovers.forEach((id) => changes.garbage.removeSync(id)));
  }

  /**
   * Runs a change in the next transaction, together with all others that wait: one disk flush serves them all.
   * The callback must do its checks before its first write: throwing then changes nothing.
   */
  commit<T>(change: (changes: Changes) => T extends Promise<unknown> ? never : T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      this.#queue.push({
        run: (changes) => {
          result = { value: change(changes) };
        },
        done: () => {
          if (result !== undefined) resolve(result.value);
        },
        fail: reject,
      });
      // Not at once: what other sockets have brought in this turn goes into the same transaction.
      if (this.#queue.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const jobs = this.#queue;
    this.#queue = [];
    const adopted: string[] = [];
    const garbage: string[] = [];
    const failed = new Map<Job, unknown>();
    try {
      await this.#env.transaction(() => {
        const changes = this.#changes(adopted, garbage);
        for (const job of jobs) {
          try {
            job.run(changes);
          } catch (error) {
            failed.set(job, error);
          }
        }
      });
      await this.#env.flushed;
    } catch (error) {
      for (const job of jobs) job.fail(error);
      return;
    }
    for (const job of jobs) {
      if (failed.has(job)) job.fail(failed.get(job));
      else job.done();
    }
    if (adopted.length + garbage.length > 0) this.#follow(adopted, garbage);
  }

  #follow(adopted: string[], garbage: string[]): void {
    const work = (async () => {
      await Promise.all(adopted.map((id) => this.blobs.settle(id)));
      const removed: string[] = [];
      for (const id of garbage) if (await this.blobs.remove(id)) removed.push(id);
      if (removed.length > 0) await this.commit((changes) => removed.forEach((id) => changes.garbage.removeSync(id)));
    })()
      // What could not be moved is found where it was; what could not be removed is tried again at the next start.
      .catch(() => undefined)
      .finally(() => this.#after.delete(work));
    this.#after.add(work);
  }

  #changes(adopted: string[], garbage: string[]): Changes {
    const { tables } = this;
    const keepSmall = (bytes: Buffer): Segment => {
      this.#lastSmall = Math.max(this.#lastSmall + 1, Date.now() * 1000);
      tables.small.putSync(this.#lastSmall, bytes);
      return { small: this.#lastSmall, offset: 0, length: bytes.length };
    };
    return {
      ...tables,
      adopt: (body) => {
        if (body.file === undefined) return body.size === 0 ? [] : [keepSmall(body.inline ?? Buffer.alloc(0))];
        tables.files.putSync(body.file, 1);
        adopted.push(body.file);
        return [{ file: body.file, offset: 0, length: body.size }];
      },
      share: (segments) =>
        segments.map((segment) => {
          if ('small' in segment) return keepSmall(this.readSmall(segment));
          tables.files.putSync(segment.file, (tables.files.get(segment.file) ?? 0) + 1);
          return segment;
        }),
      drop: (segments) => {
        for (const segment of segments) {
          if ('small' in segment) {
            tables.small.removeSync(segment.small);
            continue;
          }
          const left = (tables.files.get(segment.file) ?? 1) - 1;
          if (left > 0) {
            tables.files.putSync(segment.file, left);
            continue;
          }
          tables.files.removeSync(segment.file);
          tables.garbage.putSync(segment.file, 1);
          garbage.push(segment.file);
        }
      },
    };
  }

  readSmall(segment: Extract<Segment, { small: number }>): Buffer {
    const bytes = this.tables.small.get(segment.small);
    if (bytes === undefined) throw new AlluxioError('CORRUPT', `the bytes of small object ${segment.small} are missing from the index`);
    return bytes.subarray(segment.offset, segment.offset + segment.length);
  }

  async close(): Promise<void> {
    while (this.#after.size > 0) await Promise.all(this.#after);
    await this.md5.close();
    await this.#env.flushed;
    await this.#env.close();
    this.#unlock();
  }
}
