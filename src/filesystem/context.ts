/** What every operation of the file system works with; made once per process by compose.ts. */
import type { BlockStore } from '../cache/block-store.ts';
import type { Config } from '../config/config.ts';
import type { Actor, Journal } from '../journal/journal.ts';
import type { MountRecord, Owner } from '../journal/records.ts';
import type { Subject } from '../namespace/permissions.ts';
import type { Ufs } from '../ufs/ufs.ts';

export interface FileSystemContext {
  readonly journal: Journal;
  readonly blocks: BlockStore;
  readonly config: Config;
  readonly subject: Subject;
  /** The acting user's primary group, for new inodes. Asked for lazily: it may need a look at the system's files. */
  primaryGroup(): string;
  /** The groups of any user, primary group first. */
  groupsOf(user: string): readonly string[];
  readonly actor: Actor;
  /** This process, as intents name it. */
  readonly owner: Owner;
  /** Milliseconds since 1970. */
  now(): number;
  /** The client of a mount, made at first use. The driver is loaded only here. */
  ufs(mount: MountRecord): Promise<Ufs>;
  /** True when a resident master does the background work (asynchronous persist). */
  masterRunning(): boolean;
  /** Blocks of which a part was read: a resident worker may fetch the whole of them. Costs next to nothing, promises nothing. */
  cacheLater(fileId: number, indexes: readonly number[]): void;
  /** Aborted when the command shall end. */
  readonly signal: AbortSignal;
  /** A line for the user's stderr that changes no exit status. */
  warn(text: string): void;
}
