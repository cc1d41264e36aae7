/** Listing pages of the store as pages of entries: ListObjects V1, which every OSS and every emulator serves. */
import { AlluxioError } from '../../errors.ts';
import type { Retry } from '../wrappers/retry.ts';
import type { UfsPage } from '../ufs.ts';
import { ListingEntries } from './listing-entries.ts';
import type { ListedObject } from './listing-entries.ts';
import type { OssClient } from './oss-client.ts';
import { bareEtag, wholeXml } from './store.ts';
import { decodeUrlEncoded, elementsOf, textOf, unescapeXml } from './xml.ts';

export interface ListRequest {
  /** What the keys begin with: '' or text that ends in `/`. */
  readonly prefix: string;
  readonly recursive: boolean;
  readonly pageLength: number;
  readonly signal?: AbortSignal | undefined;
}

export interface StorePage {
  /** Objects and common prefixes together, in byte order. */
  readonly objects: readonly ListedObject[];
  readonly nextMarker: string | undefined;
}

/** Pages as they come; the next one is on its way while this one is used. Pages without anything are left out. */
export async function* listEntries(client: OssClient, retry: Retry, request: ListRequest): AsyncGenerator<UfsPage & { first: boolean }> {
  const names = new ListingEntries(request.prefix);
  const ahead = new AbortController();
  const signal = request.signal === undefined ? ahead.signal : AbortSignal.any([request.signal, ahead.signal]);
  const fetch = (marker: string): Promise<StorePage> => {
    const page = retry(() => fetchPage(client, { ...request, signal }, marker), signal);
    // It may fail before anybody looks at it.
    page.catch(() => undefined);
    return page;
  };
  try {
    let first = true;
    for (let coming: Promise<StorePage> | undefined = fetch(''); coming !== undefined; first = false) {
      const page: StorePage = await coming;
      coming = page.nextMarker === undefined ? undefined : fetch(page.nextMarker);
      for (const object of page.objects) names.add(object);
      yield { ...names.takePage(), first: first && page.objects.length > 0 };
    }
  } finally {
    ahead.abort();
  }
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
  const page = readPage(wholeXml(answer, 'ListBucketResult'));
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
  for (const { from, to } of elementsOf(xml, 'Contents')) {
    const field = (tag: string): string => {
      const open = xml.indexOf(`<${tag}>`, from);
      if (open < 0 || open >= to) return '';
      const start = open + tag.length + 2;
      return xml.slice(start, xml.indexOf('<', start));
    };
    objects.push({
      key: decode(unescapeXml(field('Key'))),
      size: Number(field('Size')),
      // To the second, as a HEAD says it: the same file must not look changed.
      modifiedMs: Math.floor(Date.parse(field('LastModified')) / 1000) * 1000,
      etag: bareEtag(unescapeXml(field('ETag'))),
    });
  }
  return objects;
}

function mergeByKey(objects: ListedObject[], prefixes: ListedObject[]): ListedObject[] {
  if (prefixes.length === 0) return objects;
  if (objects.length === 0) return prefixes;
  return [...objects, ...prefixes].sort((a, b) => compareUtf8(a.key, b.key));
}

/** By UTF-8 bytes, which JavaScript's own order (UTF-16) is not: astral characters come after U+E000…U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
