/** Puts the groups of operations together over one context. */
import type { FileSystem, Transfers } from './file-system.ts';
import type { FileSystemContext } from './context.ts';
import { backgroundEnded } from './background.ts';
import { createChanges } from './changes.ts';
import { createEntries } from './entries.ts';
import { createMounts } from './mounts.ts';
import { requireSuperuser } from '../namespace/permissions.ts';
import { openFile } from './read.ts';
import { createStorage } from './storage.ts';
import { createSyncing } from './syncing.ts';
import { createFile } from './write.ts';
import type { Changes, Content, Entries } from './file-system.ts';

export interface FileSystemParts {
  readonly context: FileSystemContext;
  transfers(parts: { entries: Entries; changes: Changes; content: Content }): Transfers;
  close(): Promise<void>;
}

export function createFileSystem(parts: FileSystemParts): FileSystem {
  const { context } = parts;
  const entries = createEntries(context);
  const changes = createChanges(context);
  const content: Content = {
    create: async (path, source, options) => {
      // Giving a file to somebody else is changing its owner.
      if (options?.owner !== undefined && options.owner !== context.subject.user) context.journal.read((view) => requireSuperuser(view, context.subject));
      return createFile(context, path, source, options);
    },
    open: (path, options) => openFile(context, path, options),
  };
  return {
    entries,
    changes,
    content,
    mounts: createMounts(context),
    storage: createStorage(context),
    syncing: createSyncing(context),
    transfers: parts.transfers({ entries, changes, content }),
    user: context.subject.user,
    close: async () => {
      await backgroundEnded(context);
      await parts.close();
    },
  };
}
