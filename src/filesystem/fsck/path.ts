import { hasCode } from '../../errors.ts';
import { LIMBO_ID } from '../../journal/journal.ts';
import { pathOfInode } from '../../namespace/resolve.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { FileSystemContext } from '../context.ts';

/** Where tables are damaged no path may lead to an inode, or no end of it be found. */
export function pathIfAny({ journal }: FileSystemContext, id: number): AlluxioPath | undefined {
  if (id === 0 || id === LIMBO_ID) return undefined;
  try {
    return journal.read((view) => pathOfInode(view, id));
  } catch (error) {
    if (hasCode(error, 'CORRUPT')) return undefined;
    throw error;
  }
}
