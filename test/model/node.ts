/** An entry of the model's tree, how it is shown, and paths. */
import type { Acl } from './acl.ts';

/** What commands set on an entry, and `undo` puts back. */
export interface Attributes {
  mode: number;
  owner: string;
  group: string;
  pinned: boolean;
  /** `-1 DELETE`: milliseconds and action. */
  ttl: string;
  acl: Acl;
  /** What a directory hands down; undefined: nothing. */
  defaults: (Acl & { readonly mode: number }) | undefined;
}

export interface Node extends Attributes {
  readonly directory: boolean;
  readonly content: string;
  persisted: boolean;
  /** In the storage, where storages keep modes: a read-only one does not follow. */
  storedMode: number;
  cached: boolean;
}

export const NO_TTL = '-1 DELETE';
/** A new file's, which was never set. */
export const NEW_FILE_TTL = '-1 FREE';

export type Shown = Omit<Attributes, 'acl' | 'defaults'> & Pick<Node, 'persisted' | 'cached'> & { size: number; extended: boolean; mount: boolean };

export function lineOf(path: string, isDirectory: boolean, node: Shown): string {
  const kind = isDirectory ? (node.mount ? 'mount' : 'directory') : `file of ${node.size}, ${node.cached ? 'cached' : 'not cached'}`;
  const { mode, extended, owner, group, ttl, persisted, pinned } = node;
  return `${path}: ${kind}, ${persisted ? 'persisted' : 'only here'}${pinned ? ', pinned' : ''}, ${mode.toString(8)}${extended ? '+' : ''} ${owner}:${group}${ttl.startsWith('-1 ') ? '' : `, ${ttl}`}`;
}

/** The directories of the trash that are named by when they were made: by their rank, in the model and in the real shell. */
export function ranked(lines: readonly string[]): string[] {
  const when = /#\d+|\b\d{8}-\d{6}-[0-9a-z]+\b/g;
  const all = [...new Set(lines.flatMap((line) => line.match(when) ?? []))].sort();
  return lines.map((line) => line.replace(when, (name) => `<${all.indexOf(name) + 1}>`)).sort();
}

export function split(command: readonly string[]): { defines: Map<string, string>; words: string[] } {
  const defines = new Map<string, string>();
  const words: string[] = [];
  for (const word of command) {
    const define = /^-D([^=]+)=(.*)$/.exec(word);
    if (define === null) words.push(word);
    else defines.set(define[1] ?? '', define[2] ?? '');
  }
  return { defines, words };
}

export const isThrough = (type: string) => type === 'CACHE_THROUGH' || type === 'THROUGH';
export const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
export const join = (path: string, name: string) => (name === '' ? path : path === '/' ? `/${name}` : `${path}/${name}`);
export const isAtOrBelow = (path: string, above: string) => path === above || path.startsWith(above === '/' ? '/' : `${above}/`);
/** `''` for the path itself. */
export const relativeTo = (path: string, above: string) => path.slice(above === '/' ? 1 : above.length + 1);

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

export function ancestors(path: string): string[] {
  return path === '/' ? [] : [...ancestors(parentOf(path)), parentOf(path)];
}
