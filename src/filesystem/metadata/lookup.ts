/** Making one path known: a path that the namespace does not have is looked up in the under storage. */
import type { Child, View } from '../../journal/journal.ts';
import type { MountRecord } from '../../journal/records.ts';
import { mountOf } from '../../namespace/mount-table.ts';
import { deepest, resolve } from '../../namespace/resolve.ts';
import type { AlluxioPath } from '../../uri.ts';
import { parentOf } from '../../uri.ts';
import type { Ufs, UfsStatus } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';
import { keyOf } from '../delete-work.ts';
import { configFor, hasPathDefaults } from '../path-config.ts';
import type { SyncOptions } from '../file-system.ts';
import { RemovalGuard } from './guard.ts';
import { attachedDirectory, insertLoaded } from './insert.ts';
import type { EffectiveSync } from './options.ts';
import { SYNC_INTERVAL, isSyncDue, syncOptions, wantedAt } from './options.ts';
import { syncEntry } from './sync.ts';

export interface LookUpOptions extends SyncOptions {
  /** Asks the storage also below a directory that is only here: whoever is about to put a whole tree there must know of what others have. */
  readonly thorough?: boolean;
}

/** Afterwards the namespace has the path if the storage has it (and, when a sync is due, has it as the storage has it). */
export async function lookUp(context: FileSystemContext, path: AlluxioPath, options: LookUpOptions = {}): Promise<void> {
  const wanted = syncOptions(context, path, options);
  let known = context.journal.read((view) => (isAnyExpired(context, view) ? undefined : knownOf(context, view, path, wanted)));
  if (known === undefined) {
    await (await import('../expiry.ts')).expireDue(context);
    known = context.journal.read((view) => knownOf(context, view, path, wanted));
  }
  const step = stepFor(known, wanted, options.thorough === true);
  if (step === 'load') await loadMissing(context, path);
  else if (step === 'sync') await syncEntry(context, path);
}

/** What the storage has to be asked for. */
function stepFor(known: Known, wanted: EffectiveSync, thorough: boolean): 'load' | 'sync' | undefined {
  if (!known.missing) return known.due && known.comparable ? 'sync' : undefined;
  // Below a directory that is only here the storage has nothing, and need not be there to say so.
  if (known.onlyHere && !thorough && wanted.loadType !== 'ALWAYS' && !known.due) return undefined;
  return wanted.loadType !== 'NEVER' || wanted.syncIntervalMs >= 0 || known.due ? 'load' : undefined;
}

/** What `lookUp` would ask the storage for, in one state to which entries are only added; many of a directory cost hardly more than one. */
export class Looks {
  /** Directories that are only here: what is directly in them needs no look. */
  readonly #here = new Set<AlluxioPath>();
  /** Paths that need none. */
  readonly #settled = new Set<AlluxioPath>();
  /** Nothing is ever due. */
  readonly #still: boolean;
  /** Some paths have settings of their own. */
  readonly #special: boolean;

  constructor(
    private readonly context: FileSystemContext,
    private readonly view: View,
  ) {
    this.#special = hasPathDefaults(context);
    this.#still = view.syncs().length === 0 && context.config.duration(SYNC_INTERVAL) < 0;
  }

