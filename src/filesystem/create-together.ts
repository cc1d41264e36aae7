/**
 * Creating many directories and empty files that are only here: one transaction for some hundred, each decided in its turn on what those before it left. Whatever does not
 * go smoothly ends the group before it and goes alone, which waits for others, asks the storage and tells what is wrong; so no rule exists twice.
 */
import { hasCode, isAlluxioError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Transaction, View } from '../journal/journal.ts';
import { createDirectories } from '../namespace/create.ts';
import { resolve } from '../namespace/resolve.ts';
import { ROOT, parentOf } from '../uri.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { Creation } from './file-system.ts';
import { isMadeInStorage, makingOf } from './make-directory.ts';
import { Looks, isAnyExpired, lookUp } from './metadata/lookup.ts';
import { forEachParallel } from './parallel.ts';
import { configFor } from './path-config.ts';
import { cleanedUp, transact } from './transact.ts';
import { recordEmpty } from './write.ts';
import { planWriting } from './write-plan.ts';

/** Others wait for the journal as long as these take: some 15 ms. */
const MOST = 512;
const LOOKS_AT_ONCE = 16;
/** After a journal that could not be written, each goes alone for so long. */
const PAUSE_MS = 1000;
/** What a single one would fail with too. */
const DECIDED: readonly ErrorCode[] = ['ALREADY_EXISTS', 'NOT_FOUND', 'NOT_A_DIRECTORY', 'PERMISSION_DENIED', 'READ_ONLY'];

/** One of the group, ready to be created. */
interface Planned {
  readonly creation: Creation;
  /** What has to be known of the storage first. */
  readonly looksAt: AlluxioPath;
  /** @throws before it appends anything, when it is refused */
  create(tx: Transaction): void;
}

const paused = new WeakMap<object, number>();

export async function createTogether(context: FileSystemContext, creations: Iterable<Creation>, { stopAtFailure }: { stopAtFailure: boolean }): Promise<readonly unknown[]> {
  const nowMs = context.now();
  if ((paused.get(context) ?? 0) > nowMs) return [];
  const planned = planAll(withClock(context, nowMs), creations);
  if (planned.length < 2) return [];
  await cleanedUp(context);
  const looked = await lookAhead(context, planned);
  context.signal.throwIfAborted();
  try {
    // Numbers are allocated for all of them, in the name of the first.
    return await transact(asCommand(context, planned[0]?.creation.as), (tx) => createInOrder(context, tx, planned, { looked, stopAtFailure }));
  } catch {
    // Nothing of it was kept: each tells by itself.
    paused.set(context, nowMs + PAUSE_MS);
    return [];
  }
}

/** All of a group are made at the same time. */
function withClock(context: FileSystemContext, nowMs: number): FileSystemContext {
  return Object.create(context, { now: { value: () => nowMs } }) as FileSystemContext;
}

/** Those before the first one that has to go alone. */
function planAll(context: FileSystemContext, creations: Iterable<Creation>): Planned[] {
  const planner = plannerFor(context);
  const planned: Planned[] = [];
  for (const creation of creations) {
    const plan = planner(creation);
    if (plan === undefined) break;
    if (planned.push(plan) === MOST) break;
  }
  return planned;
}

function plannerFor(context: FileSystemContext): (creation: Creation) => Planned | undefined {
  const { subject } = context;
  const nowMs = context.now();
  // Where no path has settings of its own, what holds for one holds for all.
  let directory: { readonly making: ReturnType<typeof makingOf>; readonly stored: boolean } | undefined;
  let file: ReturnType<typeof planWriting> | undefined;
  const newDirectory = (path: AlluxioPath) => ({ making: makingOf(context, path, { recursive: true }), stored: isMadeInStorage(context, path, undefined) });
  const newFile = (path: AlluxioPath) => planWriting(context, path, { size: 0 });
  return (creation) => {
    const { kind, path } = creation;
    const plain = configFor(context, path) === context.config;
    if (kind === 'directory') {
      const { making, stored } = plain ? (directory ??= newDirectory(path)) : newDirectory(path);
      return stored ? undefined : { creation, looksAt: path, create: (tx) => void createDirectories(tx, subject, { ...making, path, nowMs }) };
    }
    const writing = plain ? (file ??= newFile(path)) : newFile(path);
    return writing.through ? undefined : { creation, looksAt: parentOf(path), create: (tx) => recordEmpty(context, tx, { ...writing, path }, nowMs) };
  };
}

/** Asks the storage for what single ones would ask it for. @returns the paths that need no further look */
async function lookAhead(context: FileSystemContext, planned: readonly Planned[]): Promise<ReadonlySet<AlluxioPath>> {
  const looked = new Set<AlluxioPath>();
  if (context.journal.read((view) => isAnyExpired(context, view))) await (await import('./expiry.ts')).expireDue(context);
  const wanted = context.journal.read((view) => pathsToLookAt(context, view, planned));
  await forEachParallel(wanted, LOOKS_AT_ONCE, async ([path, { as }]) => {
    try {
      await lookUp(asCommand(context, as), path);
      looked.add(path);
    } catch (error) {
      // The one that needs it goes alone, and tells.
      if (hasCode(error, 'CANCELLED')) throw error;
    }
  });
  return looked;
}

function asCommand(context: FileSystemContext, as: Creation['as']): FileSystemContext {
  return as === undefined ? context : (Object.create(context, { actor: { value: { user: context.actor.user, ...as } } }) as FileSystemContext);
}

/** Not what is below a directory that one of the group makes: that will only be here. */
function pathsToLookAt(context: FileSystemContext, view: View, planned: readonly Planned[]): Map<AlluxioPath, Creation> {
  const looks = new Looks(context, view);
  const made = new Set<AlluxioPath>();
  const wanted = new Map<AlluxioPath, Creation>();
  for (const { creation, looksAt } of planned) {
    const { kind, path } = creation;
    const needed = !isBelow(made, looksAt) && looks.needed(looksAt);
    if (needed) wanted.set(looksAt, creation);
    if (kind !== 'directory') continue;
    made.add(path);
    if (needed) for (const above of missingAbove(view, path)) made.add(above);
  }
  return wanted;
}

function missingAbove(view: View, path: AlluxioPath): AlluxioPath[] {
  const found: AlluxioPath[] = [];
  for (let left = resolve(view, path).missing.length, at = path; left > 1; left--) found.push((at = parentOf(at)));
  return found;
}

function isBelow(made: ReadonlySet<AlluxioPath>, path: AlluxioPath): boolean {
  if (made.size === 0) return false;
  for (let at = path; at !== ROOT; at = parentOf(at)) if (made.has(at)) return true;
  return false;
}

function createInOrder(context: FileSystemContext, tx: Transaction, planned: readonly Planned[], { looked, stopAtFailure }: { looked: ReadonlySet<AlluxioPath>; stopAtFailure: boolean }): unknown[] {
  const looks = new Looks(context, tx);
  const outcomes: unknown[] = [];
  for (const { creation, looksAt, create } of planned) {
    if (!looked.has(looksAt) && looks.needed(looksAt)) break;
    const before = tx.lastSeq();
    try {
      if (creation.as === undefined) create(tx);
      else tx.as({ user: context.actor.user, ...creation.as }, create);
      outcomes.push(undefined);
    } catch (error) {
      if (tx.lastSeq() !== before) throw error;
      if (!isAlluxioError(error) || !DECIDED.includes(error.code)) break;
      outcomes.push(error);
      if (stopAtFailure) break;
    }
  }
  return outcomes;
}
