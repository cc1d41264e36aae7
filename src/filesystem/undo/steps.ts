/** What a run did to the namespace, as steps that can be taken back. */
import type { Entry, InodeChange } from '../../journal/entries.ts';
import { filesWritten } from '../../journal/intent-files.ts';
import type { LogRecord } from '../../journal/journal.ts';
import { LIMBO_ID } from '../../journal/journal.ts';
import type { MountRecord } from '../../journal/records.ts';

export interface Place {
  readonly parentId: number;
  readonly name: string;
}

export type Step =
  | { readonly kind: 'move'; readonly seq: number; readonly id: number; readonly from: Place; readonly to: Place }
  | { readonly kind: 'attributes'; readonly seq: number; readonly id: number; readonly before: InodeChange; readonly after: InodeChange }
  | { readonly kind: 'create'; readonly seq: number; readonly id: number; readonly place: Place }
  | { readonly kind: 'mount'; readonly seq: number; readonly mount: MountRecord }
  | { readonly kind: 'unmount'; readonly seq: number; readonly mount: MountRecord; readonly place: Place }
  | { readonly kind: 'update'; readonly seq: number; readonly before: MountRecord; readonly after: MountRecord };

export interface Deeds {
  readonly steps: readonly Step[];
  /** Why the run cannot be undone. */
  readonly lost: string | undefined;
}

/** True when the entry says something that a user may have done to the namespace; whether it can be taken back is another question. */
export function isDeed({ entry }: LogRecord): boolean {
  switch (entry.type) {
    case 'intent-opened':
      return filesWritten(entry.intent.work).length > 0;
    case 'inode-changed':
    case 'mount-changed':
      return entry.before !== undefined;
    case 'inode-moved':
      return entry.from !== undefined;
    case 'inode-created':
      return entry.inode.length === 0 && (!entry.inode.directory || entry.inode.persistence !== 'PERSISTED');
    default:
      return entry.type === 'mount-added' || entry.type === 'mount-removed';
  }
}

export function deedsOf(records: readonly LogRecord[]): Deeds {
  const gathering = new Gathering();
  for (const { entry, seq } of records) gathering.add(entry, seq);
  return { steps: [...gathering.steps.values()], lost: gathering.lost };
}

class Gathering {
  readonly steps = new Map<string, Step>();
  readonly #writes = new Set<number>();
  /** Taken out of the namespace, and not put back since. */
  readonly #out = new Set<number>();
  #unmounted: MountRecord | undefined;
  /** A file that went with a mount. */
  #lostFile: string | undefined;
  /** Files with content that are still there. */
  readonly #full = new Set<number>();
  #removed = false;

  get lost(): string | undefined {
    if (this.#full.size > 0) return 'it wrote files with content; remove them with "alluxio fs rm"';
    if (this.#lostFile !== undefined) return `${this.#lostFile} was only in the cache and went with it; to mount it without that: alluxio fs mount`;
    return this.#removed || this.#out.size > 0 ? 'what it removed was not kept in the trash (alluxio.user.trash.interval)' : undefined;
  }

  add(entry: Entry, seq: number): void {
    switch (entry.type) {
      case 'intent-opened':
        for (const id of filesWritten(entry.intent.work)) this.#writes.add(id);
        return;
      case 'inode-created':
        return this.#created(entry, seq);
      case 'inode-changed':
        return this.#changed(entry, seq);
      case 'inode-moved':
        return this.#moved(entry, seq);
      case 'mount-added':
        return void this.steps.set(`mount ${entry.mount.id}`, { kind: 'mount', seq, mount: entry.mount });
      case 'mount-changed':
        if (entry.before !== undefined) this.steps.set(`update ${entry.mount.id}`, { kind: 'update', seq, before: entry.before, after: entry.mount });
        return;
      case 'mount-removed':
        this.#unmounted = entry.before;
        this.#lostFile ??= entry.lost;
        return;
      case 'inode-removed':
        this.#full.delete(entry.id);
        this.steps.delete(`create ${entry.id}`);
        // Where the storage refuses a part, the rest of the tree is put back: without what went meanwhile.
        if (this.#out.size > 0) this.#removed = true;
        return;
      default:
        return;
    }
  }

  #created({ inode, parentId, name }: Extract<Entry, { type: 'inode-created' }>, seq: number): void {
    // Found in the under storage on the way: nobody's deed.
    if (inode.persistence === 'PERSISTED' && !this.#writes.has(inode.id)) return;
    if (inode.length > 0) this.#full.add(inode.id);
    this.steps.set(`create ${inode.id}`, { kind: 'create', seq, id: inode.id, place: { parentId, name } });
  }

  /** Several changes of one inode are one. */
  #changed({ id, change, before }: Extract<Entry, { type: 'inode-changed' }>, seq: number): void {
    if (before === undefined) return;
    const earlier = this.steps.get(`attributes ${id}`);
    const merged = earlier?.kind === 'attributes' ? { before: { ...before, ...earlier.before }, after: { ...earlier.after, ...change } } : { before, after: change };
    this.steps.set(`attributes ${id}`, { kind: 'attributes', seq, id, ...merged });
  }

  #moved({ id, from, toParentId, toName }: Extract<Entry, { type: 'inode-moved' }>, seq: number): void {
    if (toParentId !== LIMBO_ID) this.#out.delete(id);
    if (from === undefined) return;
    if (toParentId !== LIMBO_ID) return void this.steps.set(`move ${seq}`, { kind: 'move', seq, id, from, to: { parentId: toParentId, name: toName } });
    // What a command made itself and took away again, as when a copy fails, is no loss.
    if (this.steps.delete(`create ${id}`)) return;
    if (this.#unmounted?.inodeId === id) this.steps.set(`unmount ${id}`, { kind: 'unmount', seq, mount: this.#unmounted, place: from });
    else this.#out.add(id);
  }
}
