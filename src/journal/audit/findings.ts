/** What an audit of the tables finds, and what mends it. */

/** What a finding is about. The words are what `alluxio fsck --json` prints: they stay. */
export type TableFindingKind =
  | 'unreadable'
  | 'inode-name'
  | 'inode-parent'
  | 'inode-place'
  | 'inode-cached'
  | 'place'
  | 'totals'
  | 'block'
  | 'use'
  | 'space'
  | 'expiry'
  | 'to-persist'
  | 'lease'
  | 'mount'
  | 'sync'
  | 'sequence'
  | 'limbo';

/**
 * Mends one record by what the others say, as they are when it is applied. Applied to tables that are right it changes nothing: so a log that holds it replays
 * to the same bytes, whether or not the damage itself is in the log.
 */
export type Repair =
  /** Counted again from its children, whose totals count as they are: the deepest first. */
  | { readonly what: 'totals'; readonly id: number }
  /** The inode hangs where its attributes are; gone when they are not there. */
  | { readonly what: 'place'; readonly id: number; readonly parentId: number; readonly name: string }
  /** Added up from its block records; the totals above follow. */
  | { readonly what: 'cached'; readonly id: number }
  /** Gone without its file; else in the use order. */
  | { readonly what: 'block'; readonly fileId: number; readonly index: number }
  | { readonly what: 'use'; readonly directory: number; readonly usedMs: number; readonly fileId: number; readonly index: number }
  /** Added up from block records and open intents. */
  | { readonly what: 'space'; readonly directory: number }
  | { readonly what: 'expiry'; readonly expiryMs: number; readonly id: number }
  | { readonly what: 'to-persist'; readonly id: number }
  /** As the open intents say. */
  | { readonly what: 'lease'; readonly parentId: number; readonly name: string }
  /** An inode whose directory is lost hangs at `to` from now on. */
  | { readonly what: 'adopt'; readonly id: number; readonly parentId: number; readonly name: string; readonly toParentId: number; readonly toName: string }
  /** Attributes that cannot be read, or whose inode hangs elsewhere, are gone. */
  | { readonly what: 'forget'; readonly parentId: number; readonly name: string }
  /** The directory says of itself what the mount table says of it. */
  | { readonly what: 'mount'; readonly id: number }
  /** A mount whose directory is gone goes. */
  | { readonly what: 'unmount'; readonly id: number; readonly mountId: number }
  | { readonly what: 'sync'; readonly id: number }
  /** At least this is given next. */
  | { readonly what: 'sequence'; readonly next: number };

export interface TableFinding {
  readonly kind: TableFindingKind;
  /** The inode that it is about; 0: none. */
  readonly id: number;
  readonly text: string;
  /** In the order in which they are to be applied; none: it cannot be mended. */
  readonly repairs: readonly Repair[];
  /** Mended last, and this one before those that are less deep. */
  readonly depth?: number;
}
