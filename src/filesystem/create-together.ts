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
import { Looks, isAnyExpired, isNowhere } from './metadata/lookup.ts';
import { forEachParallel } from './parallel.ts';
import { configFor, hasPathDefaults } from './path-config.ts';
import { cleanedUp, transact } from './transact.ts';
import { recordEmpty } from './write.ts';
import { planWriting } from './write-plan.ts';

/** Others wait for the journal as long as these take: some 15 ms. */
const MOST = 512;
const LOOKS_AT_ONCE = 16;
const GROWTH = 4;
const LONGEST_PAUSE = 64;
/** What a single one would fail with too. */
const DECIDED: readonly ErrorCode[] = ['ALREADY_EXISTS', 'NOT_FOUND', 'NOT_A_DIRECTORY', 'PERMISSION_DENIED', 'READ_ONLY'];

/** The storage has something of a path. */
class IsThere extends Error {}

/** One of the group, ready to be created. */
interface Planned {
  readonly creation: Creation;
  /** What has to be known of the storage first. */
  readonly looksAt: AlluxioPath;
  /** @throws before it appends anything, when it is refused */
  create(tx: Transaction): void;
}

/** What those before went like: where groups come to nothing, few are tried, and those are small, so that little is asked in vain. */
interface Course {
  /** How many are taken next. */
  size: number;
  /** How many go alone before the next group. */
  alone: number;
  /** How many went so after the last group that came to nothing. */
  pause: number;
}

const courses = new WeakMap<FileSystemContext, Course>();

export async function createTogether(context: FileSystemContext, creations: Iterable<Creation>, { stopAtFailure }: { stopAtFailure: boolean }): Promise<readonly unknown[]> {
  const course = courses.get(context) ?? { size: MOST, alone: 0, pause: 0 };
  courses.set(context, course);
  if (course.alone > 0) {
    course.alone--;
    return [];
  }
  const planned = planAll(withClock(context), creations, course.size);
  if (planned.length < 2) return [];
  const outcomes = await createPlanned(context, planned, stopAtFailure);
  const ended = stopAtFailure && outcomes.at(-1) !== undefined;
  follow(course, outcomes.length, ended ? outcomes.length : planned.length);
  return outcomes;
}

function follow(course: Course, done: number, planned: number): void {
  course.pause = done > 0 ? 0 : Math.min(LONGEST_PAUSE, Math.max(1, course.pause * 2));
  // The one that it ended with goes alone in any case.
  course.alone = done < planned ? Math.max(1, course.pause) : 0;
  course.size = done < planned ? Math.max(2, Math.min(course.size, done * 2)) : Math.min(MOST, course.size * GROWTH);
}

async function createPlanned(context: FileSystemContext, planned: readonly Planned[], stopAtFailure: boolean): Promise<readonly unknown[]> {
  await cleanedUp(context);
  const nowhere = await lookAhead(context, planned);
  context.signal.throwIfAborted();
  try {
    // Numbers are allocated for all of them, in the name of the first.
    return await transact(asCommand(context, planned[0]?.creation.as), (tx) => createInOrder(context, tx, planned, { nowhere, stopAtFailure }));
  } catch {
    // Nothing of it was kept: each tells by itself.
    return [];
  }
}

function asCommand(context: FileSystemContext, as: Creation['as']): FileSystemContext {
  return as === undefined ? context : (Object.create(context, { actor: { value: { user: context.actor.user, ...as } } }) as FileSystemContext);
}

/** All of a group are made at the same time. */
function withClock(context: FileSystemContext): FileSystemContext {
  const nowMs = context.now();
  return Object.create(context, { now: { value: () => nowMs } }) as FileSystemContext;
}

/** Those before the first one that has to go alone. */
function planAll(context: FileSystemContext, creations: Iterable<Creation>, most: number): Planned[] {
  const planner = plannerFor(context);
  const planned: Planned[] = [];
  for (const creation of creations) {
    const plan = planner(creation);
    if (plan === undefined) break;
    if (planned.push(plan) === most) break;
  }
  return planned;
}

