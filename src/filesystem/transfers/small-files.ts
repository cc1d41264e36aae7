/** Small local files on their way into the namespace are gathered and created together: most of what one of them costs is not its bytes. */
import type { AlluxioPath } from '../../uri.ts';
import type { CopyReport, CreateManyOptions, TransferOptions } from '../file-system.ts';
import type { TransferDeps } from './deps.ts';
import { writeOptions } from './deps.ts';
import type { Budget, Lanes, Outcome } from './lanes.ts';

/** Each with the promise that its directory is there; false when it could not be made. */
export interface SmallFile {
  readonly path: AlluxioPath;
  readonly bytes: Uint8Array;
  readonly parent: Promise<boolean>;
  /** What to tell of it. */
  readonly ended: (failure: unknown) => Outcome;
}

/** So many share the cost of two transactions. */
const TOGETHER = 64;

/** While one group is recorded, others are on their way. */
export const GROUPS = 4;

export class SmallFiles {
  readonly #deps: TransferDeps;
  readonly #options: TransferOptions;
  readonly #report: CopyReport;
  readonly #room: { readonly lanes: Lanes; readonly memory: Budget; readonly inTurn: CreateManyOptions['inTurn'] };
  #gathered: SmallFile[] = [];

  /** @param room the lanes of groups, and what all transfers share */
  constructor(deps: TransferDeps, options: TransferOptions, report: CopyReport, room: { readonly lanes: Lanes; readonly memory: Budget; readonly inTurn: CreateManyOptions['inTurn'] }) {
    this.#deps = deps;
    this.#options = options;
    this.#report = report;
    this.#room = room;
  }

  async add(file: SmallFile): Promise<void> {
    this.#gathered.push(file);
    if (this.#gathered.length === TOGETHER) await this.flush();
  }

  /** Begins with what was gathered so far. */
  async flush(): Promise<void> {
    const files = this.#gathered;
    this.#gathered = [];
    if (files.length > 0) await this.#room.lanes.start(() => this.#create(files));
  }

  async #create(gathered: readonly SmallFile[]): Promise<Outcome> {
    const files: SmallFile[] = [];
    for (const file of gathered) if (await file.parent) files.push(file);
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
    const { progress } = this.#report;
    progress?.expect({ files: files.length, bytes });
    const { inTurn, memory } = this.#room;
    const creating = memory.hold(bytes, () => this.#deps.content.createMany(files, { ...writeOptions(this.#options), inTurn }));
    const failures = await creating.catch((error: unknown) => files.map(() => error));
    progress?.advance({ files: failures.filter((failure) => failure === undefined).length, bytes });
    const outcomes = files.map((file, at) => file.ended(failures[at]));
    return () => {
      for (const tell of outcomes) tell();
    };
  }
}
