/** From a path to inodes: one look-up per component. */
import type { Child, View } from '../journal/journal.ts';
import { ROOT_ID } from '../journal/journal.ts';
import { AlluxioError } from '../errors.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT, componentsOf, joinPath } from '../uri.ts';

/** How far a path leads. */
export interface Resolution {
  readonly path: AlluxioPath;
  /** The inodes that exist, from the root on; never empty. */
  readonly chain: readonly Child[];
  /** Components that do not exist; empty when the path exists. */
  readonly missing: readonly string[];
}

export function resolve(view: View, path: AlluxioPath): Resolution {
  const root = view.locate(ROOT_ID);
  if (root === undefined) throw new AlluxioError('INTERNAL', 'The journal has no root directory.');
  const chain: Child[] = [root];
  const components = componentsOf(path);
  let parent = root;
  for (let i = 0; i < components.length; i++) {
    const name = components[i] ?? '';
    const inode = parent.inode.directory ? view.child(parent.inode.id, name) : undefined;
    if (inode === undefined) return { path, chain, missing: components.slice(i) };
    parent = { parentId: parent.inode.id, name, inode };
    chain.push(parent);
  }
  return { path, chain, missing: [] };
}

/** The last inode that exists. */
export function deepest(resolution: Resolution): Child {
  const last = resolution.chain[resolution.chain.length - 1];
  if (last === undefined) throw new AlluxioError('INTERNAL', 'A resolution without a root.');
  return last;
}

/** The path's inode. @throws NOT_FOUND */
export function existing(view: View, path: AlluxioPath): { target: Child; chain: readonly Child[] } {
  const resolution = resolve(view, path);
  if (resolution.missing.length > 0) throw notFound(path);
  return { target: deepest(resolution), chain: resolution.chain };
}

export function notFound(path: string): AlluxioError {
  return new AlluxioError('NOT_FOUND', `Path "${path}" does not exist.`, { path });
}

/** Where an inode is now; undefined when it is gone or detached. */
export function pathOfInode(view: View, id: number): AlluxioPath | undefined {
  const names: string[] = [];
  let at = view.locate(id);
  while (at !== undefined && at.inode.id !== ROOT_ID) {
    names.push(at.name);
    at = view.locate(at.parentId);
  }
  if (at === undefined) return undefined;
  return names.reverse().reduce<AlluxioPath>((path, name) => joinPath(path, name), ROOT);
}

/** Paths of a chain's members, for messages. */
export function pathAt(resolution: { readonly chain: readonly Child[] }, index: number): AlluxioPath {
  return resolution.chain.slice(1, index + 1).reduce<AlluxioPath>((path, child) => joinPath(path, child.name), ROOT);
}
