/**
 * What a resident process (master or worker) tells its web server about itself. The process makes one and hands it to `startWebServer`; the handlers in this
 * room know nothing else of the process.
 */
import type { Config } from '../config/config.ts';
import type { FileSystem } from '../filesystem/file-system.ts';
import type { ProcessIdentity } from '../process-identity.ts';

export type Role = 'master' | 'worker';

/** A resident process as its record in `<work dir>/residents` tells. */
export interface ResidentProcess {
  readonly role: Role;
  readonly identity: ProcessIdentity;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Where its web server listens; undefined when it has none. */
  readonly web: { readonly host: string; readonly port: number } | undefined;
}

/** One kind of background work, for `fsadmin report`, metrics and the UI. */
export interface BackgroundJob {
  /** As in `ttl`, `persist`, `sync`, `recovery`, `prune`, `backup`, `evict`, `scrub`. */
  readonly name: string;
  readonly lastRunMs: number | undefined;
  readonly lastFailure: string | undefined;
  /** Things that wait to be done, where that can be told. */
  readonly backlog: number | undefined;
  /** Things done since the start. */
  readonly done: number;
}

export interface Resident {
  readonly process: ResidentProcess;
  readonly version: string;
  readonly fs: FileSystem;
  readonly config: Config;
  /** The folder of log files (`alluxio.logs.dir`). */
  readonly logs: string;
  /** Residents of this home that are alive now, this one included. */
  residents(): Promise<readonly ResidentProcess[]>;
  jobs(): readonly BackgroundJob[];
  /** Sets, where a level is given, and tells the level of a logger. Absent where a process has none to set. */
  readonly logLevel?: (name: string, level: string | undefined) => string;
  /** Changes a property until the process ends. Absent where a process has none that may be changed. @throws why not */
  readonly updateConf?: (key: string, value: string) => void;
  /** Told what an operator has changed in this process. */
  readonly operated?: (command: string, text: string) => void;
  /** Everything that keeps this process from doing its work, one line each; empty when it is healthy. */
  problems(): Promise<readonly string[]>;
}
