/**
 * The files of a journal folder. `journal.json` says which format and which store folder is the current one; it is replaced by a rename, so that the folder shows
 * the old journal or the new one and never a mix. A store folder has a name of its own: a process that still has an old one open shares no file with the new.
 *
 *   journal.json              {"formatVersion":1,"store":"store-<random>"}
 *   store-<random>/data.mdb   LMDB: meta pages, then the B-tree
 *   store-<random>/lock.mdb   LMDB: the writer's lock and the readers' slots
 *   store-<random>/unfinished a format made it, and has not named it in journal.json yet
 *
 * A format that was killed leaves a store that holds nothing of anybody's: it is known by the mark `unfinished`, which lies there from before its first byte of data until
 * journal.json names it (what a kill leaves of it then goes with the next command that writes). A store with data, without that mark and without journal.json, has been
 * somebody's namespace: then journal.json was lost, and to say "not formatted" would have it thrown away.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';
import { aroundSync } from '../fault-points.ts';
import { writeOwnFile } from '../hand-over.ts';
import { makeOwnFoldersSync } from '../make-folders.ts';
import { missingPages } from './lmdb-file.ts';
import { pageDamage } from './page-walk.ts';
import { damaged, fileInTheWay, storeError } from './store-error.ts';

export const FORMAT_VERSION = 1;
const POINTER = 'journal.json';
const STORE_PREFIX = 'store-';
const DATA_FILE = 'data.mdb';
const MARK = 'unfinished';

interface Pointer {
  readonly formatVersion: number;
  readonly store: string;
}

export function dataFile(store: string): string {
  return join(store, DATA_FILE);
}

export function notFormatted(folder: string): AlluxioError {
  return new AlluxioError('UNFORMATTED', `Journal ${folder} has not been formatted!`, { hint: 'Run: alluxio format' });
}

/**
 * The folder of the current store, checked as far as can be without opening it.
 * @throws UNFORMATTED, UNSUPPORTED (written by another version), CORRUPT, PERMISSION_DENIED
 */
export function currentStore(folder: string): string {
  requireOwn(folder);
  let text: string;
  try {
    text = readFileSync(join(folder, POINTER), 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTDIR') throw fileInTheWay(folder, error);
    if (code === 'EISDIR') throw damaged(folder, `${POINTER} is a directory`, error);
    if (code !== 'ENOENT') throw storeError(folder, error);
    const store = finishedStore(folder);
    throw store === undefined ? notFormatted(folder) : damaged(folder, `${POINTER} is missing, although there is a store, ${store}`, error);
  }
  const pointer = parsePointer(text);
  if (pointer === undefined) throw damaged(folder, `${POINTER} is not readable`);
  requireVersion(folder, pointer.formatVersion);
  const store = join(folder, pointer.store);
  requireWholeData(folder, dataFile(store));
  return store;
}

/** The same, after a look at every page that can be reached. @throws as currentStore */
export function soundStore(folder: string): string {
  const store = currentStore(folder);
  const wrong = pageDamage(dataFile(store));
  if (wrong !== undefined) throw damaged(folder, `${DATA_FILE}: ${wrong}`);
  return store;
}

/** The current store, where there is one that can be opened without harm: for what replaces it. `tell` hears how one that cannot is damaged. */
export function replaceableStore(folder: string, tell: (damage: string) => void): string | undefined {
  try {
    return soundStore(folder);
  } catch (error) {
    if (!(error instanceof AlluxioError)) throw error;
    if (error.code === 'CORRUPT') tell(error.message);
    return undefined;
  }
}

/** Makes an empty folder for a new store, which nobody finds before publishStore(). */
export function makeStore(folder: string, random: string): string {
  makeOwnFoldersSync(folder, 0o700);
  requireOwn(folder);
  const store = join(folder, STORE_PREFIX + random);
  makeOwnFoldersSync(store, 0o700);
  writeOwnFile(join(store, MARK), '');
  return store;
}

/** Takes the mark away that a format killed between its last steps left. The current store only. */
export function confirmStore(store: string): void {
  const mark = join(store, MARK);
  if (!existsSync(mark)) return;
  try {
    rmSync(mark, { force: true });
  } catch (error) {
    // Where nothing can be written, the next one does it.
    if (systemCode(error) === undefined) throw error;
  }
}

/** Makes a finished store the current one. Everything is on disk before the rename. */
export function publishStore(folder: string, store: string): void {
  syncPath(dataFile(store));
  syncPath(store);
  const pointer: Pointer = { formatVersion: FORMAT_VERSION, store: store.slice(store.lastIndexOf(STORE_PREFIX)) };
  const temporary = join(folder, `${POINTER}.new`);
  writeOwnFile(temporary, `${JSON.stringify(pointer)}\n`);
  moveDirectoryAway(join(folder, POINTER), store);
  aroundSync('journal.publish', () => renameSync(temporary, join(folder, POINTER)));
  syncPath(folder);
  confirmStore(store);
}

/** Nobody knows whose a directory with that name is: it stays, under another. */
function moveDirectoryAway(path: string, store: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) renameSync(path, path + store.slice(store.lastIndexOf(STORE_PREFIX)).replace(STORE_PREFIX, '.before-'));
}

