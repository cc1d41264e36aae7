/**
 * Composition root: configuration → journal, cache, under storages → FileSystem. The only file that names concrete classes; a wrapper that is
 * stacked, is stacked here or in ufs/registry.ts.
 */
import { setMaxListeners } from 'node:events';
import { userInfo } from 'node:os';
import { createBlockStore } from './cache/directory-store.ts';
import { blockFolders, cacheDirectories } from './cache/tiers.ts';
import type { Config } from './config/config.ts';
import { VERSION } from './config/version.ts';
import { assertValid } from './config/validate.ts';
import { isCredentialKey } from './config/redact.ts';
import { MISSING_SECRET, exposedFile } from './config/references.ts';
import { AlluxioError, hasCode, isAlluxioError } from './errors.ts';
import { createFileSystem } from './filesystem/create-file-system.ts';
import type { FileSystemContext } from './filesystem/context.ts';
import type { FileSystem } from './filesystem/file-system.ts';
import type { Role } from './http/resident.ts';
import { closeIntent } from './filesystem/transact.ts';
import { notAccessible, ufsModeOf } from './filesystem/ufs-mode.ts';
import { formatStore, openStore, restoreStore } from './journal/format.ts';
import type { FormatSettings } from './journal/format.ts';
import { makeFolders } from './make-folders.ts';
import { ROOT_MOUNT_ID } from './namespace/inodes.ts';
import { pathOfInode } from './namespace/resolve.ts';
import { ROOT_ID } from './journal/journal.ts';
import type { Journal, RestoreReport } from './journal/journal.ts';
import type { MountRecord, Owner } from './journal/records.ts';
import { GROUP_MAPPING, actingUser, groupMapping } from './config/system-users.ts';
import type { Subject } from './namespace/permissions.ts';
import { ownIdentity } from './process-identity.ts';
import { askWorker } from './resident/cache-requests.ts';
import { hasMaster, residentsFolder } from './resident/records.ts';
import type { Surroundings } from './resident/run.ts';
import type { Ufs } from './ufs/ufs.ts';
import { UfsUri } from './uri.ts';

export interface FileSystemSettings {
  readonly config: Config;
  readonly signal: AbortSignal;
  /** As typed, without what may be secret. Asked each time: a script runs many lines. */
  readonly commandLine: string;
  /** For a process that does not end when a command is done. */
  readonly stays?: boolean;
  /** The run of the command, for undo (filesystem/undo/runs.ts); a resident's deeds belong to none. */
  readonly run?: number | undefined;
  warn(text: string): void;
}

export async function openFileSystem(settings: FileSystemSettings): Promise<FileSystem> {
  return (await openParts(settings)).fs;
}

export interface ResidentProcessSettings {
  readonly role: Role;
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Gets each line of the log too. */
  readonly console: ((line: string) => void) | undefined;
}

/** Is the master or the worker, until the signal. */
export async function runResidentProcess({ role, config: started, signal, console }: ResidentProcessSettings): Promise<void> {
  const [{ runResident }, { createUpkeep }, { RuntimeConfig }] = await Promise.all([import('./resident/run.ts'), import('./filesystem/upkeep.ts'), import('./config/runtime-config.ts')]);
  const config = new RuntimeConfig(started);
  const jobs =
    role === 'master'
      ? await import('./master/jobs.ts').then(({ masterJobs }) => (around: Surroundings) => masterJobs(around, { backup: () => backupDaily(around) }))
      : await import('./worker/jobs.ts').then(({ workerJobs }) => workerJobs);
  await runResident({
    role,
    config,
    version: VERSION,
    signal,
    console,
    jobs,
    open: async (settings) => {
      if (role === 'master') await restoreWhereEmpty(config, (text) => settings.warn(text));
      const { fs, context } = await openParts({ config, commandLine: `launch-process ${role}`, stays: true, ...settings });
      return { fs, upkeep: createUpkeep(context) };
    },
  });
}

async function backupDaily({ fs, config }: Surroundings): Promise<string> {
  const admin = await fs.admin();
  const { uri } = await admin.backup();
  await admin.pruneBackups(config.integer('alluxio.master.daily.backup.files.retained'));
  return uri.toString();
}

