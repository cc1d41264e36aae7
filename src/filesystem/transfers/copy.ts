/** Alluxio to Alluxio: `cp`. */
import { hasCode, AlluxioError } from '../../errors.ts';
import { isAtOrBelow, nameOf, parentOf, relativeTo } from '../../uri.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { AclEntry, CopyReport, CreateOptions, FileStatus, TransferOptions, WantedEntry } from '../file-system.ts';
import { feed } from './feed.ts';
import { laneOptions, readOptions, writeOptions, writeType } from './deps.ts';
import type { TransferDeps } from './deps.ts';
import { asError, bare, elsewhere, endsDirectory, fileInTheWay, inside, nothingMatches, statusIfThere } from './endpoints.ts';
import type { Place } from './endpoints.ts';
import { inLanes, throwIfCancelled } from './lanes.ts';
import type { Budget, Lanes, Outcome } from './lanes.ts';
import { STREAM_MEMORY } from './local-file.ts';
import { PendingDirectories } from './pending-directories.ts';

/** Owner may write and enter: as long as content is being put into a directory. */
const OWNER_WORKS = 0o300;

interface TreeItem {
  readonly source: Place;
  readonly target: Place;
  readonly work: () => Promise<Outcome>;
}

/** A directory being copied with all below it. */
interface Tree {
  readonly from: Place;
  readonly to: Place;
  readonly directories: PendingDirectories;
  /** What ended it early; told when all that was begun has ended. */
  refusal?: unknown;
}

export class Copy {
  readonly #deps: TransferDeps;
  readonly #options: TransferOptions;
  readonly #report: CopyReport;
  readonly #budget: Budget;
  /** With -p: modes that would have kept the content out, set when all is there. */
  readonly #lateModes: { readonly path: AlluxioPath; readonly mode: number }[] = [];

  constructor(deps: TransferDeps, options: TransferOptions, report: CopyReport, budget: Budget) {
    this.#deps = deps;
    this.#options = options;
    this.#report = report;
    this.#budget = budget;
  }

  async run(source: Place, target: Place): Promise<void> {
    throwIfCancelled(this.#options.signal);
    try {
      if (source.plain.includes('*')) await this.#pattern(source, target);
      else await this.#literal(source, target);
    } finally {
      for (const { path, mode } of this.#lateModes.reverse()) await this.#deps.changes.setAttributes(path, { mode });
    }
  }

  async #literal(source: Place, target: Place): Promise<void> {
    const status = await this.#deps.entries.status(source.plain);
    if (!status.directory) {
      const outcome = await this.#file(status, source, await this.#fileTarget(source, target));
      throwIfCancelled(this.#options.signal);
      outcome();
      return;
    }
    const trees: Tree[] = [];
    await this.#inLanes(async (lanes) => {
      const tree = await this.#root(status, source, target, lanes);
      trees.push(tree);
      await this.#walk(tree, lanes);
    });
    for (const { refusal } of trees) if (refusal !== undefined) throw refusal;
  }

