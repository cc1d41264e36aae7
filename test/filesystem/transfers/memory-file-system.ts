/** A namespace in memory, with the messages of the sheet: what transfers stand on in their tests. */
import { byteStream } from '../../../src/byte-stream.ts';
import { AlluxioError } from '../../../src/errors.ts';
import type { Changes, Content, CreateOptions, Entries, FileStatus } from '../../../src/filesystem/file-system.ts';
import type { AlluxioPath } from '../../../src/uri.ts';
import { componentsOf, isAtOrBelow, nameOf, parentOf, ROOT } from '../../../src/uri.ts';

interface Node {
  status: FileStatus;
  bytes: Buffer;
}

export class MemoryFileSystem {
  readonly nodes = new Map<string, Node>([[ROOT, { status: statusOf(ROOT, true, 0), bytes: Buffer.alloc(0) }]]);
  /** Paths whose reading or creating fails, with the error. */
  readonly failing = new Map<string, Error>();
  /** Awaited before a file is created; lets a test hold or observe. */
  beforeCreate: (path: string) => Promise<void> = () => Promise.resolve();
  running = 0;
  mostRunning = 0;
  readonly removed: string[] = [];

  put(path: string, content: string | Buffer, attributes: Partial<FileStatus> = {}): this {
    const plain = path as AlluxioPath;
    if (parentOf(plain) !== ROOT && !this.nodes.has(parentOf(plain))) this.dir(parentOf(plain));
    const bytes = Buffer.from(content);
    this.nodes.set(path, { status: { ...statusOf(plain, false, bytes.length), ...attributes }, bytes });
    return this;
  }

  dir(path: string, attributes: Partial<FileStatus> = {}): this {
    const plain = path as AlluxioPath;
    if (plain !== ROOT && !this.nodes.has(parentOf(plain))) this.dir(parentOf(plain));
    this.nodes.set(path, { status: { ...statusOf(plain, true, 0), ...attributes }, bytes: Buffer.alloc(0) });
    return this;
  }

  /** Everything below the root: directories as `path/`, files as `path=content`. */
  tree(): string[] {
    return [...this.nodes.values()]
      .filter(({ status }) => status.path !== ROOT)
      .map(({ status, bytes }) => (status.directory ? `${status.path}/` : `${status.path}=${bytes.length > 40 ? `${bytes.length} bytes` : bytes.toString()}`))
      .sort();
  }

  private node(path: string): Node {
    const found = this.nodes.get(path);
    if (found === undefined) throw new AlluxioError('NOT_FOUND', `Path "${path}" does not exist.`);
    return found;
  }

  private requireParent(path: AlluxioPath): void {
    const parts = componentsOf(path);
    for (let count = 1; count < parts.length; count += 1) {
      const node = this.nodes.get(`/${parts.slice(0, count).join('/')}`);
      if (node === undefined) throw new AlluxioError('NOT_FOUND', `File ${path} creation failed. Component ${count}(${parts[count - 1]}) does not exist`);
      if (!node.status.directory) {
        throw new AlluxioError('NOT_A_DIRECTORY', `Could not traverse to parent directory of path ${path}. Component ${parts[count - 1]} is not a directory.`);
      }
    }
  }