async function openParts(settings: FileSystemSettings): Promise<{ fs: FileSystem; context: FileSystemContext }> {
  const { config } = settings;
  assertValid(config);
  // Every transfer under way listens to it: hundreds are no leak.
  setMaxListeners(0, settings.signal);
  const journal = await openStore({
    folder: config.get('alluxio.master.journal.folder'),
    keepLogEntries: config.integer('alluxio.master.journal.checkpoint.period.entries'),
    leaveOpen: true,
    stays: settings.stays ?? false,
    mountReading: rootAsConfigured(config),
  });
  const context = contextOf(settings, journal);
  requireConfiguredRoot(journal, config);
  const fs = createFileSystem({
    context,
    transfers: async (parts) => (await import('./filesystem/transfers/index.ts')).createTransfers({ ...parts, config }),
    close: () => journal.close(),
  });
  return { fs, context };
}

/** What other processes do is noticed within a second: looking takes as long as creating a small file. */
function remembered(ask: () => boolean): () => boolean {
  let known: { readonly answer: boolean; readonly atSeconds: number } | undefined;
  return () => {
    if (known === undefined || process.uptime() - known.atSeconds > 1) known = { answer: ask(), atSeconds: process.uptime() };
    return known.answer;
  };
}

function contextOf(settings: FileSystemSettings, journal: Journal): FileSystemContext {
  const { config } = settings;
  const user = actingUser(config.find('alluxio.security.login.username'));
  const mapping = groupMapping(config.find(GROUP_MAPPING));
  const subject: Subject = {
    user,
    groups: () => mapping(user),
    enforced: config.boolean('alluxio.security.authorization.permission.enabled'),
    supergroup: config.get('alluxio.security.authorization.permission.supergroup'),
  };
  let blocks: FileSystemContext['blocks'] | undefined;
  return {
    journal,
    get blocks() {
      return (blocks ??= createBlockStore(cacheDirectories(config), blockFolders(config)));
    },
    config,
    subject,
    primaryGroup: () => mapping(user)[0] ?? '',
    groupsOf: mapping,
    actor: {
      user,
      get command() {
        return settings.commandLine;
      },
      get run() {
        return settings.run;
      },
    },
    owner: {
      ...ownIdentity(),
      get command() {
        return settings.commandLine;
      },
    },
    now: Date.now,
    ufs: checkedUfs(journal, ufsPool(config, (text) => settings.warn(text))),
    masterRunning: remembered(() => hasMaster(config)),
    cacheLater: (fileId, indexes) => void (indexes.length > 0 && askWorker(residentsFolder(config), fileId, indexes)),
    signal: settings.signal,
    warn: (text) => settings.warn(text),
  };
}

/** What the journal says of a storage, or lacks, comes before the storage is asked. */
function checkedUfs(journal: Journal, ufs: (mount: MountRecord) => Promise<Ufs>): (mount: MountRecord) => Promise<Ufs> {
  return async (mount) => {
    const mode = journal.read((view) => ufsModeOf(view, mount.ufsUri));
    if (mode === 'noAccess') throw notAccessible(mount.ufsUri);
    const missing = Object.entries(mount.properties).filter(([, value]) => value === MISSING_SECRET);
    if (missing.length > 0) throw missingSecrets(journal.read((view) => pathOfInode(view, mount.inodeId) ?? ''), mount, missing.map(([key]) => key));
    return ufs(mode === 'readOnly' ? { ...mount, readOnly: true } : mount);
  };
}

function missingSecrets(path: string, mount: MountRecord, keys: readonly string[]): AlluxioError {
  const options = Object.entries(mount.properties).map(([key, value]) => ` --option ${key}=${keys.includes(key) ? '…' : value}`);
  const flags = `${mount.readOnly ? ' --readonly' : ''}${mount.shared ? ' --shared' : ''}`;
  return new AlluxioError('INVALID_CONFIGURATION', `The mount ${path} of ${mount.ufsUri} lacks ${keys.join(' and ')}: it was restored from a backup, and backups hold no secrets.`, {
    hint: `Set what is missing: alluxio fs updateMount${flags}${options.join('')} ${path}`,
  });
}

