/**
 * What a transaction has read of the state, so that many steps of the same kind in it, which walk the same directories, read it once. Forgotten with the first entry that
 * may change any of it: new inodes do not, because what is not there is never remembered.
 */
import type { Entry } from './entries.ts';
import type { Child } from './journal.ts';
import type { InodeRecord, MountRecord } from './records.ts';

/** As many as a deep tree has directories; beyond that nothing more is remembered. */
const MOST = 1000;
const ASKS_BEFORE_LOOK = 16;

export class Remembered {
  readonly #places = new Map<number, Child>();
  readonly #children = new Map<number, Map<string, InodeRecord>>();
  readonly #facts = new Map<string, string>();
  readonly #mounts = new Map<number, MountRecord>();
  #count = 0;
  #leasesAskedFor = 0;
  #noLeases = false;

  applied({ type }: Entry): void {
    if (type === 'inode-created' || type === 'inodes-found' || type === 'sequence-moved') return;
    this.#noLeases = false;
    this.#leasesAskedFor = 0;
    if (this.#count === 0) return;
    this.#count = 0;
    for (const map of [this.#places, this.#children, this.#facts, this.#mounts]) map.clear();
  }

  /** True when there are none at all. Who asks for a few is better served by asking for each. */
  noLeases(look: () => boolean): boolean {
    if (!this.#noLeases && ++this.#leasesAskedFor === ASKS_BEFORE_LOOK) this.#noLeases = look();
    return this.#noLeases;
  }

  /** Only directories come up again. */
  child(parentId: number, name: string, read: () => InodeRecord | undefined): InodeRecord | undefined {
    const known = this.#children.get(parentId)?.get(name);
    if (known !== undefined) return known;
    const inode = read();
    if (inode?.directory !== true || this.#count >= MOST) return inode;
    const children = this.#children.get(parentId) ?? new Map<string, InodeRecord>();
    this.#children.set(parentId, children.set(name, inode));
    this.#count++;
    return inode;
  }

  place(id: number, read: () => Child | undefined): Child | undefined {
    return this.#kept(this.#places, id, read);
  }

  fact(name: string, read: () => string | undefined): string | undefined {
    return this.#kept(this.#facts, name, read);
  }

  mount(id: number, read: () => MountRecord | undefined): MountRecord | undefined {
    return this.#kept(this.#mounts, id, read);
  }

  #kept<K, V>(known: Map<K, V>, key: K, read: () => V | undefined): V | undefined {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = read();
    if (value === undefined || this.#count >= MOST) return value;
    known.set(key, value);
    this.#count++;
    return value;
  }
}
