/** Directories above something that is about to be persisted: those that are only here get their marker first. */
import type { FileSystemContext } from './context.ts';
import type { Ufs } from '../ufs/ufs.ts';

/** Makes the directory `parentId` and its unpersisted ancestors in the storage; nothing to do when it is persisted or a mount's root. */
export async function ensureAncestors(context: FileSystemContext, ufs: Ufs, parentId: number): Promise<void> {
  const missing = context.journal.read((view) => {
    const names: string[] = [];
    let wanted = false;
    for (let at = view.locate(parentId); at !== undefined && at.inode.mountId === 0; at = view.locate(at.parentId)) {
      wanted ||= at.inode.persistence !== 'PERSISTED';
      names.push(at.name);
    }
    return wanted ? names.reverse().join('/') : undefined;
  });
  if (missing !== undefined) await ufs.makeDirectory(missing);
}
