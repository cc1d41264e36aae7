/**
 * Secrets that somebody typed, perhaps in the wrong place: what is said of such a line must not repeat them. A secret is what follows the name of a credential, after `=`,
 * after `:` or as the next word, and the password of a URI. References (`env:NAME`, `file:PATH`) are none.
 *
 * The names are told by their words, without the catalogue of properties, which no command should have to load for this: a name that is misspelt counts too.
 */
import { isReference } from './references.ts';

const MASK = '******';

/** In the name of a property or an option. */
const SECRET_NAME = /secret|key(?!s)|token|password|credential/i;
/** In one word without dots or dashes, as a directory's name may be too (`key=5`). */
const SECRET_WORD = /secret|accesskey|token|password/i;
/** Without a dash in front, and with no sign behind: a file may be called `token.txt`. */
const SECRET_PROPERTY = /^(?:fs|alluxio)\..*(?:secret|key|token|password)|\.(?:accesskeyid|accesskeysecret|secretkey|secretaccesskey|securitytoken|password)$/i;
const NO_SECRETS: readonly string[] = ['alluxio.underfs.oss.sts.token.refresh.interval.ms'];

/** A name and what follows it, but not within a path. */
const PAIR = /(?<![\w./-])(-*[A-Za-z_][\w.-]*)\s*([=:])(.*)$/s;
const URI_AUTHORITY = /[A-Za-z][\w+.-]*:\/\/([^/\s]*@|[^/\s:]*:(?!\d+(?:[/,]|$))[^\s]*@)/g;
/** Shorter ones are masked only together with what stands before them: they are also found in other words. */
const SHORTEST = 4;
const OWN_OPTIONS: readonly string[] = ['--help', '--json', '--quiet', '--debug', '--no-color', '-h'];

/** Puts a mask where a text repeats a secret of these words. */
export function secretsHider(words: readonly string[]): (text: string) => string {
  let masks: readonly (readonly [secret: RegExp, shown: string])[] | undefined;
  return (text) => {
    masks ??= masksOf(words);
    return masks.reduce((shown, [secret, instead]) => shown.replace(secret, () => instead), text);
  };
}

function masksOf(words: readonly string[]): [RegExp, string][] {
  const found = words.flatMap((word, at) => [...pairsOf(word), ...passwordsOf(word), ...followers(words, at)]);
  // Longer ones first: one may hold another.
  const whole = [...found].sort((a, b) => b.around.length + b.secret.length - a.around.length - a.secret.length).filter(({ around }) => around !== '');
  const alone = [...new Set(found.map(({ secret }) => secret))].filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length);
  return [
    ...whole.map(({ around, secret }): [RegExp, string] => [new RegExp(literal(around + secret), 'g'), around + MASK]),
    ...alone.map((secret): [RegExp, string] => [standing(secret), MASK]),
  ];
}

interface Found {
  /** What stands right before it in its word; '' for a word of its own. */
  readonly around: string;
  readonly secret: string;
}

function pairsOf(word: string): Found[] {
  for (let from = 0; from < word.length; ) {
    const match = PAIR.exec(word.slice(from));
    const [all = '', name = '', sign = '', value = ''] = match ?? [];
    if (match === null) return [];
    if (isSecretName(name) && !(sign === ':' && value.startsWith('//'))) return secretOf(all.slice(0, all.length - value.length), value);
    // `--option=name=value`, `a=b,name=value`
    from += match.index + all.length - value.length;
  }
  return [];
}

function secretOf(around: string, value: string): Found[] {
  const secret = value.replace(/^["'\s]+|["'\s]+$/g, '');
  if (secret === '' || isReference(secret) || secret === MASK) return [];
  const before = around + value.slice(0, value.indexOf(secret));
  // Some commands read lists.
  const [first = ''] = secret.split(/[,\s]/);
  return [{ around: before, secret }, ...(first === '' || first === secret ? [] : [{ around: before, secret: first }])];
}

function passwordsOf(word: string): Found[] {
  return [...word.matchAll(URI_AUTHORITY)].flatMap(([, userInfo = '']) => {
    const secret = userInfo.slice(userInfo.indexOf(':') + 1, -1);
    return userInfo.includes(':') && secret !== '' ? [{ around: `${userInfo.slice(0, userInfo.indexOf(':') + 1)}`, secret }] : [];
  });
}

/** The word behind a name that has no value: `-Dname value`, `name = value`, `--access-key-secret value`. */
function followers(words: readonly string[], at: number): Found[] {
  const name = /(?:^|[=,])(-*[A-Za-z_][\w.-]*)\s*[=:]?$/.exec(words[at] ?? '')?.[1] ?? '';
  const next = words[at + 1] ?? '';
  if (!isSecretName(name) || OWN_OPTIONS.includes(next)) return [];
  const sign = /[=:]$/.test(words[at] ?? '') || /^[=:]/.test(next);
  if (!sign && !name.startsWith('-') && !SECRET_PROPERTY.test(name)) return [];
  const value = /^[=:]$/.test(next) ? (words[at + 2] ?? '') : next.replace(/^[=:]/, '');
  return secretOf('', value);
}

function isSecretName(typed: string): boolean {
  const name = typed.replace(/^-+D?/, '');
  if (NO_SECRETS.includes(name)) return false;
  return /[.-]/.test(typed) ? SECRET_NAME.test(name.replaceAll('-', '')) : SECRET_WORD.test(name);
}

/** Not a part of a longer word. */
function standing(secret: string): RegExp {
  const [before, after] = [/^\w/.test(secret) ? '(?<!\\w)' : '', /\w$/.test(secret) ? '(?!\\w)' : ''];
  return new RegExp(before + literal(secret) + after, 'g');
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
