/** Aliyun OSS as an under storage. */
import type { ByteStream } from '../../byte-stream.ts';
import { AlluxioError, hasCode } from '../../errors.ts';
import type { UfsUri } from '../../uri.ts';
import { assertKey, isUsableKey, keyAndAncestors, parentKey } from '../keys.ts';
import type { CopyOptions, DeleteFailure, ListOptions, ReadOptions, Ufs, UfsPage, UfsStatus, UfsWritten, UnfinishedWrite, WriteOptions } from '../ufs.ts';
import { copyObject } from './copy.ts';
import { deleteObjects } from './delete.ts';
import { fetchPage, listEntries } from './list.ts';
import { DIRECTORY } from './listing-entries.ts';
import { isFolderMarker, ObjectNames, prefixOf } from './object-names.ts';
import { readObject } from './read.ts';
import { fileStatus, headObject } from './store.ts';
import type { OssStore } from './store.ts';
import { abortUpload, forbidOverwrite, uploadPages } from './uploads.ts';
import type { FoundUpload } from './uploads.ts';
import { writeObject } from './write.ts';

/** More would ask OSS for more pages of one listing than a reader uses up. */
const LISTED_AT_ONCE = 4;
/** Clocks may differ by this before OSS refuses requests. */

export class OssUfs implements Ufs {
  readonly type = 'oss';
  readonly capabilities = { atomicRename: false, objectStore: true, ownership: false };
  readonly #names: ObjectNames;

  constructor(
    readonly uri: UfsUri,
    private readonly store: OssStore,
  ) {
    this.#names = new ObjectNames(prefixOf(uri));
  }

