/**
 * What a file system needs done from time to time and no command waits for: for resident processes. Nothing depends on it: commands do the same
 * when they come by, or can do without.
 */
import type { IntentRecord } from '../journal/records.ts';
import { pathOfInode } from '../namespace/resolve.ts';
import { isAlive } from '../process-identity.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT } from '../uri.ts';
import type { Watermarks } from './cache-space.ts';
import { evictAhead } from './cache-space.ts';
import type { FileSystemContext } from './context.ts';
import { expireDue } from './expiry.ts';
import type { Trail } from './history.ts';
import { trailFrom } from './history.ts';
import { persistFile } from './persist.ts';
import { recoverIntent } from './recovery.ts';
import type { BlockPlace, BlockVerdict } from './scrub.ts';
import { removeLeftWrites } from './unfinished.ts';
import { blocksAfter, dropOrphans, fetchBlock, verifyBlock } from './scrub.ts';

const COUNTED = 1000;

export interface Upkeep {
  /** The journal's newest number: as long as it stays the same, nothing has changed. @throws UNFORMATTED */
  revision(): number;
  /** Does what the times to live say of all that is expired; returns how much that was, as far as it looked. */
  expire(): Promise<number>;
  /** What dead processes left open. */
  deadIntents(): readonly IntentRecord[];
  recover(intent: IntentRecord): Promise<void>;
  /** Drops all but the newest records of the log. Returns how many. */
  pruneLog(keep: number): Promise<number>;
  /** What is done from this record of the log on. */
  trail(seq: number): Trail;
  /** Removes writes to the storages that nobody finishes. Returns how many. */
  removeLeftWrites(signal: AbortSignal): Promise<number>;
  readonly uploads: UploadQueue;
  readonly cache: CacheCare;
}

/** Files in state TO_BE_PERSISTED. */
export interface UploadQueue {
  /** Oldest first, each where it is now; no path: it is being removed. */
  waiting(range: { readonly after: number; readonly limit: number }): readonly { readonly id: number; readonly path: AlluxioPath | undefined }[];
  length(): number;
  /** Uploads the file if it still waits. Aborted, nothing of it stays. @throws what went wrong; the file stays as it was */
  upload(file: { readonly id: number; readonly path: AlluxioPath }, signal: AbortSignal): Promise<void>;
  /** Files that this process uploads now, and whose path somebody waits for. */
  wanted(): readonly number[];
}

export interface CacheCare {
  /** Returns the number of blocks that went. */
  evictAhead(marks: Watermarks, signal: AbortSignal): Promise<number>;
  /** Blocks in the order of their last use as the journal knows it. */
  blocksAfter(place: BlockPlace | undefined, limit: number): { readonly blocks: readonly BlockPlace[]; readonly next: BlockPlace | undefined };
  /** Reads a block's file; a damaged one is dropped and read again from the under storage. */
  verify(block: BlockPlace): Promise<BlockVerdict>;
  /** Caches a block, unless it is cached or its file is gone. True when it was read. */
  fetch(block: { readonly fileId: number; readonly index: number }): Promise<boolean>;
  /** Removes files that no record knows and nobody writes. */
  dropOrphans(): Promise<{ readonly files: number; readonly bytes: number }>;
}

export function createUpkeep(context: FileSystemContext): Upkeep {
  const { journal } = context;
  return {
    revision: () => journal.read((view) => view.lastSeq()),
    expire: () => expire(context),
    deadIntents: () => journal.read((view) => view.intents()).filter((intent) => !isAlive(intent.owner)),
    recover: (intent) => recoverIntent(context, intent),
    pruneLog: (keep) => pruneLog(context, keep),
    trail: (seq) => trailFrom(context, seq),
    removeLeftWrites: (signal) => removeLeftWrites(context, ROOT, signal),
    uploads: {
      waiting: (range) => journal.read((view) => view.toBePersisted(range).map((id) => ({ id, path: pathOfInode(view, id) }))),
      length: () => journal.read((view) => view.toBePersisted().length),
      upload: ({ id, path }, signal) => persistFile(context, path, { signal, background: { fileId: id } }),
      wanted: () => wantedUploads(context),
    },
    cache: {
      evictAhead: (marks, signal) => evictAhead(context, marks, signal),
      blocksAfter: (place, limit) => blocksAfter(context, place, limit),
      fetch: (block) => fetchBlock(context, block),
      verify: (block) => verifyBlock(context, block),
      dropOrphans: () => dropOrphans(context),
    },
  };
}

async function expire(context: FileSystemContext): Promise<number> {
  const due = context.journal.read((view) => view.expired(context.now(), COUNTED)).length;
  if (due > 0) await expireDue(context);
  return due;
}

function wantedUploads(context: FileSystemContext): number[] {
  const { pid, startedAt } = context.owner;
  return context.journal.read((view) =>
    view.intents().flatMap(({ wanted, work, owner }) => (wanted === true && work.kind === 'persist' && owner.pid === pid && owner.startedAt === startedAt ? [work.fileId] : [])),
  );
}

async function pruneLog({ journal }: FileSystemContext, keep: number): Promise<number> {
  const [oldest] = journal.log({ limit: 1 });
  const below = journal.read((view) => view.lastSeq()) - keep + 1;
  // Looking costs nothing, dropping takes the write lock.
  return oldest === undefined || oldest.seq >= below ? 0 : journal.pruneLog(below);
}
