/** What is there after a crash: the tree as a user sees it, and everything that ought not to be there. Reads the journal, the cache folder and the storages themselves. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openStore } from '../../src/journal/format.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { replay } from '../../src/journal/replay.ts';
import { currentStore } from '../../src/journal/store-files.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { Store } from '../../src/journal/store.ts';
import { stateOf } from '../journal/support.ts';
import type { Found } from '../support/remains.ts';
import { cacheProblems, inodesOf, namesIn, workProblems } from '../support/remains.ts';
import type { Lab } from './lab.ts';
import type { Entry } from './model.ts';
import { DIRECTORY, SECOND } from './model.ts';
import { storageProblems } from './storages.ts';
import { DEFAULTS, FOREIGN, READ_TYPE, defaults } from './workload.ts';

export interface Observed {
  readonly tree: ReadonlyMap<string, Entry>;
  readonly problems: readonly string[];
}

export async function observe(lab: Lab): Promise<Observed> {
  const journal = await openStore({ folder: journalFolder(lab), readOnly: true });
  try {
    const { found, followed, readType, problems } = journal.read((view) => ({ readType: view.pathDefaults().get('/')?.[READ_TYPE], found: inodesOf(view), followed: new Set(view.syncs().map(({ id }) => id)), problems: workProblems(view) }));
    problems.push(...cacheProblems(join(lab.home.workDir, 'cache', 'alluxioworker'), found, ({ inode }) => lab.contents.get(inode.length)), ...folderProblems(lab), ...outProblems(lab), ...(await storageProblems(lab, found)));
    const shown = found.filter(({ path }) => path !== '/' && path !== SECOND && !path.startsWith(`${FOREIGN}/`) && !/^(\/m)?\/\.Trash($|\/)/.test(path));
    problems.push(...[...followed].filter((id) => !found.some(({ inode }) => inode.id === id)).map((id) => `a sync of ${id}, which is not there, is asked for`));
    const tree = new Map(shown.map((each) => [each.path, { ...entryOf(each), followed: followed.has(each.inode.id) }]));
    if (readType !== undefined) tree.set(DEFAULTS, defaults(readType));
    return { tree, problems };
  } finally {
    await journal.close();
  }
}

export function journalFolder(lab: Lab): string {
  return join(lab.home.workDir, 'journal');
}

/** The log, replayed, gives the state, byte for byte, and no number is missing in it: no transaction was lost. */
export async function replayProblems(lab: Lab): Promise<string[]> {
  const engine = new LmdbEngine(currentStore(journalFolder(lab)), { readOnly: true });
  const journal = new Store(engine, { folder: journalFolder(lab) });
  try {
    const log = journal.rawLog();
    const gaps = log.filter((record, at) => record.seq !== (log[0]?.seq ?? 0) + at).length;
    const copy = new MemoryEngine();
    await replay(log, copy);
    const same = stateOf(copy).join('\n') === stateOf(engine).join('\n');
    return [...(gaps === 0 ? [] : [`the log has gaps: ${gaps}`]), ...(same ? [] : ['the log, replayed, gives another state'])];
  } finally {
    await journal.close();
  }
}

function entryOf({ inode }: Found): Entry {
  const { directory, length, mode, pinned, ttlMs, acl, replicationMax: copies } = inode;
  const owner = inode.owner === userInfo().username ? '' : inode.owner;
  const named = acl.filter(({ subject }) => subject !== '').map(({ type, subject, bits }) => `${type}:${subject}:${bits}`).join();
  if (directory) return { ...DIRECTORY, mode, pinned, ttlMs, acl: named, owner, copies };
  return { directory, length, mode, pinned, ttlMs, acl: named, owner, copies, followed: false, stored: inode.persistence === 'PERSISTED', cached: length > 0 && inode.cachedBytes === length };
}

function folderProblems(lab: Lab): string[] {
  const names = namesIn(journalFolder(lab));
  return names.filter((name) => name === 'journal.json.new' || (name.startsWith('store-') && names.filter((each) => each.startsWith('store-')).length > 1)).map((name) => `${name} is left in the journal's folder`);
}

/** What was copied out, and backups, are whole as soon as they have their names. A killed process leaves other names, which nobody can tell from a living one's. */
function outProblems({ sources, contents }: Lab): string[] {
  return namesIn(sources.out).filter((name) => !name.endsWith('_copyToLocal_') && !name.startsWith('.')).flatMap((name) => {
    const bytes = readFileSync(join(sources.out, name));
    try {
      if (name.endsWith('.gz') ? gunzipSync(bytes).length > 0 : contents.get(bytes.length) === bytes.toString()) return [];
    } catch {
      // Told below.
    }
    return [`${name}, which was written to ${sources.out}, is not whole`];
  });
}
