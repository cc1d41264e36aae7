/**
 * A command is a record. main.ts makes the command line, help and did-you-mean of it; docs are generated from it. A command file holds, top to
 * bottom: the record, the parsing of its arguments into a typed input, `run` (calls the file system, hands rows to `ctx.out`), formatting.
 * It never touches commander, chalk, console or process.
 */
import type { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import type { FileSystem } from '../filesystem/file-system.ts';
import type { Role } from '../http/resident.ts';
import type { Output } from '../terminal/output.ts';
import type { AlluxioPath } from '../uri.ts';

/** What a word may be: a path of the namespace, one of the local disk, either, a property, a command of the group, anything else, or one of a few. */
export type WordKind = 'path' | 'local' | 'place' | 'property' | 'command' | 'text' | readonly string[];

export interface OptionSpec {
  /** One letter, without the dash; absent for long-only options. */
  readonly short?: string;
  /** Without dashes; absent for short-only options. */
  readonly long?: string;
  /** Name of its value in the usage; absent for flags. */
  readonly value?: string;
  /** What its value may be, for completion. */
  readonly words?: WordKind;
  /** May be given several times; the input then holds an array. */
  readonly repeatable?: boolean;
  /** Of a flag: given twice, it is refused, where others may be repeated. */
  readonly once?: boolean;
  readonly description: string;
  /** Accepted, not shown. */
  readonly hidden?: boolean;
}

/** Options as typed, by long name (else short): flags true, values text, repeatable ones arrays. */
export type OptionValues = Readonly<Record<string, true | string | readonly string[] | undefined>>;

export interface Example {
  /** As typed; tests run it. */
  readonly command: string;
  readonly does: string;
  /** Lines of `fs` that make what it needs beyond the few files of test/command-pages.test.ts. Not shown. */
  readonly setup?: readonly string[];
}

export type CommandGroup = 'top' | 'fs' | 'fsadmin' | 'job';

export interface CommandSpec {
  readonly group: CommandGroup;
  /** As typed, case-sensitive. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Answers, but stands in no list: not a command of Alluxio's. */
  readonly hidden?: boolean;
  /** Nothing of it reaches stderr: a prompt calls it. */
  readonly silent?: boolean;
  /** Alluxio's usage line, e.g. `chmod [-R] <mode> <path>`. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** More, for `--help` and the docs. */
  readonly description?: string;
  /** Positionals: how many, and the message when there are too few or too many (Alluxio's standard ones by default). */
  readonly args: { readonly min: number; readonly max: number; readonly countMessage?: (given: number) => string };
  /** What the positionals are, for completion; the last goes on. Paths where nothing is said, and nothing known outside of `fs`. */
  readonly words?: readonly WordKind[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /** Beyond 0 and 255. */
  readonly exitCodes?: readonly { readonly status: number; readonly when: string }[];
  /** `--json` is accepted and documented: what one line holds. */
  readonly json?: string;
  /** Status of an ordinary failure; 255 for `fs` and `fsadmin`, 1 for most others. */
  readonly failureStatus?: number;
  /** Status of a line that cannot be read, where it is another one. */
  readonly misuseStatus?: number;
  /** What a line with these words, and no option, creates: many such lines of a script are made together. Undefined, or thrown, where it has to be run to know. */
  creates?(args: readonly string[], ctx: CommandContext): LineCreation | undefined;
  /** Returns the exit status; nothing means 0. Throws AlluxioError for what failed. */
  run(input: CommandInput, ctx: CommandContext): Promise<number | void>;
}

export interface LineCreation {
  readonly kind: 'directory' | 'file';
  readonly path: AlluxioPath;
  /** What the command says when it is done. */
  readonly said: string;
}

/** A line of a script that was read and not yet run. */
export interface LineToRun {
  readonly words: readonly string[];
  /** Stands before each of its errors. */
  readonly label: string;
}

export interface CommandInput {
  readonly args: readonly string[];
  readonly options: OptionValues;
}

/** What a command may use. Everything is lazy: `--help`, `version` or a broken store never open the journal. */
export interface CommandContext {
  /** Loaded at first use. @throws INVALID_CONFIGURATION */
  readonly config: Config;
  /** Opened at first use; closed by main.ts. @throws UNFORMATTED naming the command to run */
  fileSystem(): Promise<FileSystem>;
  readonly out: Output;
  /** Opened at first use, and then read by nobody else. */
  stdin(): Readable;
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** In full. @throws FAILED_PRECONDITION when it is relative and the working directory was removed */
  localPath(path: string): string;
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  /** Where the software is installed (`alluxio.home`). */
  readonly installDir: string;
  /** The local host's name, as `hostname` prints it. */
  readonly hostname: string;
  /** Warnings of the configuration's loading, already free of secrets. */
  readonly services: CommandServices;
}

export interface RestoredJournal {
  readonly uri: string;
  readonly entries: number;
  /** Log records that were applied after the backup. */
  readonly replayed: number;
  /** Of the cache, which is empty now. */
  readonly folders: readonly string[];
}

/** Starters that compose.ts hands in, so that commands name no concrete class. */
export interface CommandServices {
  /** Wipes the journal and makes an empty one with the configured root mount; never touches the under storage. */
  formatJournal(): Promise<void>;
  /** Looks at the journal's file, page by page, without opening it. @throws CORRUPT, UNFORMATTED */
  checkJournal(): Promise<void>;
  /** Replaces the journal by what a backup, or the newest of a folder of backups, holds, and empties the cache, as `format` does. When anything of the backup is wrong, nothing is changed. */
  restore(from: string, options: { backupOnly: boolean }): Promise<RestoredJournal>;
  /** Both: the journal, and the cache directories of every tier. There is no moment in which only what is cached is gone. Returns the directories done. */
  format(): Promise<string[]>;
  /** Wipes the cache directories of every tier; returns the directories done. */
  formatWorker(): Promise<string[]>;
  /**
   * Runs one line of `fs` in this process, over the same file system. Resolves with its exit status.
   * @throws CANCELLED when this process shall end
   */
  runLine(line: LineToRun): Promise<number>;
  /**
   * Runs as many of the first lines as can be done together, looking at no more than it needs, with the same effects, output and order as one after the other. Resolves with their exit statuses: none when the
   * first line has to be run by itself. With `stop` nothing comes after one whose status is not 0.
   * @throws CANCELLED when this process shall end
   */
  runTogether(lines: Iterable<LineToRun>, options: { readonly stop: boolean }): Promise<readonly number[]>;
  /** The configuration as a resident reads it, which has settings of its own in the environment. */
  configFor(role: Role): Config;
  /** `-D` of the command line. */
  readonly defines: readonly (readonly [key: string, value: string])[];
  /** Is the resident, until it is told to end. @throws what kept it from starting, or from going on */
  runResident(role: Role, options: { readonly console: boolean }): Promise<void>;
}