  private childrenOf(path: AlluxioPath): FileStatus[] {
    const found = [...this.nodes.values()].map(({ status }) => status).filter((status) => status.path !== ROOT && parentOf(status.path) === path);
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  private *descend(path: AlluxioPath): Generator<FileStatus> {
    for (const child of this.childrenOf(path)) {
      yield child;
      if (child.directory) yield* this.descend(child.path);
    }
  }

  readonly entries: Entries = {
    status: (path) => attempt(() => this.node(path).status),
    exists: (path) => Promise.resolve(this.nodes.has(path)),
    list: (path, options) => this.list(path, options?.recursive === true),
    glob: (pattern) => {
      const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`, 's');
      return Promise.resolve([...this.nodes.keys()].filter((path) => expression.test(path)).sort() as AlluxioPath[]);
    },
    page: () => Promise.reject(new Error('not used by transfers')),
    totals: () => Promise.reject(new Error('not used by transfers')),
    known: () => Promise.reject(new Error('not used by transfers')),
    blocks: () => Promise.reject(new Error('not used by transfers')),
    loadMetadata: () => Promise.reject(new Error('not used by transfers')),
  };

  /** Batches of two, each read late: what is created while somebody lists may appear. */
  private async *list(path: AlluxioPath, recursive: boolean): AsyncGenerator<FileStatus[]> {
    if (!this.node(path).status.directory) return yield [this.node(path).status];
    let batch: FileStatus[] = [];
    for (const status of recursive ? this.descend(path) : this.childrenOf(path)) {
      batch.push(status);
      if (batch.length < 2) continue;
      yield batch;
      batch = [];
      await Promise.resolve();
    }
    if (batch.length > 0) yield batch;
  }

  readonly changes: Changes = {
    createTogether: () => Promise.resolve([]),
    makeDirectory: (path, options) =>
      attempt(() => {
        this.fail(path);
        if (this.nodes.has(path)) throw new AlluxioError('ALREADY_EXISTS', `Not allowed to create directory because path already exists: ${path}`);
        this.requireParent(path);
        this.dir(path, { mode: options.mode ?? 0o755 });
      }),
    rename: () => Promise.reject(new Error('not used by transfers')),
    delete: (path) =>
      attempt(() => {
        this.node(path);
        this.removed.push(path);
        for (const key of [...this.nodes.keys()]) if (isAtOrBelow(key, path)) this.nodes.delete(key);
      }),
    setAcl: () => Promise.reject(new Error('not used by transfers')),
    setAttributes: (path, change) =>
      attempt(() => {
        const node = this.node(path);
        const { owner, group, mode } = change;
        node.status = { ...node.status, ...(owner !== undefined && { owner }), ...(group !== undefined && { group }), ...(mode !== undefined && { mode }) };
      }),
  };

  readonly content: Content = {
    create: async (path, source, options = {}) => {
      this.running += 1;
      this.mostRunning = Math.max(this.mostRunning, this.running);
      try {
        await this.create(path, source, options);
      } finally {
        this.running -= 1;
      }
    },
    createMany: async (files, { inTurn, ...options }) => {
      const before = new Map<AlluxioPath, Promise<unknown>>();
      const creating = files.map(({ path, bytes }) => {
        const first = before.get(path) ?? Promise.resolve();
        const created = first.then(() => inTurn(() => this.content.create(path, chunksOf(Buffer.from(bytes), undefined), options))).catch((error: unknown) => error);
        before.set(path, created);
        return created;
      });
      return Promise.all(creating);
    },
    open: (path) =>
      attempt(() => {
        this.fail(path);
        const { bytes } = this.node(path);
        return byteStream(chunksOf(bytes, this.failing.get(`${path}#middle`)));
      }),
  };

  private async create(path: AlluxioPath, source: AsyncIterable<Uint8Array>, options: CreateOptions): Promise<FileStatus> {
    await this.beforeCreate(path);
    if (options.signal?.aborted === true) throw new AlluxioError('CANCELLED', 'Cancelled.');
    this.fail(path);
    this.requireParent(path);
    if (this.nodes.has(path)) throw new AlluxioError('ALREADY_EXISTS', `Not allowed to create file because path already exists: ${path}`);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of source) chunks.push(chunk);
    } catch (cause) {
      // As a store does: it knows only that the upload ended.
      throw new AlluxioError('UNAVAILABLE', 'The upload broke off.', { cause });
    }
    const { owner, group, mode, acl } = options;
    const attributes = { ...(owner !== undefined && { owner }), ...(group !== undefined && { group }), ...(mode !== undefined && { mode }), ...(acl !== undefined && { acl }) };
    return this.put(path, Buffer.concat(chunks), attributes).node(path).status;
  }

  private fail(path: string): void {
    const error = this.failing.get(path);
    if (error !== undefined) throw error;
  }
}

async function* chunksOf(bytes: Buffer, failure: Error | undefined): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes.subarray(0, Math.ceil(bytes.length / 2));
  if (failure !== undefined) throw failure;
  if (bytes.length > 1) yield bytes.subarray(Math.ceil(bytes.length / 2));
}

async function attempt<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}

function statusOf(path: AlluxioPath, directory: boolean, length: number): FileStatus {
  return {
    id: 1, path, name: nameOf(path), directory, length, blockSize: 64 << 20, childCount: 0, createdMs: 0, modifiedMs: 0, accessedMs: 0,
    owner: 'me', group: 'us', mode: directory ? 0o755 : 0o644, acl: [], defaultAcl: [], persistence: 'PERSISTED', pinned: false, pinnedMedia: [],
    ttlMs: -1, ttlAction: 'FREE', replicationMin: 0, replicationMax: -1, cachedBytes: 0, mountPoint: path === ROOT, mountId: 1, ufsPath: path,
    fingerprint: '', crc64: undefined, childrenLoaded: true,
  };
}
