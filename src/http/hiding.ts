/** What a request says, perhaps in the wrong place, is repeated without the secrets in it: to whoever asked, and in the log. */
import { secretsHider } from '../config/typed-secrets.ts';
import type { SiteContext } from './site.ts';

/** Puts a mask where a text repeats a secret of this request: of its path, its query, or of its body as far as that was read. */
export function hiderOf(c: SiteContext): (text: string) => string {
  const [path = '', query = ''] = c.req.url.split('#', 1)[0]?.split('?', 2) ?? [];
  const asked = plain(path);
  // What stands last is an operation, and no part of a path.
  return secretsHider([asked, asked.slice(asked.lastIndexOf('/') + 1), ...query.split('&').flatMap(wordsOfPart), ...wordsOfBody(c.get('body') as string | undefined)]);
}

function wordsOfPart(part: string): string[] {
  const text = plain(part.replaceAll('+', ' '));
  const cut = text.indexOf('=');
  // The value by itself too: it may hold a pair, or be a URI.
  return cut < 0 ? [text] : [text, text.slice(cut + 1)];
}

/** As it was sent where it cannot be decoded: it is refused then, and a mask too few is better than no answer. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function wordsOfBody(body: string | undefined): string[] {
  if (body === undefined || body === '') return [];
  try {
    return textsOf(JSON.parse(body), []);
  } catch {
    return [body, plain(body)];
  }
}

/** Names count as much as values: either may be in the wrong place. */
function textsOf(value: unknown, found: string[]): string[] {
  if (typeof value === 'string') found.push(value);
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, one] of Object.entries(value)) {
    found.push(name);
    if (typeof one === 'string') found.push(`${name}=${one}`);
    textsOf(one, found);
  }
  return found;
}