function plannerFor(context: FileSystemContext): (creation: Creation) => Planned | undefined {
  const { subject } = context;
  const nowMs = context.now();
  const special = hasPathDefaults(context);
  // Where no path has settings of its own, what holds for one holds for all.
  let directory: { readonly making: ReturnType<typeof makingOf>; readonly stored: boolean } | undefined;
  let file: ReturnType<typeof planWriting> | undefined;
  const newDirectory = (path: AlluxioPath) => ({ making: makingOf(context, path, { recursive: true }), stored: isMadeInStorage(context, path, undefined) });
  const newFile = (path: AlluxioPath) => planWriting(context, path, { size: 0 });
  return (creation) => {
    const { kind, path } = creation;
    const plain = !special || configFor(context, path) === context.config;
    if (kind === 'directory') {
      const { making, stored } = plain ? (directory ??= newDirectory(path)) : newDirectory(path);
      return stored ? undefined : { creation, looksAt: path, create: (tx) => void createDirectories(tx, subject, { ...making, path, nowMs }) };
    }
    const writing = plain ? (file ??= newFile(path)) : newFile(path);
    return writing.through ? undefined : { creation, looksAt: parentOf(path), create: (tx) => recordEmpty(context, tx, { ...writing, path }, nowMs) };
  };
}

/**
 * Asks the storage for what single ones would ask it for. What it has is not loaded here, because those before would see it too soon: the one that asks goes alone.
 * @returns the paths of which the storage has nothing
 */
async function lookAhead(context: FileSystemContext, planned: readonly Planned[]): Promise<ReadonlySet<AlluxioPath>> {
  const nowhere = new Set<AlluxioPath>();
  if (context.journal.read((view) => isAnyExpired(context, view))) await (await import('./expiry.ts')).expireDue(context);
  const wanted = context.journal.read((view) => pathsToLookAt(context, view, planned));
  try {
    await forEachParallel(wanted, LOOKS_AT_ONCE, async (path) => {
      if (!(await isNowhere(context, path))) throw new IsThere();
      nowhere.add(path);
    });
  } catch (error) {
    // The one that it is about goes alone, and tells; those after it are not asked about any more.
    if (hasCode(error, 'CANCELLED')) throw error;
  }
  return nowhere;
}

/** Not what is below a directory that one of the group makes: that will only be here. */
function pathsToLookAt(context: FileSystemContext, view: View, planned: readonly Planned[]): Set<AlluxioPath> {
  const looks = new Looks(context, view);
  const made = new Set<AlluxioPath>();
  const wanted = new Set<AlluxioPath>();
  for (const { creation, looksAt } of planned) {
    const needed = !isBelow(made, looksAt) && looks.neededFor(looksAt) === 'load';
    if (needed) wanted.add(looksAt);
    if (creation.kind !== 'directory') continue;
    made.add(creation.path);
    // Missing parents come with it.
    for (let left = needed ? resolve(view, looksAt).missing.length : 0, at = looksAt; left > 1; left--) made.add((at = parentOf(at)));
  }
  return wanted;
}

function isBelow(made: ReadonlySet<AlluxioPath>, path: AlluxioPath): boolean {
  if (made.size === 0) return false;
  for (let at = path; at !== ROOT; at = parentOf(at)) if (made.has(at)) return true;
  return false;
}

function createInOrder(context: FileSystemContext, tx: Transaction, planned: readonly Planned[], { nowhere, stopAtFailure }: { nowhere: ReadonlySet<AlluxioPath>; stopAtFailure: boolean }): unknown[] {
  const looks = new Looks(context, tx);
  const outcomes: unknown[] = [];
  for (const { creation, looksAt, create } of planned) {
    const step = looks.neededFor(looksAt);
    if (step === 'sync' || (step === 'load' && !nowhere.has(looksAt))) break;
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
