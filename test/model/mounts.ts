/** Which storage is where in the model's tree, and what is kept in those that are nowhere. */
import type { Node } from './node.ts';
import { isAtOrBelow, join } from './node.ts';

export interface Mount {
  /** The same as long as it stays: one that is mounted again is another one. */
  readonly id: symbol;
  readonly storage: string;
  readonly readOnly: boolean;
}

/** Entries of a storage, by their paths there. */
export type Stored = ReadonlyMap<string, Node>;

export class MountTable {
  readonly #mounts = new Map<string, Mount>([['/', { id: Symbol(), storage: 'root', readOnly: false }]]);
  /** What storages hold that are not mounted. */
  readonly left = new Map<string, Stored>();

  /** Mount points but the root, sorted. */
  get points(): string[] {
    return [...this.#mounts.keys()].filter((path) => path !== '/').sort();
  }

  get all(): readonly (readonly [string, Mount])[] {
    return [...this.#mounts];
  }

  at(path: string): Mount | undefined {
    return this.#mounts.get(path);
  }

  set(path: string, mount: Mount): true {
    this.#mounts.set(path, mount);
    return true;
  }

  delete(path: string): void {
    this.#mounts.delete(path);
  }

  /** The mount point that a path belongs to. */
  of(path: string): string {
    return [...this.#mounts.keys()].filter((mount) => isAtOrBelow(path, mount)).reduce((deepest, mount) => (mount.length > deepest.length ? mount : deepest));
  }

  isWritable(path: string): boolean {
    return this.#mounts.get(this.of(path))?.readOnly !== true;
  }

  holds(storage: string): boolean {
    return [...this.#mounts.values()].some((mount) => mount.storage === storage);
  }

  isPointAtOrBelow(path: string): boolean {
    return this.points.some((point) => isAtOrBelow(point, path));
  }

  isInTrash(path: string): boolean {
    return this.all.some(([mount]) => isAtOrBelow(path, join(mount, '.Trash')));
  }

  /** What `mount` lists. */
  text(): string {
    return this.all.map(([path, { storage, readOnly }]) => mountLine(path, storage, readOnly)).sort().join('\n');
  }
}

export const mountLine = (path: string, storage: string, readOnly: boolean) => `${path} ${storage}${readOnly ? ' read-only' : ''}`;