/** One client a mount and set of options, made at first use; the driver is loaded only then. */
function ufsPool(config: Config, warn: (text: string) => void = () => undefined): (mount: MountRecord) => Promise<Ufs> {
  const pool = new Map<string, Promise<Ufs>>();
  return (mount) => {
    const key = JSON.stringify([mount.id, mount.ufsUri, mount.readOnly, mount.properties]);
    const known = pool.get(key);
    if (known !== undefined) return known;
    const options = mount.id === ROOT_MOUNT_ID ? config.withPrefix('alluxio.master.mount.table.root.option.') : mount.properties;
    const merged = config.overlay(options, 'MOUNT_OPTION');
    if (mount.ufsUri.startsWith('oss:')) warnOfExposedFiles(merged, warn);
    const opened = import('./ufs/registry.ts').then(({ createUfs }) => createUfs(UfsUri.parse(mount.ufsUri), merged, { readOnly: mount.readOnly, mounted: mount.inodeId !== 0 }));
    pool.set(key, opened);
    return opened;
  };
}

function warnOfExposedFiles(config: Config, warn: (text: string) => void): void {
  const exposed = new Map(config.keys().flatMap((key) => (isCredentialKey(key) ? [[exposedFile(config.find(key) ?? ''), key] as const] : [])));
  for (const [path, key] of exposed) {
    if (path !== undefined) warn(`Others can read ${path}, the file of ${key}; run: chmod 600 ${path}`);
  }
}

/** The tree in the journal describes one root storage; another one under it would show files that are not there. */
function requireConfiguredRoot(journal: Journal, config: Config): void {
  const configured = rootMount(config).ufsUri;
  const recorded = journal.read((view) => view.mounts().find((mount) => mount.id === ROOT_MOUNT_ID)?.ufsUri);
  if (recorded === undefined || recorded === configured) return;
  throw new AlluxioError('INVALID_CONFIGURATION', `alluxio.master.mount.table.root.ufs is ${configured}, but the journal was formatted for ${recorded}.`, {
    hint: 'Set it back, or start with an empty namespace: alluxio format',
  });
}

function rootMount(config: Config): MountRecord {
  const uri = UfsUri.parse(config.get('alluxio.master.mount.table.root.ufs'));
  const objectStore = uri.scheme !== 'file';
  return {
    id: ROOT_MOUNT_ID,
    inodeId: 1,
    ufsUri: uri.toString(),
    readOnly: config.boolean('alluxio.master.mount.table.root.readonly'),
    shared: objectStore && config.boolean('alluxio.underfs.object.store.mount.shared.publicly'),
    // Its options come from the configuration each time: nothing secret is kept.
    properties: {},
  };
}

/** The root mount is what the configuration says now, whatever it said when the journal was formatted. */
function rootAsConfigured(config: Config): (recorded: MountRecord) => MountRecord {
  const { readOnly, shared } = rootMount(config);
  return (recorded) => (recorded.id !== ROOT_MOUNT_ID || (recorded.readOnly === readOnly && recorded.shared === shared) ? recorded : { ...recorded, readOnly, shared });
}

/** A journal is not made for a storage that no command could open. @throws INVALID_CONFIGURATION */
async function requirePossibleRoot({ ufsUri }: MountRecord): Promise<UfsUri> {
  const uri = UfsUri.parse(ufsUri);
  try {
    await (await import('./ufs/registry.ts')).requirePossible(uri);
  } catch (error) {
    if (!isAlluxioError(error) || error.hint === undefined) throw error;
    throw new AlluxioError(error.code, `alluxio.master.mount.table.root.ufs is ${ufsUri}: ${error.message}`, { cause: error, hint: error.hint });
  }
  return uri;
}

export interface RestoreSettings {
  readonly config: Config;
  /** A backup, or a folder of backups. */
  readonly from: string;
  /** Without the segments of the journal that follow it. */
  readonly backupOnly: boolean;
  warn?(text: string): void;
}

export interface Restored extends RestoreReport {
  readonly uri: string;
}

/** Replaces the journal by what a backup holds; when anything of it is wrong, nothing is changed. `emptying`: as with `formatJournal`. */
export async function restoreJournal({ config, from, backupOnly, warn }: RestoreSettings, emptying?: Owner): Promise<Restored> {
  assertValid(config);
  const root = rootMount(config);
  await requirePossibleRoot(root);
  const { findBackup } = await import('./filesystem/backups/find.ts');
  const { uri, backup, segments } = await findBackup({ mounts: [root], ufs: ufsPool(config) }, UfsUri.parse(from), backupOnly);
  const user = config.find('alluxio.security.login.username') ?? userInfo().username;
  const actor = { user, command: `format --from ${uri.toString()}` };
  const report = await restoreStore(config.get('alluxio.master.journal.folder'), { backup, segments, root: root.ufsUri, actor, nowMs: Date.now(), emptying, warn });
  return { ...report, uri: uri.toString() };
}

