/** Who did what and when: the journal's log, told in paths instead of inodes. What is only bookkeeping is left out. */
import type { InodeChange } from '../journal/entries.ts';
import { filesWritten } from '../journal/intent-files.ts';
import type { LogRecord, View } from '../journal/journal.ts';
import { LIMBO_ID, ROOT_ID } from '../journal/journal.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { Deed } from './file-system.ts';

const PAGE = 2000;
/** Looked at first, from the end; eight times as much whenever that was not enough. */
const FIRST_WINDOW = 4000;
const GROWTH = 8;

/** The newest deeds at or below the path, oldest first. Names are those of the time, as far back as the log reaches. */
export async function historyOf(context: FileSystemContext, path: AlluxioPath, limit: number): Promise<Deed[]> {
  const { journal } = context;
  const [oldest] = journal.log({ limit: 1 });
  const last = journal.read((view) => view.lastSeq());
  for (let window = FIRST_WINDOW; oldest !== undefined; window *= GROWTH) {
    const from = Math.max(oldest.seq, last - window + 1);
    const deeds = await deedsFrom(context, { from, to: last }, (deed) => concerns(deed, path), limit);
    if (deeds.length >= limit || from === oldest.seq) return deeds;
  }
  return [];
}

async function deedsFrom(context: FileSystemContext, range: { from: number; to: number }, wanted: (deed: Deed) => boolean, limit: number): Promise<Deed[]> {
  const { journal, signal } = context;
  const places = new Places();
  let deeds: Deed[] = [];
  for (let from = range.from; from <= range.to; ) {
    signal.throwIfAborted();
    const page = journal.log({ from, limit: PAGE });
    const found = journal.read((view) => page.flatMap((record) => deedOf(record, view, places) ?? [])).filter(wanted);
    deeds = [...deeds, ...found].slice(-limit);
    if (page.length < PAGE) break;
    from = (page[page.length - 1]?.seq ?? range.to) + 1;
    await new Promise(setImmediate);
  }
  return deeds;
}

function concerns({ path, to, what }: Deed, top: AlluxioPath): boolean {
  // Whoever removes or renames a directory does so with all below it.
  if ((what === 'delete' || what === 'rename') && path !== undefined && isAtOrBelow(top, path)) return true;
  return (path !== undefined && isAtOrBelow(path, top)) || (to !== undefined && isAtOrBelow(to, top));
}

export interface Trail {
  /** What was done since the last call, at most some thousands of it; empty when there is nothing more. */
  next(): readonly Deed[];
}

const REMEMBERED = 50_000;

/** All that is done from a record of the log on, as it comes. */
export function trailFrom(context: FileSystemContext, seq: number): Trail {
  const places = new Places(REMEMBERED);
  let from = seq;
  return {
    next() {
      for (;;) {
        const page = context.journal.log({ from, limit: PAGE });
        const last = page[page.length - 1];
        if (last === undefined) return [];
        from = last.seq + 1;
        const deeds = context.journal.read((view) => page.flatMap((record) => deedOf(record, view, places) ?? []));
        if (deeds.length > 0) return deeds;
      }
    },
  };
}

interface Place {
  readonly parentId: number;
  readonly name: string;
}

/** Where inodes were at the record that is being told: as the records before it say, else where they are now. */
export class Places {
  readonly #places = new Map<number, Place>();
  readonly #writes = new Set<number>();

  constructor(private readonly most = Infinity) {}