  async status(key: string, signal?: AbortSignal): Promise<UfsStatus | undefined> {
    assertKey(key);
    if (key === '' && this.#names.prefix === '') return DIRECTORY;
    if (!this.#names.fits(key)) return undefined;
    const file = key === '' ? undefined : await this.#file(key, signal);
    if (file !== undefined) return file;
    return (await this.#isDirectory(key, signal)) ? DIRECTORY : undefined;
  }

  async *list(key: string, options: ListOptions = {}): AsyncGenerator<UfsPage> {
    assertKey(key);
    if (!this.#names.directoryFits(key)) throw this.#absent(key, 'is no directory');
    // Asked at the same time as the first page; a file wins over a prefix of its name.
    const file = key === '' ? Promise.resolve(undefined) : this.store.retry(() => this.#file(key, options.signal), options.signal);
    file.catch(() => undefined);
    const { pageLength } = this.store.tuning;
    let found = false;
    for await (const page of listEntries(this.store.client, this.store.retry, {
      prefix: this.#names.directory(key),
      recursive: options.recursive ?? false,
      pageLength,
      signal: options.signal,
      parallel: Math.min(this.store.tuning.serviceThreads, LISTED_AT_ONCE),
      places: options.places,
      note: options.note,
    })) {
      if (!found && (await file) !== undefined) throw this.#absent(key, 'is a file, not a directory');
      if (page.first && this.store.tuning.breadcrumbs) await this.#leaveBreadcrumb(key);
      found ||= page.first;
      const { entries, unusable, hidden = 0, broken = 0 } = page;
      if (entries.length > 0 || unusable.length > 0) yield { entries, unusable, hidden, broken, ...(unusable.length > 0 && { removeUnusable: () => this.#removeObjects(unusable, options.signal) }) };
    }
    if (found || key === '') return;
    if (!(await this.store.retry(() => this.#hasFolderMarker(key, options.signal), options.signal))) throw this.#absent(key, 'does not exist');
  }

  async read(key: string, options: ReadOptions = {}): Promise<ByteStream> {
    this.#assertFile(key, 'NOT_FOUND');
    return readObject(this.store, this.#names.file(key), options);
  }

  async write(key: string, source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<UfsWritten> {
    this.#assertFile(key, 'INVALID_ARGUMENT');
    if (this.store.tuning.parentMarkers) await this.makeDirectory(parentKey(key));
    return writeObject(this.store, this.#names.file(key), this.#guardMarkerName(key, source), options);
  }

  async deleteFiles(keys: readonly string[], signal?: AbortSignal): Promise<DeleteFailure[]> {
    const keyOf = new Map<string, string>();
    for (const key of keys) {
      assertKey(key);
      if (key !== '' && this.#names.fits(key)) keyOf.set(this.#names.file(key), key);
    }
    const failures = await deleteObjects(this.store.client, { objects: [...keyOf.keys()], parallel: this.store.tuning.serviceThreads, signal });
    return [...failures].map(([object, error]) => ({ key: keyOf.get(object) ?? object, error }));
  }

  async makeDirectory(key: string): Promise<void> {
    assertKey(key);
    if (!this.#names.directoryFits(key)) throw this.#tooLong(key);
    const keys = keyAndAncestors(key);
    const found = await Promise.all(keys.map((each) => this.status(each)));
    const inTheWay = keys.find((_, at) => found[at]?.kind === 'file');
    if (inTheWay !== undefined) {
      const path = this.#path(inTheWay);
      throw new AlluxioError('ALREADY_EXISTS', `${path} is a file`, { path });
    }
    const absent = keys.filter((_, at) => found[at] === undefined);
    // Whoever tidies up after a failure must not be overtaken by a marker that is still on its way.
    const refused = (await Promise.allSettled(absent.map((each) => this.#putMarker(each)))).find((put) => put.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
    // The folder that is mounted may exist by nothing but what it is about to hold.
    if (key === '' && this.#names.prefix !== '' && (await this.status('')) === undefined) await this.#putMarker('');
  }

  async removeDirectory(key: string): Promise<boolean> {
    assertKey(key);
    if (key === '' || !this.#names.directoryFits(key)) return false;
    const directory = this.#names.directory(key);
    const [inside, folderMarker] = await Promise.all([
      fetchPage(this.store.client, { prefix: directory, recursive: true, pageLength: 2 }, ''),
      this.#hasFolderMarker(key),
    ]);
    if (inside.objects.some((object) => object.key !== directory || object.size > 0)) return false;
    if (inside.objects.length === 0 && !folderMarker) return false;
    const objects = [...inside.objects.map((object) => object.key), ...(folderMarker ? [this.#names.folderMarker(key) ?? ''] : [])];
    for (const error of (await deleteObjects(this.store.client, { objects, parallel: 1 })).values()) throw error;
    return true;
  }

  async copyFile(from: string, to: string, options?: CopyOptions): Promise<UfsWritten> {
    this.#assertFile(from, 'NOT_FOUND');
    this.#assertFile(to, 'INVALID_ARGUMENT');
    return copyObject(this.store, { from: this.#names.file(from), to: this.#names.file(to) }, options);
  }

  #removeObjects(objects: readonly string[], signal?: AbortSignal): Promise<void> {
    return this.store.retry(async () => {
      for (const error of (await deleteObjects(this.store.client, { objects, parallel: 1, signal })).values()) throw error;
    }, signal);
  }

  rename(): Promise<void> {
    return Promise.reject(new AlluxioError('UNSUPPORTED', 'OSS cannot rename; copy and delete instead.'));
  }

  setOwnership(): Promise<void> {
    return Promise.resolve();
  }

  async *unfinishedWrites(key: string, scope: 'file' | 'tree', signal?: AbortSignal): AsyncGenerator<readonly UnfinishedWrite[]> {
    assertKey(key);
    const { client, retry } = this.store;
    if (!this.#names.fits(key)) return;
    const object = this.#names.file(key);
    const [itself, below] = [key === '' ? undefined : object, this.#names.directory(key)];
    for await (const { uploads, nowMs } of uploadPages(client, object, retry, signal)) {
      const ours = uploads.filter((upload) => upload.object === itself || (scope === 'tree' && upload.object.startsWith(below)));
      yield ours.map((upload) => this.#unfinished(upload, nowMs));
      if (scope === 'file' && ours.length < uploads.length) return;
    }
  }

  #unfinished(upload: FoundUpload, nowMs: number): UnfinishedWrite {
    const { client, retry } = this.store;
    const key = upload.object.slice(this.#names.prefix.length);
    return {
      key: isUsableKey(key) ? key : undefined,
      place: `oss://${client.bucket}/${upload.object} (upload ${upload.id})`,
      begunMs: upload.initiatedMs,
      // The server's time comes in whole seconds.
      ageMs: Math.max(0, nowMs - upload.initiatedMs),
      living: false,
      abandon: () => retry(async () => void (await abortUpload(client, upload))),
    };
  }

  isLink(): Promise<boolean> {
    return Promise.resolve(false);
  }

  space(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async #file(key: string, signal?: AbortSignal): Promise<UfsStatus | undefined> {
    if (!this.#names.fits(key)) return undefined;
    const object = await headObject(this.store.client, this.#names.file(key), signal);
    return object === undefined || isFolderMarker(key, object.size) ? undefined : fileStatus(object);
  }

  async #isDirectory(key: string, signal?: AbortSignal): Promise<boolean> {
    if (!this.#names.directoryFits(key)) return false;
    const prefix = this.#names.directory(key);
    const [page, marker] = await Promise.all([
      fetchPage(this.store.client, { prefix, recursive: true, pageLength: 1, signal }, ''),
      this.#hasFolderMarker(key, signal),
    ]);
    return page.objects.length > 0 || marker;
  }

  async #hasFolderMarker(key: string, signal?: AbortSignal): Promise<boolean> {
    const marker = this.#names.folderMarker(key);
    return marker !== undefined && (await headObject(this.store.client, marker, signal))?.size === 0;
  }

  async #putMarker(key: string): Promise<void> {
    try {
      await this.store.client.send({ method: 'PUT', object: this.#names.directory(key), headers: forbidOverwrite(false) });
    } catch (error) {
      if (!hasCode(error, 'ALREADY_EXISTS')) throw error;
    }
  }

  async #leaveBreadcrumb(key: string): Promise<void> {
    if (this.#names.directory(key) === '') return;
    try {
      await this.#putMarker(key);
    } catch {
      // A listing succeeds also with a key that may only read.
      return;
    }
  }

  /** An empty object of such a name would be taken for a directory by every reader. */
  async *#guardMarkerName(key: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.byteLength;
      yield chunk;
    }
    if (isFolderMarker(key, bytes)) throw new AlluxioError('INVALID_ARGUMENT', `An empty file cannot be called ${this.#path(key)}: in OSS that is the mark of a directory.`);
  }

  #assertFile(key: string, absent: 'NOT_FOUND' | 'INVALID_ARGUMENT'): void {
    assertKey(key);
    if (absent === 'INVALID_ARGUMENT' && !this.#names.fits(key)) throw this.#tooLong(key);
    if (key === '' || !this.#names.fits(key)) throw new AlluxioError(absent, `${this.#path(key)} is not a file`, { path: this.#path(key) });
  }

  #tooLong(key: string): AlluxioError {
    return new AlluxioError('INVALID_ARGUMENT', `The name is too long for OSS, which holds 1023 bytes: ${this.#path(key)}`);
  }

  #absent(key: string, why: string): AlluxioError {
    return new AlluxioError('NOT_FOUND', `${this.#path(key)} ${why}`, { path: this.#path(key) });
  }

  #path(key: string): string {
    return this.uri.child(key).toString();
  }
}
