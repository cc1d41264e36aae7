/** Directories that the under storage does not have any more, and what of them is nowhere else. */
import type { View } from '../journal/journal.ts';
import type { InodeRecord } from '../journal/records.ts';
import { isHeldBelow } from './leases.ts';

const PAGE = 1000;

/** What a comparison with the storage must not drop: it is not in the storage, it is another storage's, or it came after the look at `startedMs`. */
export function mustStay(inode: InodeRecord, startedMs: number): boolean {
  return inode.mountId !== 0 || inode.persistence !== 'PERSISTED' || inode.createdMs >= startedMs;
}

/** True when something below a directory must stay, or is being worked on. Reads all of it. */
export function staysBelow(view: View, directoryId: number, startedMs: number): boolean {
  if (isHeldBelow(view, directoryId)) return true;
  const directories = [directoryId];
  for (let id = directories.pop(); id !== undefined; id = directories.pop()) {
    for (const { inode } of allChildren(view, id)) {
      if (mustStay(inode, startedMs)) return true;
      if (inode.directory) directories.push(inode.id);
    }
  }
  return false;
}

export function* allChildren(view: View, directoryId: number) {
  for (let after: string | undefined; ; ) {
    const page = view.children(directoryId, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.at(-1)?.name;
    if (after === undefined || page.length < PAGE) return;
  }
}
