/**
 * Who reads and who writes (docs/web.md). The file system behind this port acts as the process's user and may see everything; so the port itself
 * asks who is there:
 * - a **writer** shows the token with the request;
 * - an **owner** reads what the process's user may read: with the token, with a browser that was signed in with it, or from a process of the same
 *   user on this machine;
 * - **anybody** else reads what the mode lets everybody read, and never makes the server ask a storage for what it does not know.
 */
import type { Socket } from 'node:net';
import { getCookie } from 'hono/cookie';
import type { Config } from '../config/config.ts';
import { AlluxioError, messageOf } from '../errors.ts';
import type { SyncOptions } from '../filesystem/file-system.ts';
import type { AlluxioPath } from '../uri.ts';
import { isForeign } from './guard.ts';
import { peerUser, tellsPeers } from './peer.ts';
import type { SiteContext } from './site.ts';
import { readToken, readerCookie, sameSecret, tokenFile } from './token.ts';
import type { ServedResident, WatchedFileSystem } from './served.ts';

export type Reader = 'anybody' | 'owner' | 'writer';

/** The bits of a mode. */
export const READ = 4;
export const LIST = 5;

export const COOKIE = 'alluxio_reader';

export class Access {
  readonly #resident: ServedResident;
  readonly #token: Promise<string | undefined>;
  readonly #peers = new WeakMap<Socket, Promise<boolean>>();

  constructor(resident: ServedResident, log: (line: string) => void) {
    this.#resident = resident;
    if (!tellsPeers()) log(`This system does not tell whose process asks: whoever wants to see more than everybody may signs in with the token in ${tokenFile(resident.config)}.`);
    this.#token = readToken(tokenFile(resident.config)).catch((error: unknown) => {
      log(`Nothing can be written through the web port: ${tokenFile(resident.config)}: ${messageOf(error)}`);
      return undefined;
    });
  }

  async readerOf(c: SiteContext): Promise<Reader> {
    const token = await this.#token;
    const shown = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (shown !== undefined) {
      if (token !== undefined && sameSecret(shown, token)) return 'writer';
      throw new AlluxioError('UNAUTHENTICATED', 'That is not the token of this server.', { hint: `It is in ${tokenFile(this.#resident.config)}.` });
    }
    const cookie = getCookie(c, COOKIE);
    if (token !== undefined && cookie !== undefined && sameSecret(cookie, readerCookie(token))) return 'owner';
    // With CORS other sites' pages read what is answered here: their visitor's being the owner is not theirs to use.
    if (isForeign(c.req.header('origin'), c.env.incoming.headers.host, undefined)) return 'anybody';
    return (await this.#isOwnProcess(c.env.incoming.socket)) ? 'owner' : 'anybody';
  }

  /** What a browser that shows the token keeps; undefined for a wrong one. */
  async signIn(shown: string): Promise<string | undefined> {
    const token = await this.#token;
    return token !== undefined && sameSecret(shown, token) ? readerCookie(token) : undefined;
  }

  #isOwnProcess(socket: Socket): Promise<boolean> {
    const known = this.#peers.get(socket);
    if (known !== undefined) return known;
    const asked = peerUser(socket).then((user) => user !== undefined && (user === 0 || user === process.getuid?.()));
    this.#peers.set(socket, asked);
    return asked;
  }
}

/** Files, cached data and logs are shown, unless the property says that they are not. @throws PERMISSION_DENIED */
export function requireFileInfo(config: Config, reader: Reader): void {
  if (reader === 'writer' || config.boolean('alluxio.web.file.info.enabled')) return;
  throw new AlluxioError('PERMISSION_DENIED', 'Files are not shown here: alluxio.web.file.info.enabled is false.');
}

/** @throws PERMISSION_DENIED unless the reader is the owner or the mode lets everybody */
export function requireReadable(fs: WatchedFileSystem, reader: Reader, path: AlluxioPath, bits: number): void {
  if (reader !== 'anybody' || fs.watch.openToAll(path, bits)) return;
  // Not even whether it exists.
  throw new AlluxioError('PERMISSION_DENIED', `"${path}" does not exist, or is not readable for everybody.`, { path, hint: 'Sign in with the token of this server to see it.' });
}

/** @throws PERMISSION_DENIED */
export function requireOwner(reader: Reader, what: string): void {
  if (reader !== 'anybody') return;
  throw new AlluxioError('PERMISSION_DENIED', `${what} shown to the user of this server only.`, { hint: 'Sign in with its token.' });
}

/** @throws UNAUTHENTICATED */
export function requireWriter(reader: Reader, config: Config): void {
  if (reader === 'writer') return;
  throw new AlluxioError('UNAUTHENTICATED', 'Changes need the token of this server.', { hint: `Send the header "Authorization: Bearer <token>"; it is in ${tokenFile(config)}.` });
}

export function syncFor(reader: Reader): SyncOptions {
  return reader === 'anybody' ? KNOWN : {};
}

/** What the namespace knows, and no look at a storage. */
export const KNOWN: SyncOptions = { loadType: 'NEVER', syncIntervalMs: -1 };
