/** Listing pages of the store as pages of entries: ListObjects V1, which every OSS and every emulator serves. */
import { AlluxioError } from '../../errors.ts';
import type { Retry } from '../wrappers/retry.ts';
import type { UfsPage } from '../ufs.ts';
import { followLinks } from './links.ts';
import { pagesAhead } from './list-ahead.ts';
import { ListingEntries } from './listing-entries.ts';
import type { ListedObject } from './listing-entries.ts';
import { NotedPlaces } from './noted-places.ts';
import type { OssClient } from './oss-client.ts';
import { bareEtag, wholeXml } from './store.ts';
import { compareUtf8 } from './utf8-order.ts';
import { decodeUrlEncoded, elementsOf, textOf, unescapeXml } from './xml.ts';

export interface ListRequest {
  /** What the keys begin with: '' or text that ends in `/`. */
  readonly prefix: string;
  readonly recursive: boolean;
  readonly pageLength: number;
  readonly signal?: AbortSignal | undefined;
  /** Ranges of keys that are fetched at the same time. */
  readonly parallel?: number;
  /** As ListOptions has them. */
  readonly places?: readonly string[] | undefined;
  readonly note?: ((places: readonly string[]) => void) | undefined;
}

export interface StorePage {
  /** Objects and common prefixes together, in byte order. */
  readonly objects: readonly ListedObject[];
  readonly nextMarker: string | undefined;
}

/** Pages as they come; others are on their way while one is used. Pages without anything are left out. */
export async function* listEntries(client: OssClient, retry: Retry, request: ListRequest): AsyncGenerator<UfsPage & { first: boolean }> {
  const names = new ListingEntries(request.prefix);
  const ahead = new AbortController();
  const signal = request.signal === undefined ? ahead.signal : AbortSignal.any([request.signal, ahead.signal]);
  const pages = pagesAhead({
    fetch: (after) => retry(() => fetchPage(client, { ...request, signal }, after), signal),
    parallel: request.parallel ?? 1,
    borders: bordersOf(request),
  });
  const noted = new NotedPlaces(request.prefix);
  try {
    let first = true;
    for await (const page of pages) {
      for (const object of await followLinks({ client, retry, signal }, page.objects)) names.add(object);
      noted.see(page);
      yield { ...names.takePage(), first };
      first = false;
    }
    noted.tell(request.note);
  } finally {
    ahead.abort();
  }
}

/** What was noted by somebody else, or damaged, is no use. */
function bordersOf({ prefix, places = [] }: ListRequest): string[] {
  const borders = places.map((place) => prefix + place);
  return borders.every((border, at) => compareUtf8(border, borders[at - 1] ?? prefix) > 0) ? borders : [];
}

export async function fetchPage(client: OssClient, request: ListRequest, marker: string): Promise<StorePage> {
  const answer = await client.send({
    method: 'GET',
    query: {
      ...(request.prefix === '' ? {} : { prefix: request.prefix }),
      ...(request.recursive ? {} : { delimiter: '/' }),
      ...(marker === '' ? {} : { marker }),
      'max-keys': String(request.pageLength),
      'encoding-type': 'url',
    },
    signal: request.signal,
  });
  const page = readPage(wholeXml(client, answer, { root: 'ListBucketResult', about: request.prefix }));
  // A page that does not lead on would be asked for without end.
  const behind = [page.objects[0]?.key, page.nextMarker].some((key) => key !== undefined && compareUtf8(key, marker) <= 0);
  if (marker !== '' && behind) throw new AlluxioError('UNAVAILABLE', `OSS answered with an earlier page of the listing of oss://${client.bucket}/${request.prefix}`);
  return page;
}

export function readPage(xml: string): StorePage {
  const decode = textOf(xml, 'EncodingType') === 'url' ? decodeUrlEncoded : (text: string): string => text;
  const objects = readObjects(xml, decode);
  const prefixes: ListedObject[] = [];
  for (const { from, to } of elementsOf(xml, 'CommonPrefixes')) {
    prefixes.push({ key: decode(textOf(xml, 'Prefix', from, to) ?? ''), size: 0, modifiedMs: undefined, etag: '' });
  }
  const all = mergeByKey(objects, prefixes);
  const truncated = textOf(xml, 'IsTruncated') === 'true';
  const next = textOf(xml, 'NextMarker');
  return { objects: all, nextMarker: truncated ? (next === undefined ? all.at(-1)?.key : decode(next)) : undefined };
}

/** One pass over the text, tag by tag in whatever order they come. */
function readObjects(xml: string, decode: (text: string) => string): ListedObject[] {
  const objects: ListedObject[] = [];
  const links = xml.includes(LINK);
  for (const { from, to } of elementsOf(xml, 'Contents')) {
    objects.push({
      key: decode(unescapeXml(fieldOf(xml, '<Key>', from, to))),
      size: Number(fieldOf(xml, '<Size>', from, to)),
      modifiedMs: secondsOf(fieldOf(xml, '<LastModified>', from, to)),
      etag: etagOf(fieldOf(xml, '<ETag>', from, to)),
      ...(links && xml.slice(from, to).includes(LINK) ? { link: 'symbolic' } : {}),
    });
  }
  return objects;
}

const LINK = '<Type>Symlink</Type>';

function fieldOf(xml: string, tag: string, from: number, to: number): string {
  const open = xml.indexOf(tag, from);
  if (open < 0 || open >= to) return '';
  const start = open + tag.length;
  return xml.slice(start, xml.indexOf('<', start));
}

let lastTime = { text: '', ms: 0 };

/** To the second, as a HEAD says it: the same file must not look changed. Neighbours often have the same. */
function secondsOf(text: string): number {
  if (text !== lastTime.text) lastTime = { text, ms: Math.floor(Date.parse(text) / 1000) * 1000 };
  return lastTime.ms;
}

const QUOTE = '&quot;';

function etagOf(text: string): string {
  if (text.startsWith(QUOTE) && text.endsWith(QUOTE) && text.length >= 2 * QUOTE.length) {
    const inner = text.slice(QUOTE.length, -QUOTE.length);
    if (!inner.includes('&')) return inner;
  }
  return bareEtag(unescapeXml(text));
}

function mergeByKey(objects: ListedObject[], prefixes: ListedObject[]): ListedObject[] {
  if (prefixes.length === 0) return objects;
  if (objects.length === 0) return prefixes;
  return [...objects, ...prefixes].sort((a, b) => compareUtf8(a.key, b.key));
}
