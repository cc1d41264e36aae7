/** Keys noted on the way of a long listing, evenly spread, for the next listing to begin at. */
import type { StorePage } from './list.ts';

/** Fewer pages are listed fast enough without. */
const WORTH_IT = 8;
/** Twice this many are thinned out. */
const MOST = 64;

export class NotedPlaces {
  #places: string[] = [];
  #every = 1;
  #pages = 0;

  constructor(private readonly prefix: string) {}

  see({ objects }: StorePage): void {
    const last = objects[objects.length - 1];
    if (last === undefined || ++this.#pages % this.#every !== 0) return;
    this.#places.push(last.key.slice(this.prefix.length));
    if (this.#places.length < 2 * MOST) return;
    this.#places = this.#places.filter((_, at) => at % 2 === 1);
    this.#every *= 2;
  }

  tell(note: ((places: readonly string[]) => void) | undefined): void {
    // Behind the last one there is nothing.
    if (this.#pages >= WORTH_IT) note?.(this.#places.slice(0, -1));
  }
}
