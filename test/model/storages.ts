/** The three storages of a stage, behind the shell's back: what lies in them, byte for byte. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../support/home.ts';
import type { TestOss } from '../support/oss.ts';
import { OSS_KEYS, putRaw } from '../support/oss.ts';
import { sdk } from '../oss-server/support.ts';
import type { Node } from './node.ts';
import { ranked } from './node.ts';

export type Kind = 'local' | 'oss';

/** The storage at `/`, the one at `/m`, and one that is mounted now and then. */
export const STORAGES = ['root', 'mnt', 'more'] as const;

export interface Storages {
  /** Owners and modes are kept there. */
  readonly keepsModes: boolean;
  uriOf(storage: string): string;
  make(): Promise<void>;
  /** A line each entry. */
  lines(): Promise<string[]>;
  empty(storage: string): Promise<void>;
}

export function storedLines(stored: ReadonlyMap<string, Node>, keepsModes: boolean): string[] {
  return ranked([...stored].map(([path, { directory, content, storedMode }]) => line(directory ? `${path}/` : path, directory ? undefined : md5(content), keepsModes ? storedMode : undefined)));
}

function line(key: string, sum: string | undefined, mode: number | undefined): string {
  return [key, ...(mode === undefined ? [] : [mode.toString(8)]), ...(sum === undefined ? [] : [sum])].join(' ');
}

const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');

export function localStorages(home: Home): Storages {
  const folderOf = (storage: string) => (storage === 'root' ? home.ufsDir : join(home.dir, storage));
  const below = async (folder: string, key: string): Promise<string[]> => {
    const lines: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const [path, at] = [join(folder, entry.name), `${key}${entry.name}`];
      const mode = (await stat(path)).mode & 0o7777;
      if (entry.isDirectory()) lines.push(line(`${at}/`, undefined, mode), ...(await below(path, `${at}/`)));
      else lines.push(line(at, md5(await readFile(path)), mode));
    }
    return lines;
  };
  return {
    keepsModes: true,
    uriOf: folderOf,
    async make() {
      for (const storage of STORAGES) await mkdir(folderOf(storage), { recursive: true });
    },
    lines: async () => ranked((await Promise.all(STORAGES.map((storage) => below(folderOf(storage), `${storage}/`)))).flat()),
    async empty(storage) {
      for (const name of await readdir(folderOf(storage))) await rm(join(folderOf(storage), name), { recursive: true });
    },
  };
}

export function ossStorages(oss: TestOss): Storages {
  const client = sdk(oss.endpoint, { ...OSS_KEYS, bucket: oss.bucket });
  const objects = async () => {
    const { objects: found, isTruncated } = await client.listV2({ 'max-keys': '1000' });
    if (isTruncated) throw new Error('more objects than one page holds');
    // The SDK says nothing, not an empty list, of a bucket without objects.
    return ((found as typeof found | undefined) ?? []).filter(({ name }) => !STORAGES.some((storage) => name === `${storage}/`));
  };
  return {
    keepsModes: false,
    uriOf: (storage) => `oss://${oss.bucket}/${storage}`,
    async make() {
      for (const storage of STORAGES) await putRaw(await oss.raw(), `${storage}/`);
    },
    // The ETag is the MD5 of what the server was sent; a directory's marker must be empty.
    lines: async () => ranked((await objects()).map(({ name, etag, size }) => line(name, name.endsWith('/') && size === 0 ? undefined : etag.replaceAll('"', '').toLowerCase(), undefined))),
    async empty(storage) {
      const names = (await objects()).map(({ name }) => name).filter((name) => name.startsWith(`${storage}/`));
      if (names.length > 0) await client.deleteMulti(names);
    },
  };
}
