/** Paths and URIs: parse, normalise, join. Pure; knows no storage and no configuration. */
import { AlluxioError } from './errors.ts';

/** An absolute, normalised path inside the namespace: `/`, `/a/b`; no trailing slash, no empty, `.` or `..` component. */
export type AlluxioPath = string & { readonly __alluxioPath: unique symbol };

export const ROOT = '/' as AlluxioPath;

/** What the user typed, normalised: `typed` is echoed in messages, `plain` is what the namespace knows. */
export interface TypedPath {
  readonly plain: AlluxioPath;
  readonly typed: string;
  /** `host:port` when it was typed, else ''. */
  readonly authority: string;
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/\\]*)(.*)$/s;

/** Backslashes to slashes, runs of slashes collapsed, `.` and `..` resolved, no trailing slash. */
export function normalisePath(path: string): AlluxioPath {
  return resolveDots(path.replaceAll('\\', '/'));
}

/** A path from a program, which means what it says: a backslash is part of a name. @throws INVALID_ARGUMENT unless it is absolute */
export function plainPath(text: string): AlluxioPath {
  if (!text.startsWith('/')) throw new AlluxioError('INVALID_ARGUMENT', `Path "${text}" is invalid.`, { hint: 'Paths start with /.' });
  return resolveDots(text);
}

function resolveDots(path: string): AlluxioPath {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return `/${kept.join('/')}` as AlluxioPath;
}

/**
 * Reads an Alluxio path as typed: `/a/b` or `alluxio://host:port/a/b`.
 * @throws INVALID_ARGUMENT for another scheme, a relative or an empty path.
 */
export function parseAlluxioPath(text: string): TypedPath {
  const match = SCHEME.exec(text);
  if (match === null) {
    if (!/^[/\\]/.test(text)) throw new AlluxioError('INVALID_ARGUMENT', `Path "${text}" is invalid.`, { hint: 'Paths start with /.' });
    const plain = normalisePath(text);
    return { plain, typed: plain, authority: '' };
  }
  const [, scheme = '', authority = '', rest = ''] = match;
  if (scheme !== 'alluxio') {
    throw new AlluxioError(
      'INVALID_ARGUMENT',
      `Scheme ${scheme}:// in AlluxioURI is invalid. Schemes in filesystem operations are ignored. "alluxio://" or no scheme at all is valid.`,
    );
  }
  const plain = normalisePath(rest);
  return { plain, typed: `alluxio://${authority}${plain}`, authority };
}

/** The same typed form (scheme and authority kept) for another plain path: matches of a wildcard, children of a directory. */
export function retype(like: TypedPath, plain: AlluxioPath): TypedPath {
  const prefix = like.typed.slice(0, like.typed.length - like.plain.length);
  return { plain, typed: prefix + plain, authority: like.authority };
}

export function componentsOf(path: AlluxioPath): string[] {
  return path === ROOT ? [] : path.slice(1).split('/');
}

export function joinPath(parent: AlluxioPath, name: string): AlluxioPath {
  return (parent === ROOT ? `/${name}` : `${parent}/${name}`) as AlluxioPath;
}

export function parentOf(path: AlluxioPath): AlluxioPath {
  const cut = path.lastIndexOf('/');
  return (cut <= 0 ? '/' : path.slice(0, cut)) as AlluxioPath;
}

/** The last component; '' for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True when `inner` is `outer` or lies below it, by whole components. */
export function isAtOrBelow(inner: string, outer: string): boolean {
  return inner === outer || outer === ROOT || inner.startsWith(`${outer}/`);
}

/** The part of `inner` below `outer`, without a leading slash; '' when they are the same. */
export function relativeTo(inner: string, outer: string): string {
  if (inner === outer) return '';
  return outer === ROOT ? inner.slice(1) : inner.slice(outer.length + 1);
}

/** An under-storage location. A local one has scheme `file` and no authority, and prints as a bare path. */
export class UfsUri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    /** Normalised, starts with `/`. */
    readonly path: string,
  ) {}

  /** @throws INVALID_ARGUMENT when it is neither `scheme://…` nor an absolute local path. */
  static parse(text: string): UfsUri {
    const match = SCHEME.exec(text);
    if (match !== null) {
      const [, scheme = '', authority = '', rest = ''] = match;
      return new UfsUri(scheme.toLowerCase(), authority, normalisePath(rest));
    }
    if (text.startsWith('/')) return new UfsUri('file', '', normalisePath(text));
    throw new AlluxioError('INVALID_ARGUMENT', `"${text}" is not an under storage URI.`, {
      hint: 'Use oss://<bucket>/<directory> or an absolute local path.',
    });
  }

  /** The URI of something below this one; `key` is relative, without a leading slash. */
  child(key: string): UfsUri {
    if (key === '') return this;
    return new UfsUri(this.scheme, this.authority, this.path === '/' ? `/${key}` : `${this.path}/${key}`);
  }

  /** Same storage, and one of the two paths is at or below the other. */
  overlaps(other: UfsUri): boolean {
    return this.contains(other) || other.contains(this);
  }

  contains(other: UfsUri): boolean {
    return this.scheme === other.scheme && this.authority === other.authority && isAtOrBelow(other.path, this.path);
  }

  toString(): string {
    return this.scheme === 'file' ? this.path : `${this.scheme}://${this.authority}${this.path}`;
  }
}
