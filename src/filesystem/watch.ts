/** The state of the store for those who watch it: one short read of the journal each. */
import { AlluxioError } from '../errors.ts';
import type { View } from '../journal/journal.ts';
import { ROOT_ID } from '../journal/journal.ts';
import type { BlockRecord, IntentRecord } from '../journal/records.ts';
import type { Subject } from '../namespace/permissions.ts';
import { EXECUTE, permits } from '../namespace/permissions.ts';
import { pathOfInode, resolve } from '../namespace/resolve.ts';
import { isAlive } from '../process-identity.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { CachedPage, FileStatus, OpenOperation, Watch } from './file-system.ts';
import { readStatus } from './status.ts';

export function createWatch(context: FileSystemContext): Watch {
  const { journal } = context;
  return {
    known: () =>
      journal.read((view) => {
        const { files, directories, bytes, cachedBytes } = view.totals(ROOT_ID);
        return { files, directories, bytes, cachedBytes };
      }),
    toBePersisted: (limit) => journal.read((view) => view.toBePersisted({ limit }).flatMap((id) => pathOfInode(view, id) ?? [])),
    operations: () => journal.read((view) => view.intents()).map(operationOf),
    blockCount: () => blockCount(context),
    cached: (range) => journal.read((view) => cachedPage(context, view, range)),
    openToAll: (path, bits) => journal.read((view) => openToAll(context, view, path, bits)),
    fact: (name) => journal.read((view) => view.fact(name)),
    lastSeq: () => journal.read((view) => view.lastSeq()),
    log: (range) => journal.log(range),
  };
}

function operationOf({ id, owner, user, startedMs, work }: IntentRecord): OpenOperation {
  return { id, kind: work.kind, user, command: owner.command, host: owner.host, pid: owner.pid, startedMs, alive: isAlive(owner) };
}

function openToAll(context: FileSystemContext, view: View, path: AlluxioPath, bits: number): boolean {
  const { chain, missing } = resolve(view, path);
  if (missing.length > 0) return false;
  const anybody: Subject = { ...context.subject, user: '', groups: () => [] };
  return !anybody.enforced || chain.every(({ inode }, i) => permits(anybody, inode, i === chain.length - 1 ? bits : EXECUTE));
}

async function blockCount(context: FileSystemContext): Promise<number> {
  let count = 0;
  for (let directory = 0; directory < context.blocks.directories.length; directory++) {
    for (let last: BlockRecord | undefined; ; ) {
      const after = last;
      const blocks = context.journal.read((view) => view.blocksByUse(directory, { limit: STEP, ...(after === undefined ? {} : { after }) }));
      count += blocks.length;
      last = blocks[blocks.length - 1];
      if (blocks.length < STEP) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return count;
}

/** Blocks that are looked at in one read, whatever they bring. */
const STEP = 1000;

type Place = Pick<BlockRecord, 'directory' | 'usedMs' | 'fileId' | 'index'>;

/** A file comes with the first of its cached blocks, so that it comes once. */
function cachedPage(context: FileSystemContext, view: View, { limit, after }: { limit: number; after?: string }): CachedPage {
  const files: FileStatus[] = [];
  let place = after === undefined ? START : parsePlace(after);
  for (let seen = 0; seen < STEP; ) {
    const blocks = view.blocksByUse(place.directory, { limit: Math.min(STEP - seen, limit), ...(place === START || place.fileId === 0 ? {} : { after: { ...place, length: 0, checksums: [] } }) });
    for (const block of blocks) {
      place = block;
      const file = block.index === 0 || view.blocks(block.fileId)[0]?.index === block.index ? fileOf(view, block.fileId) : undefined;
      if (file !== undefined) files.push(file);
      if (files.length === limit) return { files, next: placeText(place) };
    }
    seen += blocks.length;
    if (blocks.length > 0) continue;
    if (place.directory + 1 >= context.blocks.directories.length) return { files, next: undefined };
    place = { ...START, directory: place.directory + 1 };
  }
  return { files, next: placeText(place) };
}

const START: Place = { directory: 0, usedMs: 0, fileId: 0, index: 0 };

/** Undefined for a file that hangs nowhere any more: its blocks are on their way out. */
function fileOf(view: View, fileId: number): FileStatus | undefined {
  const path = pathOfInode(view, fileId);
  return path === undefined ? undefined : readStatus(view, path);
}

function placeText({ directory, usedMs, fileId, index }: Place): string {
  return [directory, usedMs, fileId, index].join('-');
}

function parsePlace(text: string): Place {
  const match = /^(\d{1,5})-(\d{1,15})-(\d{1,15})-(\d{1,10})$/.exec(text);
  if (match === null) throw new AlluxioError('INVALID_ARGUMENT', 'That is no place in the list of cached files.', { hint: 'Begin at the first page.' });
  const [directory = 0, usedMs = 0, fileId = 0, index = 0] = match.slice(1).map(Number);
  return { directory, usedMs, fileId, index };
}
