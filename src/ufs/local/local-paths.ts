/** Keys to paths below one root, and never out of it: not by `..`, and not through a symbolic link. */
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlluxioError, systemCode } from '../../errors.ts';
import { isAtOrBelow } from '../../uri.ts';
import { assertKey } from '../keys.ts';

export class LocalPaths {
  constructor(
    readonly root: string,
    /** The root was there once. */
    private readonly mounted: boolean,
  ) {}

  /** @throws INVALID_ARGUMENT for what is no key on a disk */
  pathOf(key: string): string {
    assertKey(key);
    if (key.includes('\0')) throw new AlluxioError('INVALID_ARGUMENT', `A local name cannot hold a NUL character: "${key.replaceAll('\0', '\\0')}"`);
    if (key === '') return this.root;
    return this.root === '/' ? `/${key}` : `${this.root}/${key}`;
  }

  /** For what acts on the name itself (delete, rename, write): the directory that holds it must lie inside. */
  async inside(key: string): Promise<string> {
    const path = this.pathOf(key);
    if (key !== '') await this.#assertInside(dirname(path), path);
    return path;
  }

  /** For what follows a link (status, read, list). */
  async insideFollowed(key: string): Promise<string> {
    const path = this.pathOf(key);
    if (key !== '') await this.#assertInside(path, path);
    return path;
  }

  /** True when the path, with all links followed, lies below the root; false also when it leads nowhere. */
  async leadsInside(path: string): Promise<boolean> {
    const real = await realpathOf(path);
    const root = await realpathOf(this.root);
    return real !== undefined && root !== undefined && isAtOrBelow(real, root);
  }

  /** @throws UNAVAILABLE where a disk is not mounted now, most likely: nothing in it counts as gone, and nothing is written where it would be hidden afterwards */
  missingRoot(): void {
    if (!this.mounted) return;
    throw new AlluxioError('UNAVAILABLE', `The folder ${this.root} of this under storage is not there`, { path: this.root, hint: 'Mount its disk, or make the folder, then try again.' });
  }

  async #assertInside(path: string, named: string): Promise<void> {
    const root = await realpathOf(this.root);
    if (root === undefined) return this.missingRoot();
    // What does not exist is judged by the nearest ancestor that does: that is where it would be made.
    let existing: string | undefined;
    for (let at = path; existing === undefined && isAtOrBelow(at, this.root); at = dirname(at)) {
      existing = await realpathOf(at);
      if (at === '/') break;
    }
    if (existing === undefined || isAtOrBelow(existing, root)) return;
    throw new AlluxioError('PERMISSION_DENIED', `${named} leads out of the under storage ${this.root} through a symbolic link`, { path: named });
  }
}

async function realpathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}
