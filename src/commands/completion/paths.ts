/** Candidates that are paths: of the namespace, as the journal knows it, and of the local disk. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { normalisePath } from '../../uri.ts';
import type { CommandContext } from '../command.ts';
import type { Candidate } from './candidates.ts';

/** With more there is no answer: at a prompt, a part of the names would be taken for all of them. */
const MOST = 50_000;

const ALLUXIO_PATH = /^((?:alluxio:\/\/[^/]*)?)(\/.*)?$/s;

export async function pathCandidates(current: string, ctx: CommandContext): Promise<Candidate[]> {
  const [whole, authority = '', path = ''] = ALLUXIO_PATH.exec(current) ?? [];
  if (whole === undefined) return [];
  const shown = path === '' ? `${authority}/` : current.slice(0, current.lastIndexOf('/') + 1);
  const prefix = path === '' ? '' : current.slice(shown.length);
  const fs = await ctx.fileSystem();
  const names = await fs.entries.known(normalisePath(shown.slice(authority.length)), { prefix, limit: MOST });
  // A backslash in a path is a slash to Alluxio, so such a name cannot be typed.
  return (names ?? []).filter(({ name }) => !name.includes('\\')).map(({ name, directory }) => candidate(shown + name, directory));
}

/** @param scheme what stands before the path on the line */
export async function localCandidates(current: string, scheme: string, ctx: CommandContext): Promise<Candidate[]> {
  const cut = current.lastIndexOf('/') + 1;
  const [shown, prefix] = [current.slice(0, cut), current.slice(cut)];
  const folder = ctx.localPath(shown.startsWith('~/') ? join(ctx.homeDir, shown.slice(2)) : shown === '' ? '.' : shown);
  const entries = await readdir(folder, { withFileTypes: true });
  const wanted = entries.filter(({ name }) => name.startsWith(prefix) && (prefix !== '' || !name.startsWith('.')));
  if (wanted.length > MOST) return [];
  const candidates = wanted.map(async (entry) => {
    const directory = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(join(folder, entry.name))));
    return candidate(scheme + shown + entry.name, directory);
  });
  return (await Promise.all(candidates)).sort((a, b) => (a.word < b.word ? -1 : 1));
}

function candidate(word: string, directory: boolean): Candidate {
  return directory ? { word: `${word}/`, final: false } : { word, final: true };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