  async #pattern(source: Place, target: Place): Promise<void> {
    const matches = await this.#deps.entries.glob(source.plain);
    if (matches.length === 0) throw nothingMatches(source.plain);
    const trees: Tree[] = [];
    await this.#inLanes(async (lanes) => {
      await this.#patternTarget(target, lanes);
      for (const match of matches) {
        const tree = await this.#match(elsewhere(source, match), inside(target, nameOf(match)), lanes);
        if (tree !== undefined) trees.push(tree);
      }
    });
    for (const { from, to, refusal } of trees) if (refusal !== undefined) this.#problem(from, to, refusal);
  }

  async #patternTarget(target: Place, lanes: Lanes): Promise<void> {
    const existing = await statusIfThere(this.#deps.entries, target.plain);
    if (existing?.directory === true) return;
    if (existing !== undefined) throw fileInTheWay(target.plain);
    await this.#deps.changes.makeDirectory(target.plain, { recursive: false, ...writeType(this.#options) });
    await this.#tell(lanes, () => this.#report.onDirectory(target.typed));
  }

  /** One match: whatever goes wrong with it, the next one has its turn. */
  async #match(source: Place, target: Place, lanes: Lanes): Promise<Tree | undefined> {
    try {
      const status = await this.#deps.entries.status(source.plain);
      if (!status.directory) {
        const to = await this.#fileTarget(source, target);
        await lanes.start(() => this.#collected(source, to, () => this.#file(status, source, to)));
        return undefined;
      }
      const tree = await this.#root(status, source, target, lanes);
      await this.#walk(tree, lanes);
      return tree;
    } catch (error) {
      if (hasCode(error, 'CANCELLED')) throw error;
      await this.#tell(lanes, () => this.#problem(source, target, error));
      return undefined;
    }
  }

  async #fileTarget(source: Place, target: Place): Promise<Place> {
    const existing = await statusIfThere(this.#deps.entries, target.plain);
    return existing?.directory === true ? bare(inside(target, nameOf(source.plain))) : target;
  }

  /** Makes the directory that the source's content goes into. */
  async #root(status: FileStatus, source: Place, target: Place, lanes: Lanes): Promise<Tree> {
    if (this.#options.recursive !== true) {
      throw new AlluxioError('IS_A_DIRECTORY', `${source.plain} is a directory, to copy it please use "cp -R <src> <dst>"`, { path: source.plain });
    }
    const existing = await statusIfThere(this.#deps.entries, target.plain);
    if (existing?.directory === false) throw fileInTheWay(target.plain);
    const to = existing === undefined ? target : bare(inside(target, nameOf(source.plain)));
    await this.#makeDirectory(status, to.plain);
    await this.#tell(lanes, () => this.#report.onDirectory(to.typed));
    return { from: source, to, directories: new PendingDirectories() };
  }

  async #walk(tree: Tree, lanes: Lanes): Promise<void> {
    const { from, to, directories } = tree;
    const { signal } = this.#options;
    for await (const batch of this.#deps.entries.list(from.plain, { recursive: true, ...(signal !== undefined && { signal }) })) {
      for (const status of batch) {
        // Copying a directory into itself copies what was there before, not the copy.
        if (isAtOrBelow(status.path, to.plain)) continue;
        if (tree.refusal !== undefined) return;
        const source = elsewhere(from, status.path);
        const target = inside(to, relativeTo(status.path, from.plain));
        const parent = directories.ready(parentOf(target.plain));
        const item = { source, target, work: () => (status.directory ? this.#subdirectory(status, target) : this.#file(status, source, target)) };
        if (!status.directory) {
          await lanes.start(async () => (await this.#inTree(tree, parent, item)).tell);
          continue;
        }
        let tell: Outcome | undefined;
        const make = directories.plan(target.plain, async () => {
          const ended = await this.#inTree(tree, parent, item);
          tell = ended.tell;
          return ended.done;
        });
        await lanes.start(async () => {
          await make();
          return tell;
        });
      }
    }
  }

  /** Runs the work when its parent is there. A refusal ends the tree; other trouble is told and the rest goes on. */
  async #inTree(tree: Tree, parent: Promise<boolean>, item: TreeItem): Promise<{ done: boolean; tell: Outcome | undefined }> {
    if (!(await parent) || tree.refusal !== undefined) return { done: false, tell: undefined };
    try {
      return { done: true, tell: await item.work() };
    } catch (error) {
      if (this.#options.signal?.aborted === true) return { done: false, tell: undefined };
      if (!endsDirectory(error)) return { done: false, tell: () => this.#problem(item.source, item.target, error) };
      tree.refusal ??= error;
      return { done: false, tell: undefined };
    }
  }
  async #collected(source: Place, target: Place, work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await work();
    } catch (error) {
      return () => this.#problem(source, target, error);
    }
  }

  async #subdirectory(status: FileStatus, target: Place): Promise<Outcome> {
    await this.#makeDirectory(status, target.plain);
    return () => this.#report.onDirectory(target.typed);
  }

  async #makeDirectory(source: FileStatus, path: AlluxioPath): Promise<void> {
    const { entries, changes } = this.#deps;
    const preserve = this.#options.preserve === true;
    const mode = source.mode | OWNER_WORKS;
    await changes.makeDirectory(path, { recursive: false, ...writeType(this.#options), ...(preserve && { mode }) });
    if (!preserve) return;
    const made = await entries.status(path);
    // Only what differs: changing an owner, even to the same one, is the superuser's.
    const change = {
      ...(made.owner !== source.owner && { owner: source.owner }),
      ...(made.group !== source.group && { group: source.group }),
      ...(made.mode !== mode && { mode }),
    };
    if (Object.keys(change).length > 0) await changes.setAttributes(path, change);
    if (!sameAcl(made.acl, source.acl)) await changes.setAcl(path, { action: 'replace', entries: wholeAcl(mode, source.acl) });
    if (source.mode !== mode) this.#lateModes.push({ path, mode: source.mode });
  }

  async #file(status: FileStatus, source: Place, target: Place): Promise<Outcome> {
    const { content } = this.#deps;
    const { progress } = this.#report;
    progress?.expect({ files: 1, bytes: status.length });
    await this.#budget.hold(Math.min(status.length, STREAM_MEMORY), async () => {
      const stream = await content.open(source.plain, readOptions(this.#options));
      try {
        const options = { size: status.length, ...writeOptions(this.#options), ...this.#preserved(status) };
        await feed(stream, progress, (bytes) => content.create(target.plain, bytes, options));
      } finally {
        await stream.close();
      }
    });
    progress?.advance({ files: 1 });
    return () => this.#report.onCopied(source.typed, target.typed);
  }

  #preserved({ owner, group, mode, acl }: FileStatus): Pick<CreateOptions, 'owner' | 'group' | 'mode' | 'acl'> {
    return this.#options.preserve === true ? { owner, group, mode, acl } : {};
  }

  #problem(from: Place, to: Place, error: unknown): void {
    if (this.#options.signal?.aborted !== true) this.#report.onProblem({ from: from.typed, to: to.typed, error: asError(error) });
  }

  #tell(lanes: Lanes, outcome: Outcome): Promise<void> {
    return lanes.start(() => Promise.resolve(outcome));
  }

  #inLanes(produce: (lanes: Lanes) => Promise<void>): Promise<void> {
    return inLanes(laneOptions(this.#deps, this.#options, { ordered: true }), produce);
  }
}

/** The default ACL is not copied, as with Alluxio: it is about what is made there, not about what is. */
function wholeAcl(mode: number, acl: readonly AclEntry[]): WantedEntry[] {
  const base = (['user', 'group', 'other'] as const).map((type, i) => ({ type, subject: '', bits: (mode >> (6 - 3 * i)) & 7 }));
  return [...base, ...acl].map((entry) => ({ ...entry, default: false }));
}

function sameAcl(one: readonly AclEntry[], other: readonly AclEntry[]): boolean {
  const text = (acl: readonly AclEntry[]) => acl.map(({ type, subject, bits }) => `${type}:${subject}:${bits}`).join();
  return text(one) === text(other);
}
