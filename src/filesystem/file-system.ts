/**
 * The file system: what users do, in groups of operations. Commands talk to this page and to nothing below it.
 *
 * Rules for all of them
 * - A path is plain and absolute (uri.ts). Permission is checked for the acting user; a refusal changes nothing.
 * - Messages of thrown errors are Alluxio's (sheet fs-commands.md §1.14), ready to be printed.
 * - Whatever a method acknowledged (its promise resolved) survives `kill -9`. What it did not acknowledge is there whole or not at all:
 *   long work runs as intent, work, commit (design.md §4), and the next command finishes or undoes what a dead process left.
 * - An abort signal ends the work early with CANCELLED, the intent undone.
 * - Multi-path work goes on after a failure, reports each path through `onProblem`, and leaves the verdict to the caller.
 */
import type { Admin } from './admin.ts';
import type { AlluxioPath } from '../uri.ts';
import type { Changes } from './api/changes.ts';
import type { Content } from './api/content.ts';
import type { Durability } from './api/durability.ts';
import type { Entries } from './api/entries.ts';
import type { Deed } from './api/history.ts';
import type { Mounts } from './api/mounts.ts';
import type { Storage } from './api/storage.ts';
import type { Syncing } from './api/syncing.ts';
import type { Transfers } from './api/transfers.ts';
import type { Undo } from './api/undo.ts';
import type { Watch } from './api/watch.ts';

export type { AclEntry, PersistenceState, TtlAction } from '../journal/records.ts';
export type { LogRecord } from '../journal/journal.ts';
export type { AclAction, WantedEntry } from '../namespace/acl.ts';
export type * from './api/entries.ts';
export type * from './api/changes.ts';
export * from './api/content.ts';
export type * from './api/mounts.ts';
export type * from './api/transfers.ts';
export type * from './api/storage.ts';
export type * from './api/durability.ts';
export type * from './api/syncing.ts';
export type * from './api/history.ts';
export type * from './api/undo.ts';
export type * from './api/watch.ts';

export interface FileSystem {
  readonly entries: Entries;
  readonly changes: Changes;
  readonly content: Content;
  readonly mounts: Mounts;
  readonly storage: Storage;
  readonly syncing: Syncing;
  /** Loaded when it is asked for. */
  admin(): Promise<Admin>;
  /** Copies between the local disk and the namespace, and inside it; see transfers/. */
  readonly transfers: Transfers;
  /** The newest deeds at and below the path, oldest first, as far back as the log reaches. */
  history(path: AlluxioPath, options: { readonly limit: number }): Promise<Deed[]>;
  readonly undo: Undo;
  /** What is not in the under storage; loaded when it is asked for. */
  durability(): Promise<Durability>;
  /** For residents: a command has no use for it, and does not load it. */
  watch(): Promise<Watch>;
  /** The acting user. */
  readonly user: string;
  close(): Promise<void>;
}
