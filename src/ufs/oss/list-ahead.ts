/**
 * Pages of a long listing in the order of their keys, fetched side by side. OSS gives a page only after a key, so disjoint ranges need keys to begin at: those that
 * an earlier listing noted, else guesses from the keys met so far (key-steps.ts). Each range stops at the next one's beginning; ranges are handed on one after
 * the other, so whoever reads sees the very pages of one listing after the other.
 */
import { compareUtf8 } from './utf8-order.ts';
import type { StorePage } from './list.ts';
import { stepBetween, stepOn } from './key-steps.ts';
import type { KeyStep } from './key-steps.ts';

export interface AheadOptions {
  /** One page after a key ('': from the beginning). */
  readonly fetch: (after: string) => Promise<StorePage>;
  /** Ranges at once. */
  readonly parallel: number;
  /** Keys that an earlier listing noted, in order; empty when there was none. */
  readonly borders: readonly string[];
}

/** Pages of a range that are fetched before anybody has read those before. */
const PAGES_AHEAD = 1;
/** Pages that a range shall have: the last one of each mostly reaches into the next range and is fetched twice. */
const PAGES_A_RANGE = 12;
const MOST_PATIENCE = 64;
/** Requests that guesses may cost for nothing, beside a quarter of all. */
const WASTE_AT_LEAST = 16;

interface Range {
  /** Where the next page begins. */
  after: string;
  /** The last key that is this range's; undefined: all that follow. */
  upTo: string | undefined;
  /** From where, and how far, pages reach; undefined while that is not known. */
  step: KeyStep | undefined;
  /** A key that was so many pages before `after`. */
  mark: { readonly key: string; readonly pages: number };
  readonly pages: Promise<StorePage>[];
  fetching: boolean;
  /** Everything is fetched. */
  ended: boolean;
}

export async function* pagesAhead(options: AheadOptions): AsyncGenerator<StorePage> {
  const ranges = new Ranges(options);
  for (let range = ranges.first(); range !== undefined; range = ranges.next()) {
    for (ranges.fill(); ; ) {
      const [coming] = range.pages;
      if (coming === undefined) break;
      const page = await coming;
      void range.pages.shift();
      // Before the reader goes to work on this one.
      ranges.fill();
      if (page.objects.length > 0) yield page;
    }
  }
}

class Ranges {
  readonly #options: AheadOptions;
  /** In the order of keys; the first is being read. */
  readonly #open: Range[] = [];
  /** Pages to be seen before the keys beyond are guessed: grows with each guess that met nothing. */
  #patience = 1;
  /** Pages that brought something to their range, and those that did not. */
  #used = 0;
  #wasted = 0;

  constructor(options: AheadOptions) {
    this.#options = options;
    let after = '';
    for (const border of options.borders) {
      this.#open.push(newRange(after, border, undefined));
      after = border;
    }
    this.#open.push(newRange(after, undefined, undefined));
  }

  first(): Range | undefined {
    return this.#open[0];
  }

  next(): Range | undefined {
    this.#open.shift();
    return this.#open[0];
  }

  /** Begins whatever may be under way now. */
  fill(): void {
    do {
      const busy = this.#open.filter(({ ended }) => !ended).slice(0, this.#options.parallel);
      for (const range of busy) this.#fetch(range);
      if (busy.length === this.#options.parallel) return;
    } while (this.#splitLast());
  }

  /** Cuts off what lies more than some pages ahead of the last place where there may be more, as a range of its own. False where that cannot be. */
  #splitLast(): boolean {
    if (this.#wasted > WASTE_AT_LEAST + this.#used / 4) return false;
    const range = this.#open.findLast(({ ended, step }) => !ended && step !== undefined);
    if (range?.step === undefined) return false;
    const beyond = stepOn(range.step, PAGES_A_RANGE);
    if (beyond === undefined || compareUtf8(beyond.from, range.after) <= 0) return false;
    if (range.upTo !== undefined && compareUtf8(beyond.from, range.upTo) >= 0) return false;
    this.#open.splice(this.#open.indexOf(range) + 1, 0, newRange(beyond.from, range.upTo, beyond));
    range.upTo = beyond.from;
    return true;
  }

  #fetch(range: Range): void {
    if (range.ended || range.fetching || range.pages.length >= PAGES_AHEAD) return;
    range.fetching = true;
    const { after } = range;
    const page = this.#options.fetch(after).then((whole) => this.#taken(range, after, whole));
    // It may fail before anybody looks at it.
    page.catch(() => undefined);
    range.pages.push(page);
  }

  #taken(range: Range, after: string, whole: StorePage): StorePage {
    range.fetching = false;
    const { nextMarker } = whole;
    const { upTo } = range;
    range.ended = nextMarker === undefined || (upTo !== undefined && compareUtf8(nextMarker, upTo) >= 0);
    if (nextMarker !== undefined) this.#goOn(range, after, nextMarker);
    const own = upTo === undefined ? whole : { ...whole, objects: upToKey(whole, upTo) };
    if (nextMarker === undefined && own.objects.length === whole.objects.length) this.#endAfter(range);
    if (own.objects.length > 0) this.#used++;
    else this.#wasted++;
    const [first] = whole.objects;
    if (own.objects.length === 0 && first !== undefined) this.#nothingUntil(first.key, range);
    this.fill();
    return own;
  }

  #goOn(range: Range, after: string, nextMarker: string): void {
    range.after = nextMarker;
    const mark = after === '' ? { key: nextMarker, pages: 0 } : { key: range.mark.key, pages: range.mark.pages + 1 };
    if (mark.pages < this.#patience) {
      range.mark = mark;
      return;
    }
    range.step = stepBetween(mark.key, nextMarker, mark.pages);
    range.mark = { key: nextMarker, pages: 0 };
  }

  /** A guess led beyond the keys of its kind: what was guessed from it is dropped, and more is looked at before the next one. */
  #nothingUntil(key: string, range: Range): void {
    this.#patience = Math.min(this.#patience * 2, MOST_PATIENCE);
    for (const later of this.#open.slice(this.#open.indexOf(range))) {
      if (compareUtf8(later.after, key) >= 0) return;
      later.step = undefined;
      if (!later.fetching && later.pages.length === 0 && later.upTo !== undefined && compareUtf8(later.upTo, key) < 0) later.ended = true;
    }
  }

  /** Nothing follows what this page brought, so later ranges have nothing. */
  #endAfter(range: Range): void {
    const at = this.#open.indexOf(range);
    for (const later of this.#open.slice(at + 1)) later.ended = true;
  }
}

function newRange(after: string, upTo: string | undefined, step: KeyStep | undefined): Range {
  return { after, upTo, step, mark: { key: after, pages: 0 }, pages: [], fetching: false, ended: false };
}

function upToKey({ objects }: StorePage, upTo: string): StorePage['objects'] {
  const last = objects[objects.length - 1];
  if (last === undefined || compareUtf8(last.key, upTo) <= 0) return objects;
  let from = 0;
  let to = objects.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareUtf8(objects[middle]?.key ?? '', upTo) <= 0) from = middle + 1;
    else to = middle;
  }
  return objects.slice(0, from);
}
