/** What is there after a crash: the tree as a user sees it, and everything that ought not to be there. Reads the journal, the cache folder and the storages themselves. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/journal/format.ts';
import { LIMBO_ID, ROOT_ID } from '../../src/journal/journal.ts';
import type { View } from '../../src/journal/journal.ts';
import { MemoryEngine } from '../../src/journal/memory-engine.ts';
import { replay } from '../../src/journal/replay.ts';
import { currentStore } from '../../src/journal/store-files.ts';
import type { BlockRecord, InodeRecord } from '../../src/journal/records.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { Store } from '../../src/journal/store.ts';
import { stateOf } from '../journal/support.ts';
import type { Lab } from './lab.ts';
import type { Entry } from './model.ts';
import { DIRECTORY, SECOND } from './model.ts';
import { storageProblems } from './storages.ts';
import { FOREIGN } from './workload.ts';

export interface Found {
  readonly path: string;
  readonly inode: InodeRecord;
  readonly blocks: readonly BlockRecord[];
}

export interface Observed {
  readonly tree: ReadonlyMap<string, Entry>;
  readonly problems: readonly string[];
}

export async function observe(lab: Lab): Promise<Observed> {
  const journal = await openStore({ folder: journalFolder(lab), readOnly: true });
  try {
    const { found, problems } = journal.read((view) => ({ found: inodesOf(view), problems: leftOver(view) }));
    problems.push(...cacheProblems(lab, found), ...folderProblems(lab), ...(await storageProblems(lab, found)));
    const shown = found.filter(({ path }) => path !== '/' && path !== SECOND && !path.startsWith(`${FOREIGN}/`));
    return { tree: new Map(shown.map((each) => [each.path, entryOf(each)])), problems };
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

function inodesOf(view: View): Found[] {
  const found: Found[] = [];
  const walk = (id: number, path: string): void => {
    for (const { name, inode } of view.children(id)) {
      const at = `${path}/${name}`;
      found.push({ path: at, inode, blocks: inode.directory ? [] : view.blocks(inode.id) });
      if (inode.directory) walk(inode.id, at);
    }
  };
  walk(ROOT_ID, '');
  return found;
}

function entryOf({ inode }: Found): Entry {
  const { directory, length, mode, pinned, ttlMs, acl } = inode;
  const named = acl.filter(({ subject }) => subject !== '').map(({ type, subject, bits }) => `${type}:${subject}:${bits}`).join();
  if (directory) return { ...DIRECTORY, mode, pinned, ttlMs, acl: named };
  return { directory, length, mode, pinned, ttlMs, acl: named, stored: inode.persistence === 'PERSISTED', cached: length > 0 && inode.cachedBytes === length };
}

/** What only work in progress may hold. Nobody is at work. */
function leftOver(view: View): string[] {
  const problems = view.intents().map(({ id, work, owner }) => `intent ${id} (${work.kind}) of "${owner.command}" is open`);
  problems.push(...view.leases().map(({ name, intentId }) => `lease on ${name} of intent ${intentId}`));
  problems.push(...view.children(LIMBO_ID).map(({ name }) => `${name} is in limbo`));
  problems.push(...view.syncs().map(({ id }) => `a sync of ${id} is asked for`));
  const { used, reserved } = view.usage(0);
  const blocks = view.blocksByUse(0, { limit: 1_000_000 });
  const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
  if (reserved !== 0) problems.push(`${reserved} bytes of the cache are promised to nobody`);
  if (used !== bytes) problems.push(`the cache counts ${used} bytes, its blocks have ${bytes}`);
  problems.push(...blocks.filter(({ fileId }) => view.locate(fileId) === undefined).map(({ fileId, index }) => `block ${fileId}-${index} belongs to no file`));
  return problems;
}

function cacheProblems(lab: Lab, found: readonly Found[]): string[] {
  const folder = join(lab.home.workDir, 'cache', 'alluxioworker');
  const files = new Set(namesIn(folder).filter((name) => name !== '.tmp_blocks'));
  const problems = namesIn(join(folder, '.tmp_blocks')).map((name) => `.tmp_blocks/${name} is left`);
  for (const { path, inode, blocks } of found) {
    const names = blocks.map(({ index }) => `${inode.id}-${index}`);
    const missing = names.filter((name) => !files.delete(name));
    if (missing.length > 0) {
      problems.push(`${path}: block file ${missing.join()} is missing`);
    } else if (inode.length > 0 && inode.cachedBytes === inode.length) {
      const bytes = Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
      if (hash(bytes) !== hash(lab.contents.get(inode.length) ?? '')) problems.push(`${path}: its ${bytes.length} cached bytes are not those that were written`);
    } else if (!inode.directory && inode.persistence !== 'PERSISTED' && inode.length > 0) {
      problems.push(`${path} is lost: not stored, and ${inode.cachedBytes} of ${inode.length} bytes cached`);
    }
  }
  return [...problems, ...[...files].map((name) => `block file ${name} is known to nobody`)];
}

function folderProblems(lab: Lab): string[] {
  const names = namesIn(journalFolder(lab));
  return names.filter((name) => name === 'journal.json.new' || (name.startsWith('store-') && names.filter((each) => each.startsWith('store-')).length > 1)).map((name) => `${name} is left in the journal's folder`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function hash(bytes: Buffer | string): string {
  return createHash('sha1').update(bytes).digest('hex');
}

