/** The token that lets whoever can read it act as this process's user. It is a file that only that user can read; residents of one home share it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { systemCode } from '../errors.ts';
import { writeOwnFile } from '../hand-over.ts';
import { makeOwnFoldersSync } from '../make-folders.ts';

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

export function tokenFile(config: Config): string {
  return join(config.get('alluxio.work.dir'), 'web-token');
}

/** Makes the file at first; the one that is there is kept, so that scripts may rely on it. @throws when it can neither be read nor made */
export async function readToken(file: string): Promise<string> {
  const known = await readIfThere(file);
  if (known !== undefined && SHAPE.test(known)) return known;
  if (known !== undefined) await rm(file);
  const temporary = `${file}.${process.pid}`;
  makeOwnFoldersSync(dirname(file));
  writeOwnFile(temporary, `${randomBytes(32).toString('base64url')}\n`);
  try {
    // A link appears whole, and not at all where another process was faster.
    await link(temporary, file);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What a browser keeps instead of the token: it lets read, never write. */
export function readerCookie(token: string): string {
  return createHash('sha256').update(`reader:${token}`).digest('base64url');
}

/** Takes the same time whatever differs. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
