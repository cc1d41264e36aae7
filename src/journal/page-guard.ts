/**
 * Looks at the pages that a transaction is about to use before LMDB does. LMDB trusts what it reads: of a page that is none of its tree it dies by a signal, in the middle of
 * somebody's command. Here it is an error that says what to do.
 */
import type { KeyRange } from './kv.ts';
import type { PageReader } from './lmdb-pages.ts';

interface Known {
  /** Neither is in it; undefined: it has no end there. */
  readonly after: Buffer | undefined;
  readonly before: Buffer | undefined;
}

/** Of a table. */
const KNOWN = 8;

export class PageGuard {
  readonly #pages: PageReader;
  #ready = false;
  /** By table, the last ones first: what is used there next lies most often beside what was used lately. */
  readonly #known = new Map<number, Known[]>();

  constructor(pages: PageReader) {
    this.#pages = pages;
  }

  /** Of a transaction, which keeps all others from writing: the pages of the newest state stay as they are. */
  begin(): void {
    this.#ready = this.#pages.showNewest();
  }

  /** The way to the key, and the leaves beside its own, with which LMDB may join it. @throws CORRUPT */
  key(key: Buffer): void {
    if (!this.#ready) return;
    const table = key[0] ?? 0;
    let known = this.#known.get(table);
    if (known === undefined) this.#known.set(table, (known = []));
    for (const { after, before } of known) if ((after === undefined || key.compare(after) > 0) && (before === undefined || key.compare(before) < 0)) return;
    known.unshift(this.#pages.around(key));
    if (known.length > KNOWN) known.pop();
  }

  /** @throws CORRUPT */
  range(range: KeyRange): void {
    if (this.#ready) this.#pages.scan(range, nothing);
  }
}

function nothing(): void {
  // To have reached it is all.
}
