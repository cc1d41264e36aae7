/**
 * Puts the groups of operations together over one context. What most commands never call is loaded when it is called: a command pays for the code that it
 * runs (decision 0006).
 */
import type { FileSystemContext } from './context.ts';
import { backgroundEnded } from './background.ts';
import { createEntries } from './entries.ts';
import type { Changes, Content, Entries, FileSystem, Mounts, Storage, Syncing, Transfers } from './file-system.ts';

export interface FileSystemParts {
  readonly context: FileSystemContext;
  transfers(parts: { entries: Entries; changes: Changes; content: Content }): Promise<Transfers>;
  close(): Promise<void>;
}

export function createFileSystem(parts: FileSystemParts): FileSystem {
  const { context } = parts;
  const entries = createEntries(context);
  const changes = lazyChanges(once(async () => (await import('./changes.ts')).createChanges(context)));
  const content = contentOf(context);
  return {
    entries,
    changes,
    content,
    mounts: lazyMounts(once(async () => (await import('./mounts.ts')).createMounts(context))),
    storage: lazyStorage(once(async () => (await import('./storage.ts')).createStorage(context))),
    syncing: lazySyncing(once(async () => (await import('./syncing.ts')).createSyncing(context))),
    admin: once(async () => (await import('./admin.ts')).createAdmin(context)),
    transfers: lazyTransfers(once(() => parts.transfers({ entries, changes, content }))),
    undo: async (id) => (await import('./undo/undo.ts')).undo(context, id),
    durability: once(async () => (await import('./durability.ts')).createDurability(context)),
    watch: once(async () => (await import('./watch.ts')).createWatch(context)),
    history: async (path, { limit }) => (await import('./history.ts')).historyOf(context, path, limit),
    user: context.subject.user,
    close: async () => {
      await backgroundEnded(context);
      await parts.close();
    },
  };
}

type Load<T> = () => Promise<T>;

function once<T>(load: Load<T>): Load<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

function contentOf(context: FileSystemContext): Content {
  return {
    create: async (path, source, options) => {
      const [{ createFile }, { requireSuperuser }] = await Promise.all([import('./write.ts'), import('../namespace/permissions.ts')]);
      // Giving a file to somebody else is changing its owner.
      if (options?.owner !== undefined && options.owner !== context.subject.user) context.journal.read((view) => requireSuperuser(view, context.subject));
      return createFile(context, path, source, options);
    },
    createMany: async (files, options) => (await import('./write-many.ts')).createFiles(context, files, options),
    open: async (path, options) => (await import('./read.ts')).openFile(context, path, options),
  };
}

function lazyChanges(load: Load<Changes>): Changes {
  return {
    createTogether: async (...args) => (await load()).createTogether(...args),
    makeDirectory: async (...args) => (await load()).makeDirectory(...args),
    rename: async (...args) => (await load()).rename(...args),
    delete: async (...args) => (await load()).delete(...args),
    setAttributes: async (...args) => (await load()).setAttributes(...args),
    setAcl: async (...args) => (await load()).setAcl(...args),
  };
}

function lazyMounts(load: Load<Mounts>): Mounts {
  return {
    list: async (...args) => (await load()).list(...args),
    mount: async (...args) => (await load()).mount(...args),
    unmount: async (...args) => (await load()).unmount(...args),
    update: async (...args) => (await load()).update(...args),
  };
}

function lazyStorage(load: Load<Storage>): Storage {
  return {
    load: async (...args) => (await load()).load(...args),
    free: async (...args) => (await load()).free(...args),
    freeAll: async () => (await load()).freeAll(),
    pending: async function* (...args) {
      yield* (await load()).pending(...args);
    },
    persist: async (...args) => (await load()).persist(...args),
    capacity: async () => (await load()).capacity(),
  };
}

function lazySyncing(load: Load<Syncing>): Syncing {
  return {
    inconsistencies: async (...args) => (await load()).inconsistencies(...args),
    repair: async (...args) => (await load()).repair(...args),
    points: async () => (await load()).points(),
    start: async (...args) => (await load()).start(...args),
    stop: async (...args) => (await load()).stop(...args),
    mark: async (...args) => (await load()).mark(...args),
    setChildrenLoaded: async (...args) => (await load()).setChildrenLoaded(...args),
  };
}

function lazyTransfers(load: Load<Transfers>): Transfers {
  return {
    upload: async (...args) => (await load()).upload(...args),
    download: async (...args) => (await load()).download(...args),
    migrate: async (...args) => (await load()).migrate(...args),
    copy: async (...args) => (await load()).copy(...args),
  };
}
