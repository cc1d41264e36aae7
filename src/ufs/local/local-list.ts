/** Streams a directory, or the whole tree below it, page by page. */
import { opendir, realpath, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import type { UfsEntry, UfsPage } from '../ufs.ts';
import { throwIfAborted } from '../wrappers/retry.ts';
import type { Accounts } from './accounts.ts';
import { isAbsence } from './local-errors.ts';
import type { LocalPaths } from './local-paths.ts';
import { statusOf } from './local-status.ts';
import { isTemporaryName } from './temporary-names.ts';

export interface LocalListing {
  readonly paths: LocalPaths;
  readonly accounts: Accounts;
  /** Of the listed directory. */
  readonly path: string;
  readonly recursive: boolean;
  readonly pageLength: number;
  readonly signal?: AbortSignal | undefined;
}

interface Level {
  readonly path: string;
  /** Relative to the listed directory, with a trailing slash; '' at the top. */
  readonly prefix: string;
  /** Real paths of the directories above and this one: a link back to one of them would never end. */
  readonly above: readonly string[];
}

interface Found {
  readonly entry?: UfsEntry;
  readonly unusable?: string;
  readonly below?: Level;
}

export async function* listLocal(listing: LocalListing): AsyncGenerator<UfsPage> {
  // Depth first: what waits is the directories of the current chain, not those of a whole level of the tree.
  const waiting: Level[] = [{ path: listing.path, prefix: '', above: [await realpath(listing.path)] }];
  for (let level = waiting.pop(); level !== undefined; level = waiting.pop()) {
    for await (const dirents of dirPages(listing, level)) {
      const found = (await Promise.all(dirents.map((dirent) => inspect(listing, level, dirent)))).filter((each) => each !== undefined);
      for (const { below } of found) if (below !== undefined) waiting.push(below);
      const entries = found.map((each) => each.entry).filter((entry) => entry !== undefined);
      const unusable = found.map((each) => each.unusable).filter((name) => name !== undefined);
      if (entries.length > 0 || unusable.length > 0) yield { entries, unusable };
    }
  }
}

async function* dirPages(listing: LocalListing, level: Level): AsyncGenerator<Dirent[]> {
  let page: Dirent[] = [];
  try {
    for await (const dirent of await opendir(level.path, { bufferSize: 256 })) {
      throwIfAborted(listing.signal);
      if (isTemporaryName(dirent.name)) continue;
      page.push(dirent);
      if (page.length < listing.pageLength) continue;
      yield page;
      page = [];
    }
  } catch (error) {
    // A directory below the listed one that went away meanwhile is simply not there; the listed one itself must be.
    if (!isAbsence(error) || level.prefix === '') throw error;
  }
  if (page.length > 0) yield page;
}

async function inspect(listing: LocalListing, level: Level, dirent: Dirent): Promise<Found | undefined> {
  const name = level.prefix + dirent.name;
  const path = `${level.path === '/' ? '' : level.path}/${dirent.name}`;
  if (dirent.isSymbolicLink() && !(await listing.paths.leadsInside(path))) return { unusable: name };
  const stats = await statOf(path);
  // Gone since it was read; or a name that is not UTF-8, which nothing can ask for.
  if (stats === undefined) return dirent.name.includes('\ufffd') || dirent.isSymbolicLink() ? { unusable: name } : undefined;
  const status = statusOf(stats, listing.accounts);
  if (status === undefined) return { unusable: name };
  const entry = { name, ...status };
  if (status.kind === 'file' || !listing.recursive) return { entry };
  const real = dirent.isSymbolicLink() ? await realpath(path) : `${level.above.at(-1) ?? ''}/${dirent.name}`;
  if (dirent.isSymbolicLink() && level.above.includes(real)) return { unusable: name };
  return { entry, below: { path, prefix: `${name}/`, above: [...level.above, real] } };
}

async function statOf(path: string) {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
