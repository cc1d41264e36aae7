/**
 * How paths become object keys and back. A directory marker is written as `dir/` (zero bytes); both `dir/` and `dir_$folder$` are
 * recognised, never shown as files, and removed together.
 */
import { isUsableKey } from '../keys.ts';
import type { UfsUri } from '../../uri.ts';

export const FOLDER_SUFFIX = '_$folder$';
const MAX_KEY_BYTES = 1023;

/** `''` for a whole bucket, else `dir/`. */
export function prefixOf(uri: UfsUri): string {
  return uri.path === '/' ? '' : `${uri.path.slice(1)}/`;
}

export class ObjectNames {
  constructor(readonly prefix: string) {}

  /** The object that is the file at the key. The mount's root has none. */
  file(key: string): string {
    return this.prefix + key;
  }

  /** What the keys of everything inside the directory begin with; also the marker that we write. '' for a bucket's root. */
  directory(key: string): string {
    return key === '' ? this.prefix : `${this.prefix}${key}/`;
  }

  /** The marker that Alluxio and Hadoop write; undefined where none can be: for a bucket's root and beyond OSS's length. It lies beside the directory, not inside. */
  folderMarker(key: string): string | undefined {
    const directory = this.directory(key);
    const marker = directory.slice(0, -1) + FOLDER_SUFFIX;
    return directory === '' || !isShort(marker) ? undefined : marker;
  }

  /** Names that OSS cannot hold (over 1,023 bytes) cannot exist there. */
  fits(key: string): boolean {
    return isShort(this.file(key));
  }

  /** One byte less: the directory's own key ends in a slash. */
  directoryFits(key: string): boolean {
    return isShort(this.directory(key));
  }
}

function isShort(object: string): boolean {
  return object.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(object) <= MAX_KEY_BYTES;
}

/** True for an object that stands for a directory: a zero-byte one, so that a file with content never vanishes from a listing. */
export function isFolderMarker(name: string, size: number): boolean {
  return size === 0 && name.endsWith(FOLDER_SUFFIX);
}

export type Named = { readonly kind: 'file' | 'directory'; readonly path: string } | { readonly kind: 'unusable' } | { readonly kind: 'self' };

/** What an object below a directory is, by its key's rest after the directory's prefix. */
export function nameObject(rest: string, size: number): Named {
  if (rest === '') return { kind: size === 0 ? 'self' : 'unusable' };
  if (rest.endsWith('/')) return directoryNamed(size === 0 ? rest.slice(0, -1) : '');
  if (isFolderMarker(rest, size)) return directoryNamed(rest.slice(0, -FOLDER_SUFFIX.length));
  return isUsableKey(rest) ? { kind: 'file', path: rest } : { kind: 'unusable' };
}

function directoryNamed(path: string): Named {
  return path !== '' && isUsableKey(path) ? { kind: 'directory', path } : { kind: 'unusable' };
}
