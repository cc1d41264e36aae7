/** Removing a tree that holds something the user may not remove. As Alluxio does it: the rest goes, and each path that stays is named with its reason. */
import { AlluxioError, hasCode, messageOf } from '../errors.ts';
import type { Refusal } from '../namespace/descendants.ts';
import type { AlluxioPath } from '../uri.ts';
import { joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { forEachParallel } from './parallel.ts';

const AT_ONCE = 16;
const PAGE = 1000;
/** How many paths the message names. */
const NAMED = 20;

/** `removeOne` removes a path with all below it. @throws PERMISSION_DENIED always, when all was done that could be */
export async function removePermitted(
  context: FileSystemContext,
  tree: { readonly path: AlluxioPath; readonly refusals: readonly Refusal[] },
  removeOne: (path: AlluxioPath) => Promise<void>,
): Promise<void> {
  const refused = new Set(tree.refusals.map(({ id }) => id));
  // Directories that must stay because of what stays in them, outermost first.
  const kept = new Map(tree.refusals.flatMap(({ above }) => above.map(({ id, path }) => [id, path] as const)));
  const stays = tree.refusals.map(({ path, error }) => `${path} (${error.message})`);
  await forEachParallel(removableParts(context, kept, refused), AT_ONCE, async (part) => {
    try {
      await removeOne(part);
    } catch (error) {
      if (hasCode(error, 'CANCELLED')) throw error;
      stays.push(`${part} (${messageOf(error)})`);
    }
  });
  stays.push(...[...kept.values()].reverse().map((path) => `${path} (Directory not empty)`));
  const named = stays.length > NAMED ? `${stays.slice(0, NAMED).join(', ')}...(only ${NAMED} errors shown)` : stays.join(', ');
  throw new AlluxioError('PERMISSION_DENIED', `Failed to delete ${stays.length} paths from the under file system: ${named}`, { path: tree.path });
}

async function* removableParts(context: FileSystemContext, kept: ReadonlyMap<number, AlluxioPath>, refused: ReadonlySet<number>): AsyncGenerator<AlluxioPath> {
  for (const [id, path] of kept) {
    let after: string | undefined;
    do {
      const from = after;
      const page = context.journal.read((view) => view.children(id, { limit: PAGE, ...(from === undefined ? {} : { after: from }) }));
      for (const { inode, name } of page) if (!kept.has(inode.id) && !refused.has(inode.id)) yield joinPath(path, name);
      after = page.length < PAGE ? undefined : page[page.length - 1]?.name;
    } while (after !== undefined);
  }
}
