/** Local to Alluxio: `copyFromLocal`, `cp file://…`. */
import { nameOf, parentOf } from '../../uri.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { CopyReport, TransferOptions } from '../file-system.ts';
import { asError, fileInTheWay, inside, localUri, nothingMatches, targetIfThere } from './endpoints.ts';
import type { Place } from './endpoints.ts';
import { feed } from './feed.ts';
import type { TransferDeps } from './deps.ts';
import { laneOptions, writeOptions, writeType } from './deps.ts';
import { PendingDirectories } from './pending-directories.ts';
import { createBudget, inLanes, throwIfCancelled } from './lanes.ts';
import type { Budget, Outcome } from './lanes.ts';
import { hasCode } from '../../errors.ts';
import { notAFile } from './local-errors.ts';
import { readAtOnce, withLocalFile } from './local-file.ts';
import { childrenOf, entryAt, isPattern, matchesOf, walkTree } from './local-tree.ts';
import type { LocalEntry, TreeEntry } from './local-tree.ts';
import { GROUPS, SmallFiles } from './small-files.ts';

export class Upload {
  readonly #deps: TransferDeps;
  readonly #options: TransferOptions;
  readonly #report: CopyReport;
  readonly #budget: Budget;
  #copied = 0;
  #failed = 0;

  constructor(deps: TransferDeps, options: TransferOptions, report: CopyReport, budget: Budget) {
    this.#deps = deps;
    this.#options = options;
    this.#report = report;
    this.#budget = budget;
  }

