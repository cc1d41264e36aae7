/** What is not in the under storage and why; waiting for it; proof that what should be there is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { View } from '../journal/journal.ts';
import type { IntentRecord } from '../journal/records.ts';
import { READ } from '../namespace/permissions.ts';
import { isAlive } from '../process-identity.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { compareBelow } from './durability-compare.ts';
import type { DurableOptions, Durability, FileStatus, Settled, Unstored, UnstoredWhy } from './file-system.ts';
import { listEntries } from './listing.ts';
import { lookUp } from './metadata/lookup.ts';
import { neverPersisted } from './never-persisted.ts';
import { checked } from './status.ts';

const POLL_MS = 50;
/** A command that persists file after file has nothing open between two of them. */
const GRACE_MS = 500;
/** Newest records of the log that are asked for uploads that came to nothing. */
const REMEMBERED = 20_000;

export function createDurability(context: FileSystemContext): Durability {
  return {
    unstored: (path) => unstoredBelow(context, path),
    settle: (path, options) => settle(context, path, options ?? {}),
  };
}

async function* unstoredBelow(context: FileSystemContext, path: AlluxioPath): AsyncGenerator<readonly Unstored[]> {
  await lookUp(context, path);
  context.journal.read((view) => checked(context, view, path, READ));
  const explain = explainer(context);
  // Only what the namespace knows can be unpersisted, so nothing needs to be loaded.
  for await (const page of listEntries(context, path, { recursive: true, loadType: 'NEVER', syncIntervalMs: -1 })) {
    const found = page.filter((status) => !status.directory && status.persistence !== 'PERSISTED');
    if (found.length > 0) yield explain(found);
  }
}

async function settle(context: FileSystemContext, path: AlluxioPath, options: DurableOptions): Promise<Settled> {
  const found: Unstored[] = [];
  for await (const page of unstoredBelow(context, path)) found.push(...page);
  options.progress?.expect({ files: found.length });
  const unstored = await waitFor(context, found, options);
  if (unstored.length > 0) return { unstored, differing: [], files: 0, timedOut: options.deadline?.aborted === true };
  return { unstored, ...(await compareBelow(context, path, options)) };
}

/** Those that are left when nobody persists any more, or the time is over. What nobody would persist is looked at first: it need not be waited for. */
async function waitFor(context: FileSystemContext, found: readonly Unstored[], { deadline, signal, progress }: DurableOptions): Promise<Unstored[]> {
  const queue = [...found.filter(({ why }) => !comes(why)), ...found.filter(({ why }) => comes(why))];
  let hopelessSince: number | undefined;
  for (let at = 0; ; ) {
    signal?.throwIfAborted();
    const before = at;
    context.journal.read((view) => {
      for (let next = queue[at]; next !== undefined && isSettled(view, next.status.id); next = queue[at]) at += 1;
    });
    progress?.advance({ files: at - before });
    const front = queue[at];
    if (front === undefined) return [];
    const hopeless = !mayCome(context, front.status);
    if (!hopeless) hopelessSince = undefined;
    else hopelessSince ??= performance.now();
    const given = hopelessSince !== undefined && performance.now() - hopelessSince >= GRACE_MS;
    if (given || deadline?.aborted === true) return stillUnstored(context, queue.slice(at));
    await sleep(POLL_MS);
  }
}

/** Persisted, or not in the namespace any more. */
function isSettled(view: View, id: number): boolean {
  const inode = view.locate(id)?.inode;
  return inode === undefined || inode.persistence === 'PERSISTED';
}

function comes(why: UnstoredWhy): boolean {
  return why === 'UPLOADING' || why === 'QUEUED';
}

/** Somebody persists it, or persists files at all and may come to it: `fs persist` has a queue that nobody sees. */
function mayCome(context: FileSystemContext, status: FileStatus): boolean {
  const [explained] = explainer(context)([status]);
  return explained !== undefined && (comes(explained.why) || livingUploads(context).some(({ work }) => work.kind === 'persist' && work.background !== true));
}

function stillUnstored(context: FileSystemContext, rest: readonly Unstored[]): Unstored[] {
  const open = context.journal.read((view) => rest.filter(({ status }) => !isSettled(view, status.id)));
  return explainer(context)(open.map(({ status }) => status));
}

/** Why files are not stored; what it must know about the whole store is looked up once. */
function explainer(context: FileSystemContext): (files: readonly FileStatus[]) => Unstored[] {
  const uploads = new Map(livingUploads(context).flatMap((intent) => (intent.work.kind === 'persist' ? [[intent.work.fileId, intent] as const] : [])));
  const never = neverPersisted(context.config);
  const master = context.masterRunning();
  let tries: Map<number, number> | undefined;
  const whyOf = ({ id, path, persistence }: FileStatus): UnstoredWhy => {
    if (persistence === 'LOST') return 'LOST';
    if (uploads.has(id)) return 'UPLOADING';
    if (persistence === 'NOT_PERSISTED') return 'CACHE_ONLY';
    if (never.some((text) => path.includes(text))) return 'EXCLUDED';
    return master ? 'QUEUED' : 'STRANDED';
  };
  return (files) =>
    files.map((status) => {
      const why = whyOf(status);
      const owner = uploads.get(status.id)?.owner;
      const by = owner === undefined ? undefined : `pid ${owner.pid} (${owner.command})`;
      if (status.persistence === 'TO_BE_PERSISTED') tries ??= failedUploads(context);
      return { status, why, by, tries: tries?.get(status.id) ?? 0 };
    });
}

function livingUploads(context: FileSystemContext): IntentRecord[] {
  return context.journal.read((view) => view.intents()).filter(({ work, owner }) => work.kind === 'persist' && isAlive(owner));
}

/** Uploads by file that began and are over: for a file that is not stored, they failed. Those that only gave way do not count. */
function failedUploads(context: FileSystemContext): Map<number, number> {
  const last = context.journal.read((view) => view.lastSeq());
  const begun = new Map<number, number>();
  const ended: number[] = [];
  for (const { entry } of context.journal.log({ from: Math.max(0, last - REMEMBERED) })) {
    if (entry.type === 'intent-opened' && entry.intent.work.kind === 'persist') begun.set(entry.intent.id, entry.intent.work.fileId);
    else if (entry.type === 'intent-changed' && entry.intent.wanted === true) begun.delete(entry.intent.id);
    else if (entry.type === 'intent-closed' && begun.has(entry.id)) ended.push(begun.get(entry.id) ?? 0);
  }
  const tries = new Map<number, number>();
  for (const fileId of ended) tries.set(fileId, (tries.get(fileId) ?? 0) + 1);
  return tries;
}
