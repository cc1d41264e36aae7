/**
 * What the machine's superuser makes in another user's home goes to the owner of the folder that holds it: one `sudo alluxio fs cat` would otherwise leave files
 * that keep the owner from his own journal and cache. By open files only: a path may have become a link to somewhere else.
 */
import { closeSync, constants, fchownSync, fstatSync, fsyncSync, openSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from './errors.ts';

const OTHERS_WRITE = 0o002;

/** @param descriptor of a file that this process has made. Where the system does not let it go, it stays the superuser's. */
export function handOverFile(descriptor: number): void {
  if (process.geteuid?.() !== 0) return;
  try {
    // Where it really lies: the path that it was made by may lead elsewhere by now.
    const { uid, gid, mode } = statSync(dirname(readlinkSync(`/proc/self/fd/${String(descriptor)}`)));
    // A folder in which everybody writes is nobody's home.
    if (uid !== 0 && (mode & OTHERS_WRITE) === 0) fchownSync(descriptor, uid, gid);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

/** @param path of a folder that this process has made */
export function handOverFolder(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    // Somebody may have put another one in its place.
    if (fstatSync(descriptor).uid === 0 && isEmpty(descriptor)) handOverFile(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isEmpty(descriptor: number): boolean {
  try {
    return readdirSync(`/proc/self/fd/${String(descriptor)}`).length === 0;
  } catch {
    return false;
  }
}

/** A file of our own, readable for its owner only, instead of whatever is there; on disk when this returns. */
export function writeOwnFile(path: string, text: string): void {
  rmSync(path, { force: true });
  withNew(path, 0o600, (descriptor) => {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  });
}

/** For files that others open: where the superuser would make one, it is made here. */
export function makeOwnFile(path: string, mode: number): void {
  if (process.geteuid?.() !== 0) return;
  try {
    withNew(path, mode, () => undefined);
  } catch (error) {
    // Who opens it says what is wrong.
    if (systemCode(error) === undefined) throw error;
  }
}

function withNew(path: string, mode: number, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    handOverFile(descriptor);
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