  note(id: number, place: Place): void {
    // Of a process that looks on for months, only what is new matters.
    if (this.#places.size >= this.most) this.#places.clear();
    this.#places.set(id, place);
  }

  begin(fileId: number): void {
    this.#writes.add(fileId);
  }

  /** True when a command is writing it, false when it was found in the under storage. */
  isWritten(fileId: number): boolean {
    return this.#writes.delete(fileId);
  }

  of(view: View, id: number): Place | undefined {
    return this.#places.get(id) ?? view.locate(id);
  }

  /** Undefined when it is in limbo, or nothing is known of it any more. */
  path(view: View, id: number): AlluxioPath | undefined {
    const names: string[] = [];
    for (let at = id; at !== ROOT_ID; ) {
      const place = at === LIMBO_ID ? undefined : this.of(view, at);
      if (place === undefined) return undefined;
      names.push(place.name);
      at = place.parentId;
    }
    return `/${names.reverse().join('/')}` as AlluxioPath;
  }

  below(view: View, { parentId, name }: Place): AlluxioPath | undefined {
    const parent = this.path(view, parentId);
    return parent === undefined ? undefined : ((parent === '/' ? `/${name}` : `${parent}/${name}`) as AlluxioPath);
  }
}

/** Undefined for bookkeeping. Records come in order. */
export function deedOf(record: LogRecord, view: View, places: Places): Deed | readonly Deed[] | undefined {
  const { entry, seq, timeMs, user, command } = record;
  const deed = (what: string, path: AlluxioPath | undefined, to?: AlluxioPath): Deed => ({ seq, timeMs, user, command, what, path, to });
  switch (entry.type) {
    case 'inode-created': {
      const { inode } = entry;
      places.note(inode.id, entry);
      if (inode.id === ROOT_ID) return deed('format', places.path(view, ROOT_ID));
      const loaded = inode.persistence === 'PERSISTED' && !places.isWritten(inode.id);
      return deed(loaded ? 'load' : inode.directory ? 'mkdir' : 'create', places.path(view, inode.id));
    }
    case 'inodes-found':
      return entry.found.map(({ name, inode }) => {
        places.note(inode.id, { parentId: entry.parentId, name });
        return deed('load', places.path(view, inode.id));
      });
    case 'inode-changed': {
      const what = changeName(entry.change);
      // A directory is marked so with the first file below it.
      if (what === 'persist' && view.locate(entry.id)?.inode.directory === true) return undefined;
      return what === undefined ? undefined : deed(what, places.path(view, entry.id));
    }
    case 'inode-moved':
      return moved(entry, view, { places, deed });
    case 'inode-removed':
      // In limbo it has been told already.
      return places.path(view, entry.id) === undefined ? undefined : deed('delete', places.path(view, entry.id));
    case 'intent-opened': {
      const { work } = entry.intent;
      for (const id of filesWritten(work)) places.begin(id);
      // The place of what was there before the log begins.
      if (work.kind === 'delete') places.note(work.inodeId, work);
      return undefined;
    }
    case 'mount-added':
      return deed('mount', places.path(view, entry.mount.inodeId));
    case 'mount-changed':
      return deed('updateMount', places.path(view, entry.mount.inodeId));
    case 'path-defaults-set':
      return deed('pathConf', entry.path as AlluxioPath);
    case 'sync-set':
      return deed(entry.sync.automatic ? 'startSync' : 'needsSync', places.path(view, entry.sync.id));
    case 'sync-cleared':
      return deed('stopSync', places.path(view, entry.id));
    default:
      return undefined;
  }
}

type Telling = { readonly places: Places; readonly deed: (what: string, path: AlluxioPath | undefined, to?: AlluxioPath) => Deed };

function moved(entry: { readonly id: number; readonly toParentId: number; readonly toName: string }, view: View, { places, deed }: Telling): Deed {
  const from = places.path(view, entry.id);
  const target = { parentId: entry.toParentId, name: entry.toName };
  const to = places.below(view, target);
  // What the log does not tell of, but is somewhere else now, was not there then.
  places.note(entry.id, target);
  if (entry.toParentId === LIMBO_ID) return deed('delete', from);
  return deed(from === undefined ? 'restore' : 'rename', from === undefined || from === to ? to : from, from === undefined || from === to ? undefined : to);
}

const NAMES: readonly (readonly [key: keyof InodeChange, name: (change: InodeChange) => string])[] = [
  ['owner', () => 'chown'],
  ['group', () => 'chgrp'],
  ['mode', () => 'chmod'],
  ['acl', () => 'setfacl'],
  ['defaultAcl', () => 'setfacl'],
  ['pinned', (change) => (change.pinned === true ? 'pin' : 'unpin')],
  ['ttlMs', (change) => (change.ttlMs === -1 ? 'unsetTtl' : 'setTtl')],
  ['replicationMin', () => 'setReplication'],
  ['replicationMax', () => 'setReplication'],
  ['length', () => 'sync'],
  ['persistence', (change) => (change.persistence === 'PERSISTED' ? 'persist' : 'setState')],
];

function changeName(change: InodeChange): string | undefined {
  return NAMES.find(([key]) => change[key] !== undefined)?.[1](change);
}