  neededFor(path: AlluxioPath): 'load' | 'sync' | undefined {
    const parent = parentOf(path);
    const plain = this.#still && (!this.#special || configFor(this.context, path) === this.context.config);
    if (plain && (this.#here.has(parent) || this.#settled.has(path))) return undefined;
    const wanted = syncOptions(this.context, path, {});
    const known = knownOf(this.context, this.view, path, wanted);
    const step = stepFor(known, wanted, false);
    if (step !== undefined) return step;
    if (!known.missing) this.#settled.add(path);
    else if (known.onlyHere && known.levels === 1) this.#here.add(parent);
    return undefined;
  }
}

/** Something in the namespace has outlived its time. */
export function isAnyExpired(context: FileSystemContext, view: View): boolean {
  return view.expired(context.now(), 1).length > 0;
}

interface Known {
  readonly missing: boolean;
  /** Components that the namespace does not have. */
  readonly levels: number;
  /** The last directory on the way to it is not in the storage. */
  readonly onlyHere: boolean;
  /** The path, or the last directory on the way to it, has not been compared for too long. */
  readonly due: boolean;
  /** What is only here, and the root of a mount, stay whatever the storage says. */
  readonly comparable: boolean;
}

function knownOf(context: FileSystemContext, view: View, path: AlluxioPath, wanted: EffectiveSync): Known {
  const nowMs = context.now();
  const resolution = resolve(view, path);
  const { inode } = deepest(resolution);
  return {
    missing: resolution.missing.length > 0,
    levels: resolution.missing.length,
    onlyHere: inode.directory && inode.persistence !== 'PERSISTED' && inode.mountId === 0,
    due: isSyncDue(inode, wantedAt(context, view, resolution.chain, wanted), nowMs),
    comparable: inode.persistence === 'PERSISTED' && inode.mountId === 0,
  };
}

interface Start {
  /** What the namespace has of the path. */
  readonly from: Child;
  readonly mount: MountRecord;
  readonly key: string;
  readonly baseKey: string;
  readonly missing: readonly string[];
}

/** Undefined where the storage can have nothing of the path that the namespace has not. */
function startOf(context: FileSystemContext, path: AlluxioPath): Start | undefined {
  const start = context.journal.read((view) => {
    const resolution = resolve(view, path);
    const from = deepest(resolution);
    const { mount, key } = mountOf(view, resolution);
    const baseKey = mountOf(view, { ...resolution, missing: [] }).key;
    return { from, mount, key, baseKey, missing: resolution.missing };
  });
  if (!start.from.inode.directory || start.missing.length === 0) return undefined;
  return start.missing.some((name) => name.length > 1023) ? undefined : start;
}

/** True when `lookUp` of a path that the namespace does not have would find nothing. */
export async function isNowhere(context: FileSystemContext, path: AlluxioPath): Promise<boolean> {
  const start = startOf(context, path);
  return start === undefined || (await statusesAlong(context, start)).length === 0;
}

async function loadMissing(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  const guard = new RemovalGuard(context);
  const start = startOf(context, path);
  if (start === undefined) return;
  const found = await statusesAlong(context, start);
  if (found.length === 0) return;
  await guard.transact((tx) => {
    let parent = attachedDirectory(tx, start.from.inode.id);
    for (const { name, status } of found) {
      if (parent === undefined) return;
      const inode = insertLoaded(tx, { name, status }, { parent, guard, nowMs: context.now(), blockSize: context.config.bytes('alluxio.user.block.size.bytes.default') });
      parent = inode?.directory === true && (inode.mountId === 0 || inode.id === parent.id) ? inode : undefined;
    }
  });
}

/**
 * Statuses of the components that the storage has, from the top to the path. Where it has only the upper ones, these: whatever is made below must not take the place of
 * a directory, or file, that is there. Empty when it has none.
 */
async function statusesAlong(context: FileSystemContext, start: Start): Promise<{ name: string; status: UfsStatus }[]> {
  const ufs: Ufs = await context.ufs(start.mount);
  const status = await ufs.status(start.key, context.signal);
  const found: { name: string; status: UfsStatus }[] = [];
  let key = start.baseKey;
  for (const [i, name] of start.missing.entries()) {
    key = keyOf(key, name);
    const last = i === start.missing.length - 1;
    const own = last ? status : await ufs.status(key, context.signal);
    if (own === undefined) return status === undefined ? found : [];
    // A file and a prefix of the same name: the file is what the path means, so nothing below it can be named.
    if (!last && own.kind === 'file' && status !== undefined) return [];
    found.push({ name, status: own });
    if (own.kind === 'file') break;
  }
  return found;
}
