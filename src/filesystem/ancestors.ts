/** Directories above something that is about to be persisted: those that are only here get their marker first. */
import type { FileSystemContext } from './context.ts';
import type { Ufs } from '../ufs/ufs.ts';
import { handOnOwnership } from './ownership.ts';

/** Makes the directory `parentId` and its unpersisted ancestors in the storage; nothing to do when it is persisted or a mount's root. */
export async function ensureAncestors(context: FileSystemContext, ufs: Ufs, parentId: number): Promise<void> {
  const missing = unpersisted(context, parentId);
  if (missing.ids.length === 0) return;
  await ufs.makeDirectory(missing.key);
  await handOnOwnership(context, ufs, missing.ids);
}

/** The opposite, for work that came to nothing: those that are still only here go from the storage, where nothing else is in them. */
export async function withdrawAncestors(context: FileSystemContext, ufs: Ufs, parentId: number): Promise<void> {
  const { key, ids } = unpersisted(context, parentId);
  await removeUpwards(ufs, key, ids.length);
}

/** Removes directories that are empty, `levels` of them, the deepest first. */
export async function removeUpwards(ufs: Ufs, key: string, levels: number): Promise<void> {
  let at = key;
  for (let left = levels; left > 0 && at !== ''; left--) {
    await ufs.removeDirectory(at);
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
  }
}

function unpersisted(context: FileSystemContext, parentId: number): { key: string; ids: number[] } {
  return context.journal.read((view) => {
    const names: string[] = [];
    const ids: number[] = [];
    for (let at = view.locate(parentId); at !== undefined && at.inode.mountId === 0; at = view.locate(at.parentId)) {
      if (at.inode.persistence !== 'PERSISTED') ids.push(at.inode.id);
      names.push(at.name);
    }
    return { key: names.reverse().join('/'), ids };
  });
}
