/** Alluxio to local: `copyToLocal`, `cp … file://…`. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlluxioError, hasCode, systemCode } from '../../errors.ts';
import { makeFolders } from '../../make-folders.ts';
import { nameOf, parentOf, relativeTo } from '../../uri.ts';
import type { CopyReport, FileStatus, TransferOptions } from '../file-system.ts';
import { feed } from './feed.ts';
import { laneOptions, readOptions } from './deps.ts';
import type { TransferDeps } from './deps.ts';
import { asError, elsewhere, endsDirectory, fileInTheWay, localChild, localUri, nothingMatches } from './endpoints.ts';
import type { Place } from './endpoints.ts';
import { inLanes, throwIfCancelled } from './lanes.ts';
import type { Budget, Lanes, Outcome } from './lanes.ts';
import { systemWords } from './local-errors.ts';
import { STREAM_MEMORY } from './local-file.ts';
import { placeOf, statLocal, writeLocalFile } from './local-target.ts';

export class Download {
  readonly #deps: TransferDeps;
  readonly #options: TransferOptions;
  readonly #report: CopyReport;
  readonly #budget: Budget;
  /** Local directories that were there before; in those we made no link and nothing special can stand in the way of a file. */
  readonly #found = new Set<string>();
  /** Namespace directories whose local directory could not be made: nothing below them is copied. */
  readonly #unmade = new Set<string>();

  constructor(deps: TransferDeps, options: TransferOptions, report: CopyReport, budget: Budget) {
    this.#deps = deps;
    this.#options = options;
    this.#report = report;
    this.#budget = budget;
  }

  async run(source: Place, target: string): Promise<void> {
    throwIfCancelled(this.#options.signal);
    if (source.plain.includes('*')) return this.#pattern(source, target);
    const status = await this.#deps.entries.status(source.plain);
    if (status.directory) return this.#inLanes((lanes) => this.#tree(source, target, lanes));
    const outcome = await this.#single(status, source, target);
    throwIfCancelled(this.#options.signal);
    outcome();
  }

  async #single(status: FileStatus, source: Place, target: string): Promise<Outcome> {
    const existing = await statLocal(target);
    const to = existing?.isDirectory() === true ? localChild(target, nameOf(source.plain)) : target;
    return this.#fetch(status, source, { to, place: await placeOf(to) });
  }

  async #pattern(source: Place, target: string): Promise<void> {
    const matches = await this.#deps.entries.glob(source.plain);
    if (matches.length === 0) throw nothingMatches(source.typed);
    await this.#inLanes(async (lanes) => {
      await this.#topDirectory(target, lanes, 'Fail to create directory');
      for (const match of matches) {
        const from = elsewhere(source, match);
        const to = localChild(target, nameOf(match));
        const status = await this.#deps.entries.status(match);
        if (!status.directory) await lanes.start(() => this.#collected(from, to, () => this.#single(status, from, to)));
        else await this.#treeCollected(from, to, lanes);
      }
    });
  }

  /** One match of a pattern: a local directory that cannot be had is its problem alone. */
  async #treeCollected(from: Place, to: string, lanes: Lanes): Promise<void> {
    try {
      await this.#tree(from, to, lanes);
    } catch (error) {
      if (!hasCode(error, 'NOT_A_DIRECTORY') && endsDirectory(error)) throw error;
      if (hasCode(error, 'CANCELLED')) throw error;
      await lanes.start(() => Promise.resolve(() => this.#problem(from, to, error)));
    }
  }

  async #tree(source: Place, target: string, lanes: Lanes): Promise<void> {
    await this.#topDirectory(target, lanes, 'mkdir failure for directory');
    for await (const batch of this.#deps.entries.list(source.plain, { recursive: true, ...signalOf(this.#options) })) {
      for (const status of batch) {
        const from = elsewhere(source, status.path);
        const to = localChild(target, relativeTo(status.path, source.plain));
        if (this.#unmade.has(parentOf(status.path))) {
          if (status.directory) this.#unmade.add(status.path);
        } else if (status.directory) await this.#subdirectory(from, to, lanes);
        else await lanes.start(() => this.#collected(from, to, () => this.#inTree(status, from, to)));
      }
    }
  }

  async #topDirectory(target: string, lanes: Lanes, failure: string): Promise<void> {
    const existing = await statLocal(target);
    if (existing?.isDirectory() === true) {
      this.#found.add(target);
      return;
    }
    if (existing !== undefined) throw fileInTheWay(target);
    try {
      await makeFolders(target);
    } catch (error) {
      throw cannotMake(target, failure, error);
    }
    await lanes.start(() => Promise.resolve(() => this.#report.onDirectory(localUri(target))));
  }

  async #subdirectory(from: Place, to: string, lanes: Lanes): Promise<void> {
    try {
      await mkdir(to);
      await lanes.start(() => Promise.resolve(() => this.#report.onDirectory(localUri(to))));
    } catch (error) {
      if (systemCode(error) === 'EEXIST' && (await statLocal(to))?.isDirectory() === true) {
        this.#found.add(to);
        return;
      }
      if (systemCode(error) === undefined || hasCode(error, 'CANCELLED')) throw error;
      this.#unmade.add(from.plain);
      const failure = cannotMake(to, 'mkdir failure for directory', error);
      await lanes.start(() => Promise.resolve(() => this.#problem(from, to, failure)));
    }
  }

  /** Trouble with bytes and disks is told and the rest goes on; a refusal of the namespace ends all. */
  async #collected(from: Place, to: string, work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await work();
    } catch (error) {
      if (endsDirectory(error)) throw error;
      return () => this.#problem(from, to, error);
    }
  }

  async #inTree(status: FileStatus, source: Place, to: string): Promise<Outcome> {
    return this.#fetch(status, source, { to, place: this.#found.has(dirname(to)) ? await placeOf(to) : to });
  }

  async #fetch(status: FileStatus, source: Place, { to, place }: { to: string; place: string }): Promise<Outcome> {
    const { progress } = this.#report;
    progress?.expect({ files: 1, bytes: status.length });
    await this.#budget.hold(Math.min(status.length, STREAM_MEMORY), async () => {
      const stream = await this.#deps.content.open(source.plain, readOptions(this.#options));
      try {
        await feed(stream, progress, (bytes) => writeLocalFile(place, bytes));
      } finally {
        await stream.close();
      }
    });
    progress?.advance({ files: 1 });
    return () => this.#report.onCopied(source.typed, localUri(to));
  }

  #problem(from: Place, to: string, error: unknown): void {
    if (this.#options.signal?.aborted !== true) this.#report.onProblem({ from: from.typed, to: localUri(to), error: asError(error) });
  }

  #inLanes(produce: (lanes: Lanes) => Promise<void>): Promise<void> {
    return inLanes(laneOptions(this.#deps, this.#options, { ordered: true }), produce);
  }
}

function signalOf({ signal }: TransferOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function cannotMake(path: string, failure: string, error: unknown): AlluxioError {
  const code = systemCode(error);
  const kind = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'PERMISSION_DENIED' : code === 'ENOSPC' ? 'NO_SPACE' : 'FAILED_PRECONDITION';
  return new AlluxioError(kind, `${failure}: ${localUri(path)}`, { path, hint: `${systemWords(error)}.`, cause: error, details: { system: code ?? '' } });
}
