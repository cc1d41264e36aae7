/** Local files to be copied: patterns, directory trees and what each entry is. Streams; memory holds one batch of names a level. */
import { constants } from 'node:fs';
import type { Dir, Dirent } from 'node:fs';
import { access, opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AlluxioError, systemCode } from '../../errors.ts';
import { isAtOrBelow } from '../../uri.ts';
import { localError, notAFile, onLocal } from './local-errors.ts';

export interface LocalEntry {
  readonly path: string;
  /** Symbolic links count as what they lead to. A problem is what cannot be copied, with the reason. */
  readonly kind: 'file' | 'directory' | 'problem';
  readonly error?: Error;
}

/** An entry below the start, a directory before its content. */
export interface TreeEntry extends LocalEntry {
  /** Relative to the start, without a leading slash. */
  readonly relative: string;
}

const NAMES_AT_ONCE = 512;

/** What a path is. @throws in the system's words when there is nothing */
export async function entryAt(path: string): Promise<LocalEntry> {
  const status = await onLocal(path, () => stat(path));
  if (status.isFile()) return { path, kind: 'file' };
  return status.isDirectory() ? { path, kind: 'directory' } : { path, kind: 'problem', error: notAFile(path) };
}

/** Direct children of a directory, in the order of the disk. @throws when it cannot be read */
export async function* childrenOf(path: string): AsyncGenerator<LocalEntry> {
  const directory = await openDirectory(path);
  for await (const child of directory) yield await entryOf(path, child);
}

/** The entries themselves and all below them. Names are relative to the directory of each. */
export async function* walkTree(tops: AsyncIterable<LocalEntry>): AsyncGenerator<TreeEntry> {
  for await (const top of tops) {
    const relative = basename(top.path);
    if (top.kind === 'directory') yield* walkDirectory(top.path, relative);
    else yield { ...top, relative };
  }
}

async function* walkDirectory(top: string, topRelative: string): AsyncGenerator<TreeEntry> {
  const open: { readonly directory: Dir; readonly path: string; readonly relative: string }[] = [];
  const enter = async (path: string, relative: string): Promise<TreeEntry> => {
    try {
      open.push({ directory: await openDirectory(path), path, relative });
      return { path, relative, kind: 'directory' };
    } catch (error) {
      return { path, relative, kind: 'problem', error: localError(path, error) };
    }
  };
  try {
    yield await enter(top, topRelative);
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      const { directory, path } = level;
      const child = await onLocal(path, () => directory.read());
      if (child === null) {
        open.pop();
        await directory.close();
        continue;
      }
      const entry = await entryOf(path, child);
      const relative = `${level.relative}/${child.name}`;
      if (entry.kind === 'directory') yield await enter(entry.path, relative);
      else yield { ...entry, relative };
    }
  } finally {
    for (const level of open) await level.directory.close();
  }
}

async function openDirectory(path: string): Promise<Dir> {
  return onLocal(path, () => opendir(path, { bufferSize: NAMES_AT_ONCE }));
}

async function entryOf(directory: string, child: Dirent): Promise<LocalEntry> {
  const path = join(directory, child.name);
  if (child.name.includes('\uFFFD') && !(await exists(path))) return { path, kind: 'problem', error: unreadableName(path) };
  if (child.isFile()) return { path, kind: 'file' };
  if (child.isDirectory()) return { path, kind: 'directory' };
  if (!child.isSymbolicLink()) return { path, kind: 'problem', error: notAFile(path) };
  try {
    const entry = await entryAt(path);
    if (entry.kind === 'directory') await refuseCircle(directory, path);
    return entry;
  } catch (error) {
    return { path, kind: 'problem', error: localError(path, error) };
  }
}

/** Node replaces what it cannot decode; such a file cannot be opened by the name it was given. */
function unreadableName(path: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', `The name of ${path} is not valid UTF-8.`, { path, hint: 'Rename the file.', details: { system: 'EILSEQ' } });
}

/** A link to a directory that it lies in would be copied for ever. */
async function refuseCircle(directory: string, link: string): Promise<void> {
  const [here, there] = await Promise.all([realpath(directory), realpath(link)]);
  if (isAtOrBelow(here, there)) {
    throw new AlluxioError('INVALID_ARGUMENT', `${link} is a symbolic link to ${there}, which contains it.`, { path: link, details: { system: 'ELOOP' } });
  }
}

export function isPattern(path: string): boolean {
  return path.includes('*');
}

/** Paths that match; `*` stands for any run of characters within one component. @throws when a directory on the way cannot be read */
export async function* matchesOf(pattern: string): AsyncGenerator<LocalEntry> {
  yield* below('/', pattern.split('/').filter((part) => part !== ''));
}

async function* below(directory: string, parts: readonly string[]): AsyncGenerator<LocalEntry> {
  const first = parts.findIndex(isPattern);
  const [part = '', ...rest] = parts.slice(first < 0 ? parts.length : first);
  const base = join(directory, ...parts.slice(0, first < 0 ? parts.length : first));
  if (part === '') {
    if (await exists(base)) yield await entryAtLink(base);
    return;
  }
  const names = new RegExp(`^${part.split('*').map(escaped).join('.*')}$`, 's');
  const children = await openIfDirectory(base);
  if (children === undefined) return;
  for await (const child of children) {
    if (!names.test(child.name)) continue;
    if (rest.length === 0) yield await entryOf(base, child);
    else yield* below(join(base, child.name), rest);
  }
}

async function entryAtLink(path: string): Promise<LocalEntry> {
  try {
    return await entryAt(path);
  } catch (error) {
    return { path, kind: 'problem', error: localError(path, error) };
  }
}

async function openIfDirectory(path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path, { bufferSize: NAMES_AT_ONCE });
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw localError(path, error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw localError(dirname(path), error);
  }
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
