/**
 * The bytes of larger objects, in files named by a random id. A file is born in `incoming/`; once the index has
 * recorded it, it moves to `blobs/<two digits>/`. So after a crash only `incoming/` has to be searched for leftovers.
 */
import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../errors.ts';
import { makeFolders } from '../../make-folders.ts';

export interface NewBlob {
  readonly id: string;
  readonly handle: FileHandle;
}

async function unlinkIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

export class Blobs {
  readonly #incoming: string;
  readonly #settled: string;
  readonly #folders = new Map<string, Promise<unknown>>();
  readonly #moving = new Map<string, Promise<void>>();
  /** Readers per file: a file that is being read is removed when its last reader is done. */
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(
    dir: string,
    /** False: bytes need not reach the disk before they count. */
    readonly flush: boolean,
  ) {
    this.#incoming = join(dir, 'incoming');
    this.#settled = join(dir, 'blobs');
  }

  /** Makes the folders and settles or removes what an earlier process left behind. */
  async recover(isRecorded: (id: string) => boolean): Promise<void> {
    await makeFolders(this.#incoming, 0o700);
    await makeFolders(this.#settled, 0o700);
    for (const id of await readdir(this.#incoming)) {
      if (isRecorded(id)) await this.settle(id);
      else await unlinkIfThere(join(this.#incoming, id));
    }
  }

  async create(): Promise<NewBlob> {
    const id = randomBytes(16).toString('hex');
    return { id, handle: await open(join(this.#incoming, id), 'wx', 0o600) };
  }

  async sync(handle: FileHandle): Promise<void> {
    if (this.flush) await handle.datasync();
  }

  /** Removes a file that was never recorded. */
  async discard(id: string): Promise<void> {
    await unlinkIfThere(join(this.#incoming, id));
  }

  settle(id: string): Promise<void> {
    const moving = this.#move(id).finally(() => this.#moving.delete(id));
    this.#moving.set(id, moving);
    return moving;
  }

  async #move(id: string): Promise<void> {
    const folder = id.slice(0, 2);
    let made = this.#folders.get(folder);
    if (made === undefined) {
      made = makeFolders(join(this.#settled, folder), 0o700);
      this.#folders.set(folder, made);
    }
    await made;
    await rename(join(this.#incoming, id), this.#path(id));
  }

  #path(id: string): string {
    return join(this.#settled, id.slice(0, 2), id);
  }

  async open(id: string): Promise<FileHandle> {
    // It may move from one place to the other between two looks, but only once and only in this direction.
    for (const path of [this.#path(id), join(this.#incoming, id)]) {
      try {
        return await open(path, 'r');
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
      }
    }
    return open(this.#path(id), 'r');
  }

  /** Keeps the files readable until release(); call it in the same turn as the look into the index. */
  hold(ids: Iterable<string>): () => void {
    const held = [...new Set(ids)];
    for (const id of held) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    return () => {
      for (const id of held) {
        const left = (this.#readers.get(id) ?? 1) - 1;
        if (left > 0) {
          this.#readers.set(id, left);
          continue;
        }
        this.#readers.delete(id);
        // A failure to unlink here is mended at the next start: the file is in the index's list of garbage.
        if (this.#doomed.delete(id)) void this.#removeNow(id).catch(() => undefined);
      }
    };
  }

  /** True when the file is gone, false when a reader still holds it (it goes when the reader does). */
  async remove(id: string): Promise<boolean> {
    if (this.#readers.has(id)) {
      this.#doomed.add(id);
      return false;
    }
    await this.#removeNow(id);
    return true;
  }

  async #removeNow(id: string): Promise<void> {
    await this.#moving.get(id)?.catch(() => undefined);
    if (!(await unlinkIfThere(this.#path(id)))) await unlinkIfThere(join(this.#incoming, id));
  }
}
