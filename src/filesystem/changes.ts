/** Changing the tree: directories, rename, delete, attributes. */
import { createDirectories, placeForDirectory } from '../namespace/create.ts';
import { deepest } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { changeAcl } from './acl.ts';
import { changeAttributes } from './attributes.ts';
import type { FileSystemContext } from './context.ts';
import { removePath } from './delete.ts';
import type { Changes } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { createTogether } from './create-together.ts';
import { isMadeInStorage, makingOf } from './make-directory.ts';
import { renamePath } from './rename.ts';
import { handOnOwnership } from './ownership.ts';
import { markPersistedUpwards } from './stored-parents.ts';
import { closeIntent, endAsDead, mayHaveLeft, openIntent, transact, transactWhenFree } from './transact.ts';

export function createChanges(context: FileSystemContext): Changes {
  return {
    createTogether: (creations, options) => createTogether(context, creations, options),
    makeDirectory: (path, options) => makeDirectory(context, path, options),
    rename: (from, to) => renamePath(context, from, to),
    delete: (path, options) => removePath(context, path, options),
    setAttributes: (path, change) => changeAttributes(context, path, change),
    setAcl: (path, request) => changeAcl(context, path, request),
  };
}

async function makeDirectory(context: FileSystemContext, path: AlluxioPath, options: Parameters<Changes['makeDirectory']>[1]): Promise<void> {
  await lookUp(context, path);
  const input = makingOf(context, path, options);
  if (!isMadeInStorage(context, path, options.writeType)) {
    await transactWhenFree(context, (tx) => void createDirectories(tx, context.subject, { ...input, nowMs: context.now() }));
    return;
  }
  const { intent, mount, key } = await transactWhenFree(context, (tx) => {
    const { resolution, mounted } = placeForDirectory(tx, context.subject, { ...input, nowMs: context.now() });
    const lease = { parentId: deepest(resolution).inode.id, name: resolution.missing[0] ?? '', scope: 'tree' } as const;
    const work = { kind: 'make', mountId: mounted.mount.id, key: mounted.key, levels: resolution.missing.length } as const;
    return { intent: openIntent(context, tx, [lease], work), mount: mounted.mount, key: mounted.key };
  });
  let stored: number[];
  try {
    await (await context.ufs(mount)).makeDirectory(key);
    stored = await transact(context, (tx) => {
      const made = createDirectories(tx, context.subject, { ...input, nowMs: context.now(), ownIntent: intent.id });
      closeIntent(tx, intent.id);
      return markPersistedUpwards(tx, made.ids[made.ids.length - 1] ?? 0);
    });
  } catch (error) {
    await (mayHaveLeft(error) ? endAsDead(context, intent) : transact(context, (tx) => closeIntent(tx, intent.id)));
    throw error;
  }
  await handOnOwnership(context, await context.ufs(mount), stored);
}
