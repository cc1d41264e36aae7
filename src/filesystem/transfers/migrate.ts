/** Alluxio to Alluxio as the job service does it: `distributedCp`. The target plays the source's part, and files that are there may be replaced. */
import { AlluxioError, hasCode } from '../../errors.ts';
import type { AlluxioPath } from '../../uri.ts';
import { isAtOrBelow, relativeTo } from '../../uri.ts';
import type { CopyReport, FileStatus, MigrateOptions } from '../file-system.ts';
import type { TransferDeps } from './deps.ts';
import { laneOptions, readOptions, writeOptions, writeType } from './deps.ts';
import type { Place } from './endpoints.ts';
import { asError, bare, inside, statusIfThere } from './endpoints.ts';
import { feed } from './feed.ts';
import type { Budget, Lanes, Outcome } from './lanes.ts';
import { inLanes } from './lanes.ts';
import { STREAM_MEMORY } from './local-file.ts';

/** @throws FAILED_PRECONDITION when the target is the source or lies below it */
export function refuseNested(source: Place, target: Place): void {
  if (!isAtOrBelow(target.plain, source.plain)) return;
  throw new AlluxioError('FAILED_PRECONDITION', `Cannot migrate because ${source.typed} is a prefix of ${target.typed}`, { path: source.plain });
}

export class Migrate {
  readonly #deps: TransferDeps;
  readonly #options: MigrateOptions;
  readonly #report: CopyReport;
  readonly #budget: Budget;

  constructor(deps: TransferDeps, options: MigrateOptions, report: CopyReport, budget: Budget) {
    this.#deps = deps;
    this.#options = options;
    this.#report = report;
    this.#budget = budget;
  }

  /** @throws what stops the whole: a missing source, a target below the source, a target of the wrong kind */
  async run(source: Place, target: Place): Promise<void> {
    refuseNested(source, target);
    const status = await this.#deps.entries.status(source.plain);
    await inLanes(laneOptions(this.#deps, this.#options, { ordered: true }), async (lanes) => {
      if (!status.directory) return lanes.start(() => this.#collected(status, target));
      await this.#ensureDirectory(status, target.plain);
      await this.#tree(source, target, lanes);
    });
  }

  async #tree(source: Place, target: Place, lanes: Lanes): Promise<void> {
    const { signal } = this.#options;
    for await (const batch of this.#deps.entries.list(source.plain, { recursive: true, ...(signal !== undefined && { signal }) })) {
      for (const status of batch) {
        const to = inside(target, relativeTo(status.path, source.plain));
        if (status.directory) await this.#ensureDirectory(status, to.plain);
        else await lanes.start(() => this.#collected(status, to));
      }
    }
  }

  async #ensureDirectory(source: FileStatus, path: AlluxioPath): Promise<void> {
    const existing = await statusIfThere(this.#deps.entries, path);
    if (existing?.directory !== true) await this.#deps.changes.makeDirectory(path, { recursive: false, ...writeType(this.#options) });
    this.#options.copied?.add(source.id);
  }

  async #collected(status: FileStatus, target: Place): Promise<Outcome> {
    try {
      await this.#file(status, target);
      // That of the listing: what was opened since under another id is then not taken for it.
      this.#options.copied?.add(status.id);
      return () => this.#report.onCopied(status.path, target.plain);
    } catch (error) {
      if (this.#options.signal?.aborted === true || hasCode(error, 'CANCELLED')) throw error;
      return () => this.#report.onProblem({ from: status.path, to: bare(target).typed, error: asError(error) });
    }
  }

  async #file(status: FileStatus, target: Place): Promise<void> {
    const { entries, changes, content } = this.#deps;
    const existing = await statusIfThere(entries, target.plain);
    if (existing !== undefined && (existing.directory || !this.#options.overwrite)) {
      throw new AlluxioError('ALREADY_EXISTS', `Not allowed to create file because path already exists: ${target.plain}`, { path: target.plain });
    }
    const { progress } = this.#report;
    progress?.expect({ files: 1, bytes: status.length });
    await this.#budget.hold(Math.min(status.length, STREAM_MEMORY), async () => {
      // The source must be readable before what is at the target is given up for it.
      const stream = await content.open(status.path, readOptions(this.#options));
      try {
        if (existing !== undefined) await changes.delete(target.plain, { recursive: false });
        await feed(stream, progress, (bytes) => content.create(target.plain, bytes, { size: status.length, ...writeOptions(this.#options) }));
      } finally {
        await stream.close();
      }
    });
    progress?.advance({ files: 1 });
  }
}
