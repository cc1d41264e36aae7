/** What is left when nobody is at work: the namespace as the journal has it, and everything in journal, cache folder and storages that ought not to be there. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LIMBO_ID, ROOT_ID } from '../../src/journal/journal.ts';
import type { View } from '../../src/journal/journal.ts';
import type { BlockRecord, InodeRecord } from '../../src/journal/records.ts';
import type { OssClient } from '../../src/ufs/oss/oss-client.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';

export interface Found {
  readonly path: string;
  readonly inode: InodeRecord;
  readonly blocks: readonly BlockRecord[];
}

/** What a file must hold; undefined where the caller cannot tell, which is a problem in itself. */
export type BytesOf = (file: Found) => Uint8Array | string | undefined;

/** Everything below the root, each directory before what is in it. */
export function inodesOf(view: View): Found[] {
  const found: Found[] = [];
  const walk = (id: number, path: string): void => {
    for (const { name, inode } of view.children(id)) {
      const at = `${path}/${name}`;
      found.push({ path: at, inode, blocks: inode.directory ? [] : view.blocks(inode.id) });
      if (inode.directory) walk(inode.id, at);
    }
  };
  walk(ROOT_ID, '');
  return found;
}

/** What only work in progress may hold. */
export function workProblems(view: View): string[] {
  const problems = view.intents().map(({ id, work, owner }) => `intent ${id} (${work.kind}) of "${owner.command}" is open`);
  problems.push(...view.leases().map(({ name, intentId }) => `lease on ${name} of intent ${intentId}`));
  problems.push(...view.children(LIMBO_ID).map(({ name }) => `${name} is in limbo`));
  const { used, reserved } = view.usage(0);
  const blocks = view.blocksByUse(0, { limit: 1_000_000 });
  const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
  if (reserved !== 0) problems.push(`${reserved} bytes of the cache are promised to nobody`);
  if (used !== bytes) problems.push(`the cache counts ${used} bytes, its blocks have ${bytes}`);
  problems.push(...blocks.filter(({ fileId }) => view.locate(fileId) === undefined).map(({ fileId, index }) => `block ${fileId}-${index} belongs to no file`));
  return problems;
}

/** Every block of a record is a file with the right bytes, and nothing else is in the cache's folder. */
export function cacheProblems(folder: string, found: readonly Found[], bytesOf: BytesOf): string[] {
  const files = new Set(namesIn(folder).filter((name) => name !== '.tmp_blocks'));
  const problems = namesIn(join(folder, '.tmp_blocks')).map((name) => `.tmp_blocks/${name} is left`);
  for (const file of found) {
    const { path, inode, blocks } = file;
    const names = blocks.map(({ index }) => `${inode.id}-${index}`);
    const missing = names.filter((name) => !files.delete(name));
    if (missing.length > 0) {
      problems.push(`${path}: block file ${missing.join()} is missing`);
    } else if (inode.length > 0 && inode.cachedBytes === inode.length) {
      const bytes = Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
      if (hash(bytes) !== hash(bytesOf(file) ?? '')) problems.push(`${path}: its ${bytes.length} cached bytes are not those that were written`);
    } else if (!inode.directory && inode.persistence !== 'PERSISTED' && inode.length > 0) {
      problems.push(`${path} is lost: not stored, and ${inode.cachedBytes} of ${inode.length} bytes cached`);
    }
  }
  return [...problems, ...[...files].map((name) => `block file ${name} is known to nobody`)];
}

export interface Stored {
  readonly ufs: Ufs;
  /** Said in problems; of a local folder it is its path. */
  readonly uri: string;
  /** Where the storage is mounted, `/` or a path without a slash at its end. */
  readonly mount: string;
  /** What is in that mount. */
  readonly found: readonly Found[];
  readonly bytesOf: BytesOf;
  /** Content hashes of the store whose bytes were looked at before, with what they belong to. */
  readonly seen: Map<string, string>;
}

/** Every stored file is there with its bytes, and nothing is there that the namespace does not know. */
export async function storedProblems({ ufs, uri, mount, found, bytesOf, seen }: Stored): Promise<string[]> {
  const problems: string[] = [];
  const stored = new Map<string, { directory: boolean; size: number; contentHash: string }>();
  for await (const page of ufs.list('', { recursive: true })) {
    for (const { name, kind, size, contentHash } of page.entries) stored.set(name, { directory: kind === 'directory', size, contentHash });
    problems.push(...page.unusable.map((key) => `${uri}: unusable key ${key}`));
  }
  for (const file of found) {
    const { path, inode } = file;
    const key = path.slice(mount === '/' ? 1 : mount.length + 1);
    const there = stored.get(key);
    stored.delete(key);
    if (inode.persistence !== 'PERSISTED') {
      if (there !== undefined && !(inode.directory && there.directory)) problems.push(`${uri}/${key} is there, but ${path} is not stored`);
      continue;
    }
    if (there?.directory !== inode.directory) {
      problems.push(`${path} is stored, but ${uri}/${key} is ${there === undefined ? 'missing' : 'of another kind'}`);
    } else if (!inode.directory) {
      if (there.contentHash !== inode.contentHash) problems.push(`${path} knows ${inode.contentHash}, the storage has ${there.contentHash}`);
      const wanted = hash(bytesOf(file) ?? '');
      if (there.size !== inode.length) problems.push(`${path} has ${inode.length} bytes, the storage ${there.size}`);
      else if (seen.get(there.contentHash) !== wanted) {
        if (hash(await bytesIn(ufs, key)) !== wanted) problems.push(`${uri}/${key} does not hold the bytes of ${path}`);
        else seen.set(there.contentHash, wanted);
      }
    }
  }
  problems.push(...[...stored].map(([key, { directory }]) => `${uri}/${key}${directory ? '/' : ''} is known to nobody`));
  const names = uri.startsWith('oss:') ? [] : readdirSync(uri, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.alluxio.tmp.'));
  return [...problems, ...names.map((name) => `temporary file ${name} is left`)];
}

async function bytesIn(ufs: Ufs, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await ufs.read(key)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** @param client of a bucket */
export async function uploadProblems(client: OssClient): Promise<string[]> {
  const { body } = await client.send({ method: 'GET', subresource: { uploads: '' } });
  return [...body.toString('utf8').matchAll(/<Upload>.*?<Key>(.*?)<\/Key>/gs)].map(([, key]) => `an upload of ${String(key)} is open`);
}

/** Of the folder, none where it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function hash(bytes: Uint8Array | string): string {
  return createHash('sha1').update(bytes).digest('hex');
}
