/**
 * Access control lists, as Alluxio 2.9 computes them. The mode holds the bits of owner, owning group and others; the access list holds what goes beyond:
 * named users, named groups, and the mask that limits them and the owning group. A default list holds its base entries too; empty: there is none.
 */
import { AlluxioError } from '../errors.ts';
import type { AclEntry, InodeRecord } from '../journal/records.ts';

export type AclAction =
  /** The entries instead of all others; needs the base ones. */
  | 'replace'
  | 'modify'
  | 'remove'
  /** Named entries and the mask go, the base stays. */
  | 'removeExtended'
  | 'removeDefault';

/** An entry as it was asked for: of the access list or of the default one. */
export interface WantedEntry extends AclEntry {
  readonly default: boolean;
}

export interface AclChange {
  readonly action: AclAction;
  readonly entries: readonly WantedEntry[];
}

type Lists = Pick<InodeRecord, 'mode' | 'acl' | 'defaultAcl'>;

/** Named entries; a mask alone says nothing. */
export function hasExtended(acl: readonly AclEntry[]): boolean {
  return acl.some(isNamed);
}

/** @throws INVALID_ARGUMENT when a whole new list lacks a base entry */
export function requireBase({ action, entries }: AclChange): void {
  if (action !== 'replace') return;
  const given = (type: AclEntry['type']) => entries.some((entry) => entry.type === type && entry.subject === '');
  const missing = [given('user') ? '' : 'OWNING_USER', given('group') ? '' : 'OWNING_GROUP', given('other') ? '' : 'OTHER'].filter((name) => name !== '');
  if (missing.length === 0) return;
  throw new AlluxioError('INVALID_ARGUMENT', `Replacing ACL entries must include the base entries for 'user', 'group', and 'other'. missing: ${missing.join(', ')}`);
}

/** @throws INVALID_ARGUMENT, UNSUPPORTED when an inode cannot have the change */
export function requireApplicable(inode: Pick<InodeRecord, 'directory' | 'acl' | 'defaultAcl'>, { action, entries }: AclChange): void {
  if (action === 'remove') {
    for (const entry of entries) {
      const of = entry.default ? inode.defaultAcl : inode.acl;
      if (entry.type === 'mask' && hasExtended(of)) throw refused(`Deleting the mask for an extended ACL is not allowed. entry: ${textOf(entry)}`);
      if (entry.type === 'other' && !entry.default) throw refused(`Deleting base entry is not allowed. entry: ${textOf(entry)}`);
    }
  }
  if (!inode.directory && entries.some((entry) => entry.default)) throw new AlluxioError('UNSUPPORTED', 'Can not set default ACL for a file');
}

/** What the change makes of an inode's lists. */
export function applyAcl(inode: Lists, change: AclChange): Lists {
  const { action, entries } = change;
  if (action === 'removeExtended') return { ...inode, acl: [] };
  if (action === 'removeDefault') return { ...inode, defaultAcl: [] };
  const access = new List(inode.mode, inode.acl);
  let defaults = inode.defaultAcl.length === 0 ? undefined : new List(0, inode.defaultAcl);
  // A list of default entries only leaves the access list alone, as setfacl of Linux does.
  if (action === 'replace' && entries.some((entry) => !entry.default)) access.clear();
  for (const entry of entries) {
    if (action === 'remove') {
      if (!entry.default) access.remove(entry);
      else if (defaults !== undefined) defaults.remove(entry, access.mode);
    } else if (entry.default) (defaults ??= new List(access.mode, [])).set(entry);
    else access.set(entry);
  }
  // Whoever names the mask means it: nothing is computed then, for neither list.
  if (!entries.some((entry) => entry.type === 'mask')) {
    const touched = (ofDefaults: boolean) => entries.some((entry) => entry.default === ofDefaults && (entry.type === 'group' || entry.subject !== ''));
    if (touched(false)) access.updateMask();
    if (touched(true)) defaults?.updateMask();
  }
  return { mode: access.mode, acl: access.beyondMode(), defaultAcl: defaults === undefined ? [] : [...baseEntries(defaults.mode), ...defaults.beyondMode()] };
}

/** What a new entry takes from its parent's default ACL; without one, the mode it is made with holds alone. A mask stands in for the group's share of that mode. */
export function inheritAcl(defaults: readonly AclEntry[], mode: number): { mode: number; acl: readonly AclEntry[] } {
  if (defaults.length === 0) return { mode, acl: [] };
  const list = new List(0, defaults);
  if (list.mask === undefined) return { mode: list.mode & mode, acl: [] };
  list.mask &= (mode >> 3) & 7;
  return { mode: list.mode & (mode | 0o070), acl: list.beyondMode() };
}

/** One list while it is being changed. */
class List {
  mode: number;
  mask: number | undefined;
  readonly #named = new Map<string, AclEntry>();

  constructor(mode: number, beyondMode: readonly AclEntry[]) {
    this.mode = mode;
    for (const entry of beyondMode) this.set(entry);
  }

  clear(): void {
    this.mode = 0;
    this.mask = undefined;
    this.#named.clear();
  }

  set({ type, subject, bits }: AclEntry): void {
    if (type === 'mask') this.mask = bits;
    else if (subject === '') this.mode = (this.mode & ~(7 << SHIFT[type])) | (bits << SHIFT[type]);
    else {
      this.#named.set(`${type}:${subject}`, { type, subject, bits });
      this.mask ??= 0;
    }
  }

  /** `baseMode`: what a base entry falls back to; an access list has none to lose. */
  remove({ type, subject }: AclEntry, baseMode?: number): void {
    if (type === 'mask') this.mask = this.mask === undefined ? undefined : 0;
    else if (subject !== '') this.#named.delete(`${type}:${subject}`);
    else if (baseMode !== undefined) this.set({ type, subject, bits: (baseMode >> SHIFT[type]) & 7 });
  }

  /** The union of the owning group and everybody named. */
  updateMask(): void {
    if (this.#named.size === 0) return;
    this.mask = [...this.#named.values()].reduce((all, { bits }) => all | bits, (this.mode >> 3) & 7);
  }

  /** Named users, named groups, each sorted, then the mask. */
  beyondMode(): AclEntry[] {
    const named = [...this.#named.values()].sort((a, b) => (a.type === b.type ? (a.subject < b.subject ? -1 : 1) : a.type === 'user' ? -1 : 1));
    return this.mask === undefined ? named : [...named, { type: 'mask', subject: '', bits: this.mask }];
  }
}

const SHIFT = { user: 6, group: 3, other: 0 } as const;

function baseEntries(mode: number): AclEntry[] {
  return (['user', 'group', 'other'] as const).map((type) => ({ type, subject: '', bits: (mode >> SHIFT[type]) & 7 }));
}

function isNamed(entry: AclEntry): boolean {
  return entry.subject !== '';
}

function textOf(entry: WantedEntry): string {
  return `${entry.default ? 'default:' : ''}${entry.type}:${entry.subject}:`;
}

function refused(message: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', message);
}
