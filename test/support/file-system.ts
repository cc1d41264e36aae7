/** A real file system, in this process, over temporary folders: LMDB journal, cache, and the storage that a test wants at `/`. */
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatJournal, openFileSystem } from '../../src/compose.ts';
import type { FileSystem } from '../../src/filesystem/file-system.ts';
import { newRun } from '../../src/process-identity.ts';
import type { AlluxioPath } from '../../src/uri.ts';
import { UfsUri } from '../../src/uri.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { configOf } from './config.ts';
import { OSS_KEYS, startTestOss } from './oss.ts';
import type { TestOss } from './oss.ts';

export interface TestFileSystem {
  readonly dir: string;
  readonly fs: FileSystem;
  /** The root storage, seen from outside. */
  readonly ufs: Ufs;
  readonly rootUri: string;
  /** The server behind it, to have it fail; of kind `oss` only. */
  readonly oss: TestOss | undefined;
  readonly warnings: string[];
  /** Another file system on the same journal, as another command would open it. */
  reopen(properties?: Readonly<Record<string, string>>): Promise<FileSystem>;
  close(): Promise<void>;
}

export type StorageKind = 'local' | 'oss';
export const STORAGE_KINDS: readonly StorageKind[] = ['local', 'oss'];

export async function makeFileSystem(kind: StorageKind, properties: Readonly<Record<string, string>> = {}): Promise<TestFileSystem> {
  const dir = await mkdtemp(join(tmpdir(), 'alluxio-fs-'));
  const oss = kind === 'oss' ? await startTestOss() : undefined;
  const rootUri = oss === undefined ? join(dir, 'ufs') : `oss://${oss.bucket}/root`;
  await mkdir(join(dir, 'ufs'));
  const settings = { ...base(dir, rootUri, oss), ...properties };
  const warnings: string[] = [];
  const opened: FileSystem[] = [];
  const reopen = async (more: Readonly<Record<string, string>> = {}) => {
    const fs = await openFileSystem({
      config: configOf({ ...settings, ...more }),
      signal: new AbortController().signal,
      commandLine: 'test',
      run: newRun(Date.now()),
      warn: (text) => void warnings.push(text),
    });
    opened.push(fs);
    return fs;
  };
  await formatJournal(configOf(settings));
  const fs = await reopen();
  return {
    dir,
    fs,
    ufs: await createUfs(UfsUri.parse(rootUri), configOf(settings)),
    rootUri,
    oss,
    warnings,
    reopen,
    async close() {
      for (const each of opened) await each.close();
      await oss?.close();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function base(dir: string, rootUri: string, oss: TestOss | undefined): Record<string, string> {
  return {
    'alluxio.work.dir': dir,
    'alluxio.master.mount.table.root.ufs': rootUri,
    'alluxio.user.block.size.bytes.default': '64B',
    'alluxio.user.lease.wait.timeout': '200ms',
    ...(oss === undefined ? {} : { 'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret }),
  };
}

export const at = (path: string) => path as AlluxioPath;

export async function* bytes(text: string, chunk = 40): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text);
  for (let i = 0; i < all.length; i += chunk) yield all.subarray(i, i + chunk);
}

export async function textOf(stream: AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await stream) chunks.push(chunk.slice());
  return Buffer.concat(chunks).toString();
}

export async function namesIn(fs: FileSystem, path: string, recursive = false, sync: { syncIntervalMs?: number } = {}): Promise<string[]> {
  const names: string[] = [];
  for await (const page of fs.entries.list(at(path), { recursive, ...sync })) for (const status of page) names.push(status.path);
  return names;
}

export async function keysIn(ufs: Ufs, key = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of ufs.list(key, { recursive: true })) for (const entry of page.entries) keys.push(entry.kind === 'directory' ? `${entry.name}/` : entry.name);
  return keys.sort();
}
