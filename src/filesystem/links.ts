/** Which directories of a tree are symbolic links of its storage: a removal takes the link, and what is behind it is another directory's. */
import type { Ufs } from '../ufs/ufs.ts';
import { forEachParallel } from './parallel.ts';

const AT_ONCE = 16;

export class Links {
  readonly #ufs: Ufs;
  /** The tree's key with a slash after it, or '' for the whole storage. */
  readonly #base: string;
  readonly #top: string;
  readonly #found = new Set<string>();

  constructor(ufs: Ufs, key: string) {
    this.#ufs = ufs;
    this.#top = key;
    this.#base = key === '' ? '' : `${key}/`;
  }

  /** Looks at directories, named from the top of the tree, '' for itself. Those above them have been looked at. */
  async look(directories: readonly string[]): Promise<void> {
    await forEachParallel(directories, AT_ONCE, async (relative) => {
      if (await this.#ufs.isLink(relative === '' ? this.#top : this.#base + relative)) this.#found.add(relative);
    });
  }

  has(relative: string): boolean {
    return this.#found.has(relative);
  }

  /** True for what a link stands above. */
  behind(relative: string): boolean {
    if (this.#found.size === 0 || relative === '') return false;
    for (let cut = relative.lastIndexOf('/'); cut > 0; cut = relative.lastIndexOf('/', cut - 1)) if (this.#found.has(relative.slice(0, cut))) return true;
    return this.#found.has('');
  }
}