/** Removes a store that was never published, and the folder when nothing else is in it. */
export function removeStore(store: string): void {
  rmSync(store, { recursive: true, force: true });
  if (readdirSync(dirname(store)).length === 0) rmSync(dirname(store), { recursive: true, force: true });
}

/** Removes every store but `keep`: replaced ones, and halves that a killed format left. */
export function removeOtherStores(folder: string, keep: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(STORE_PREFIX) && path !== keep) rmSync(path, { recursive: true, force: true });
  }
}

/** The name of a store that has been a current one: never half of what a format made. */
function finishedStore(folder: string): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw storeError(folder, error);
  }
  return names.find((name) => name.startsWith(STORE_PREFIX) && existsSync(dataFile(join(folder, name))) && !existsSync(join(folder, name, MARK)));
}

function parsePointer(text: string): Pointer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null || !('formatVersion' in value) || !('store' in value)) return undefined;
  const { formatVersion, store } = value;
  if (typeof formatVersion !== 'number' || typeof store !== 'string' || !/^store-[0-9a-f]+$/.test(store)) return undefined;
  return { formatVersion, store };
}

function requireVersion(folder: string, version: number): void {
  if (version === FORMAT_VERSION) return;
  if (version > FORMAT_VERSION) {
    throw new AlluxioError('UNSUPPORTED', `Journal ${folder} was written by a newer version (format ${version}; this one reads ${FORMAT_VERSION}).`, {
      hint: 'Use the newer version of alluxio, or another alluxio.master.journal.folder.',
    });
  }
  throw new AlluxioError('UNSUPPORTED', `Journal ${folder} has format ${version}, which this version does not read (it reads ${FORMAT_VERSION}).`, {
    hint: 'Run: alluxio format (forgets all metadata and mounts; the under storage is not touched)',
  });
}

/** A store holds credentials: it belongs to one user. The superuser of the machine may use every one. */
function requireOwn(folder: string): void {
  const uid = process.geteuid?.();
  if (uid === undefined || uid === 0) return;
  let owner: number;
  try {
    owner = statSync(folder).uid;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    throw storeError(folder, error);
  }
  if (owner === uid) return;
  const name = userName(owner);
  throw new AlluxioError('PERMISSION_DENIED', `Journal ${folder} belongs to ${name}.`, {
    hint: `Run the command as ${name}, or set alluxio.master.journal.folder to a folder of your own.`,
  });
}

function userName(uid: number): string {
  let passwd = '';
  try {
    passwd = readFileSync('/etc/passwd', 'utf8');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
  const line = passwd.split('\n').find((each) => each.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? `user ${uid}`;
}

function requireWholeData(folder: string, path: string): void {
  let wrong: string | undefined;
  try {
    wrong = missingPages(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw damaged(folder, `${DATA_FILE} is missing`, error);
    if (systemCode(error) === 'EISDIR') throw damaged(folder, `${DATA_FILE} is a directory`, error);
    throw storeError(folder, error);
  }
  if (wrong !== undefined) throw damaged(folder, `${DATA_FILE}: ${wrong}`);
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    aroundSync('journal.sync', () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
}