/** `alluxio.master.journal.init.from.backup`: a journal that is not formatted, or holds nothing yet, is filled from it. */
async function restoreWhereEmpty(config: Config, tell: (line: string) => void): Promise<void> {
  const from = config.find('alluxio.master.journal.init.from.backup') ?? '';
  if (from === '') return;
  if (!(await isEmptyJournal(config))) return tell(`The journal is not empty: alluxio.master.journal.init.from.backup=${from} is ignored.`);
  const { uri, entries, replayed } = await restoreJournal({ config, from, backupOnly: false });
  tell(`Restored ${entries} entries from backup ${uri}, and ${replayed} records of the journal after it.`);
}

async function isEmptyJournal(config: Config): Promise<boolean> {
  try {
    const journal = await openStore({ folder: config.get('alluxio.master.journal.folder'), readOnly: true });
    const empty = journal.read((view) => view.children(ROOT_ID, { limit: 1 }).length === 0 && view.mounts().length === 1 && view.pathDefaults().size === 0);
    await journal.close();
    return empty;
  } catch (error) {
    if (hasCode(error, 'UNFORMATTED')) return true;
    throw error;
  }
}

/**
 * Journal and cache at once: whenever it is cut off, there is the old namespace with all that is cached, or the new one, and the next command goes on emptying the cache.
 * Returns the folders of the cache.
 */
export async function formatAll(config: Config, warn: (text: string) => void): Promise<string[]> {
  const owner = { ...ownIdentity(), command: 'format' };
  await formatJournal(config, { emptying: owner, warn });
  return emptyCache(config, owner);
}

/** The same with a backup's namespace. What refuses it has changed nothing. */
export async function restoreAll(settings: RestoreSettings): Promise<Restored & { readonly folders: readonly string[] }> {
  const owner = { ...ownIdentity(), command: 'format --from' };
  const restored = await restoreJournal(settings, owner);
  return { ...restored, folders: await emptyCache(settings.config, owner) };
}

/** Does the work that the new journal begins with. */
async function emptyCache(config: Config, owner: Owner): Promise<string[]> {
  const journal = await openStore({ folder: config.get('alluxio.master.journal.folder') });
  try {
    const emptying = journal.read((view) => view.intents()).find((intent) => intent.work.kind === 'evict' && intent.work.beforeMs !== undefined && intent.owner.pid === owner.pid);
    const beforeMs = emptying?.work.kind === 'evict' ? emptying.work.beforeMs : undefined;
    const folders = await createBlockStore(cacheDirectories(config), blockFolders(config)).format(beforeMs);
    if (emptying !== undefined) await journal.transact({ user: userInfo().username, command: owner.command }, Date.now(), (tx) => closeIntent(tx, emptying.id));
    return folders;
  } finally {
    await journal.close();
  }
}

/** Wipes the journal and makes an empty one with the configured root mount; never touches the under storage. `emptying`: who empties the cache too. */
export async function formatJournal(config: Config, { emptying, warn }: Pick<FormatSettings, 'emptying' | 'warn'> = {}): Promise<void> {
  assertValid(config);
  const mount = rootMount(config);
  const uri = await requirePossibleRoot(mount);
  if (uri.scheme === 'file') await makeRoot(uri.path);
  // The superuser is whoever owns the store, whatever name the commands act under.
  const superuser = config.find('alluxio.security.login.username') ?? userInfo().username;
  await formatStore({
    folder: config.get('alluxio.master.journal.folder'),
    mount,
    superuser,
    group: groupMapping(config.find(GROUP_MAPPING))(superuser)[0] ?? '',
    nowMs: Date.now(),
    emptying,
    warn,
  });
}

async function makeRoot(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    const { systemWords } = await import('./filesystem/transfers/local-errors.ts');
    throw new AlluxioError('FAILED_PRECONDITION', `The under storage ${folder} cannot be made: ${systemWords(error)}.`, {
      hint: 'Name another one in alluxio.master.mount.table.root.ufs.',
      cause: error,
    });
  }
}

export function formatWorker(config: Config): Promise<string[]> {
  assertValid(config);
  return createBlockStore(cacheDirectories(config), blockFolders(config)).format();
}
