/**
 * Makes the entries of a listing out of objects in OSS's key order, holding no more than the chain of open names. It rests on one fact: all
 * keys that begin with the same text lie together. So whatever may still say something about `a` (`a/x`, `a_$folder$`) comes before the
 * first key that does not begin with `a`, and what is known about `a` can be forgotten there.
 */
import type { UfsEntry, UfsPage } from '../ufs.ts';
import { isUsableKey } from '../keys.ts';
import { nameObject } from './object-names.ts';

/** An object, or a common prefix (ending in `/`, size 0) of a listing with a delimiter. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedMs: number | undefined;
  readonly etag: string;
  /** A symbolic link (links.ts); broken when it is known to lead nowhere. */
  readonly link?: 'symbolic' | 'broken';
}

interface Open {
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

export class ListingEntries {
  readonly #open: Open[] = [];
  #entries: UfsEntry[] = [];
  #unusable: string[] = [];
  #hidden = 0;
  #broken = 0;

  /** `prefix` is what the keys of the listed directory begin with. */
  constructor(readonly prefix: string) {}

  /** Objects must come in the order of the bytes of their keys. */
  add(object: ListedObject): void {
    const rest = object.key.slice(this.prefix.length);
    this.#forgetAllBut(rest);
    const named = nameObject(rest, object.size);
    if (named.kind === 'self') return;
    if (this.#liesBelowFile(rest)) {
      this.#hidden += 1;
      this.#unusable.push(object.key);
      return;
    }
    // Also those of a key that no path can name: a listing of one level shows them too.
    this.#openAncestors(rest);
    if (named.kind === 'unusable') {
      this.#unusable.push(object.key);
      return;
    }
    if (named.kind === 'directory') this.#openDirectory(named.path);
    else if (object.link === 'broken') {
      this.#broken += 1;
      this.#unusable.push(object.key);
    } else {
      this.#open.push({ path: named.path, kind: 'file' });
      this.#entries.push(fileEntry(named.path, object));
    }
  }

  /** What was found since the last call. */
  takePage(): UfsPage {
    const page = { entries: this.#entries, unusable: this.#unusable, hidden: this.#hidden, broken: this.#broken };
    this.#entries = [];
    this.#unusable = [];
    this.#hidden = 0;
    this.#broken = 0;
    return page;
  }

  #forgetAllBut(rest: string): void {
    for (let last = this.#open.at(-1); last !== undefined && !rest.startsWith(last.path); last = this.#open.at(-1)) this.#open.pop();
  }

  #known(path: string): Open | undefined {
    return this.#open.findLast((open) => open.path === path);
  }

  /** A file wins over a prefix of the same name, and then no path leads to what lies below. */
  #liesBelowFile(path: string): boolean {
    return this.#open.some((open) => open.kind === 'file' && path.length > open.path.length && path.charCodeAt(open.path.length) === 47);
  }

  #openAncestors(path: string): void {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const ancestor = path.slice(0, slash);
      if (this.#known(ancestor) !== undefined) continue;
      if (!isUsableKey(ancestor)) return;
      this.#openDirectory(ancestor);
    }
  }

  #openDirectory(path: string): void {
    if (this.#known(path) !== undefined) return;
    this.#open.push({ path, kind: 'directory' });
    this.#entries.push({ name: path, ...DIRECTORY });
  }
}

const STORE_HAS_NONE = { crc64: undefined, owner: '', group: '', mode: 0o777 } as const;

export const DIRECTORY = { kind: 'directory', size: 0, modifiedMs: undefined, contentHash: '', ...STORE_HAS_NONE } as const;

function fileEntry(name: string, object: ListedObject): UfsEntry {
  return { name, kind: 'file', size: object.size, modifiedMs: object.modifiedMs, contentHash: object.etag, ...STORE_HAS_NONE };
}