  async run(source: string, target: Place): Promise<void> {
    throwIfCancelled(this.#options.signal);
    const entries = await this.#sources(source);
    try {
      const [first, second] = await lookAhead(entries);
      if (first === undefined) await this.#nothing(source, target);
      else if (second === undefined) await this.#single(first, target);
      else await this.#many(replayed([first, second], entries), target);
    } finally {
      await entries.return(undefined);
    }
    // Alluxio ends with one line for the whole, whose target is the one that was typed.
    if (this.#failed === 0) this.#report.onCopied(localUri(source), target.typed);
  }

  async #sources(source: string): Promise<AsyncGenerator<LocalEntry>> {
    if (isPattern(source)) return matchesOf(source);
    const entry = await entryAt(source);
    return entry.kind === 'directory' ? childrenOf(source) : one(entry);
  }

  async #single(entry: LocalEntry, target: Place): Promise<void> {
    if (entry.error !== undefined) throw entry.error;
    if (entry.kind === 'directory') throw notAFile(entry.path);
    const existing = await targetIfThere(this.#deps.entries, target.plain);
    const place = existing?.directory === true ? inside(target, nameOf(entry.path)) : target;
    await this.#send(entry.path, place.plain);
    throwIfCancelled(this.#options.signal);
  }

  /** An empty directory leaves nothing, but a target that it cannot have is still an error. */
  async #nothing(source: string, target: Place): Promise<void> {
    if (isPattern(source)) throw nothingMatches(localUri(source));
    if (await this.#makeTarget(target)) await this.#removeIfEmpty(target.plain);
  }

  async #many(sources: AsyncIterable<LocalEntry>, target: Place): Promise<void> {
    const made = await this.#makeTarget(target);
    try {
      await this.#tree(sources, target);
    } finally {
      if (made && this.#copied === 0) await this.#removeIfEmpty(target.plain);
    }
  }

  async #tree(sources: AsyncIterable<LocalEntry>, target: Place): Promise<void> {
    const directories = new PendingDirectories();
    const options = laneOptions(this.#deps, this.#options, { ordered: false });
    const turns = createBudget(options.width);
    const room = { memory: this.#budget, inTurn: <T>(transfer: () => Promise<T>) => turns.hold(1, () => this.#unlessCancelled(transfer)) };
    await inLanes({ ...options, width: GROUPS }, (groups) =>
      inLanes(options, async (lanes) => {
        const small = new SmallFiles(this.#deps, this.#options, this.#report, { ...room, lanes: groups });
        for await (const entry of walkTree(sources)) {
          const place = inside(target, entry.relative);
          const parent = directories.ready(parentOf(place.plain));
          if (entry.kind === 'directory') {
            const make = directories.plan(place.plain, () => this.#directory(parent, entry, place));
            await lanes.start(async () => void (await make()));
            continue;
          }
          const bytes = smallContent(entry);
          if (bytes === undefined) await lanes.start(async () => ((await parent) ? room.inTurn(() => this.#entry(entry, place)) : undefined));
          else await small.add({ path: place.plain, bytes, parent, ended: (failure) => this.#ended(entry, place, failure) });
        }
        await small.flush();
      }),
    );
  }

  async #unlessCancelled<T>(transfer: () => Promise<T>): Promise<T> {
    throwIfCancelled(this.#options.signal);
    return transfer();
  }

  #ended(entry: TreeEntry, place: Place, failure: unknown): Outcome {
    if (failure !== undefined) return () => this.#problem(entry.path, place, failure);
    this.#copied += 1;
    return () => this.#report.onCopied(localUri(entry.path), place.typed);
  }

  async #entry(entry: TreeEntry, place: Place): Promise<Outcome> {
    try {
      if (entry.error !== undefined) throw entry.error;
      await this.#send(entry.path, place.plain);
      return () => this.#report.onCopied(localUri(entry.path), place.typed);
    } catch (error) {
      return () => this.#problem(entry.path, place, error);
    }
  }

  /** True when the content may follow. */
  async #directory(parent: Promise<boolean>, entry: TreeEntry, place: Place): Promise<boolean> {
    if (!(await parent)) return false;
    try {
      await this.#deps.changes.makeDirectory(place.plain, { recursive: false, ...writeType(this.#options) });
      this.#copied += 1;
      return true;
    } catch (error) {
      this.#problem(entry.path, place, error);
      return false;
    }
  }

  #problem(from: string, place: Place, error: unknown): void {
    // After Ctrl-C every running copy fails in its own way; one line for all of them is enough.
    if (this.#options.signal?.aborted === true) return;
    this.#failed += 1;
    this.#report.onProblem({ from: localUri(from), to: place.typed, error: asError(error) });
  }

  async #send(from: string, to: AlluxioPath): Promise<void> {
    const { progress } = this.#report;
    progress?.expect({ files: 1 });
    await withLocalFile(from, this.#budget, async ({ size, chunks }) => {
      progress?.expect({ bytes: size });
      await feed(chunks, progress, (bytes) => this.#deps.content.create(to, bytes, { size, ...writeOptions(this.#options) }));
    });
    this.#copied += 1;
    progress?.advance({ files: 1 });
  }

  /** True when it was not there before. @throws when something else is in its place, or its parent is missing */
  async #makeTarget(target: Place): Promise<boolean> {
    const existing = await targetIfThere(this.#deps.entries, target.plain);
    if (existing !== undefined && !existing.directory) throw fileInTheWay(target.plain);
    if (existing === undefined) await this.#deps.changes.makeDirectory(target.plain, { recursive: false, ...writeType(this.#options) });
    return existing === undefined;
  }

  async #removeIfEmpty(path: AlluxioPath): Promise<void> {
    const { id } = await this.#deps.entries.status(path);
    for await (const batch of this.#deps.entries.list(path)) if (batch.length > 0) return;
    // What somebody puts there now stays, and the directory with it.
    await this.#deps.changes.delete(path, { recursive: true, only: new Set([id]) }).catch((error: unknown) => {
      if (!hasCode(error, 'FAILED_PRECONDITION')) throw error;
    });
  }
}

/** Undefined for what has to be looked at more closely, with its error if it has one. */
function smallContent({ kind, path }: TreeEntry): Uint8Array | undefined {
  try {
    return kind === 'file' ? readAtOnce(path) : undefined;
  } catch {
    return undefined;
  }
}

async function* one(entry: LocalEntry): AsyncGenerator<LocalEntry> {
  yield entry;
}

/** The first two entries: one alone is copied in another way than many. */
async function lookAhead(entries: AsyncGenerator<LocalEntry>): Promise<LocalEntry[]> {
  const ahead: LocalEntry[] = [];
  while (ahead.length < 2) {
    const next = await entries.next();
    if (next.done === true) break;
    ahead.push(next.value);
  }
  return ahead;
}

async function* replayed(ahead: readonly LocalEntry[], rest: AsyncGenerator<LocalEntry>): AsyncGenerator<LocalEntry> {
  yield* ahead;
  yield* rest;
}
