/** One command against a file system that a test makes up, for what the command itself decides: words, columns, statuses. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseOptions } from '../../src/cli-commander.ts';
import { noShellOptions, readLine } from '../../src/cli-dialect.ts';
import { reportFailure } from '../../src/cli-failure.ts';
import type { CommandContext } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import type { CommandLoader } from '../../src/commands/index.ts';
import { configOf } from '../../src/config/resolved-config.ts';
import type { Entries, FileStatus, FileSystem } from '../../src/filesystem/file-system.ts';
import { AlluxioError } from '../../src/errors.ts';
import { openOutput } from '../../src/terminal/console-output.ts';
import { nameOf, normalisePath } from '../../src/uri.ts';
import type { AlluxioPath } from '../../src/uri.ts';

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  readonly fs?: PartialFileSystem;
  readonly config?: Readonly<Record<string, string>>;
  readonly json?: boolean;
  readonly stdout?: string;
}

export type PartialFileSystem = { readonly [Part in keyof FileSystem]?: Partial<FileSystem[Part]> };

export async function runCommand(name: keyof typeof COMMANDS.fs, words: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'alluxio-command-'));
  const [outFile, errFile] = [setting.stdout ?? join(folder, 'out'), join(folder, 'err')];
  const [stdout, stderr] = [openSync(outFile, 'w'), openSync(errFile, 'w')];
  const load: CommandLoader = COMMANDS.fs[name] ?? Promise.reject;
  const { command: spec } = await load();
  const out = await openOutput({ stdout, stderr, json: setting.json ?? false, quiet: false, color: false, env: {} });
  const ctx: CommandContext = {
    config: configOf(setting.config ?? {}),
    fileSystem: () => Promise.resolve(complete(setting.fs ?? {})),
    out,
    signal: new AbortController().signal,
    now: () => 0,
    localPath: (path) => resolve('/work', path),
    env: {},
    homeDir: folder,
    installDir: folder,
    hostname: 'host1',
    stdin: () => process.stdin,
    services: { checkJournal: () => Promise.resolve(), formatJournal: () => Promise.resolve(),
      restore: () => Promise.resolve({ uri: '', entries: 0, replayed: 0, folders: [] }), formatWorker: () => Promise.resolve([]), format: () => Promise.resolve([]), runLine: () => Promise.resolve(0), runTogether: () => Promise.resolve([]), configFor: () => configOf({}), defines: [], runResident: () => Promise.resolve() },
  };
  try {
    const { options, args } = readLine(words, spec.options, noShellOptions());
    const status = await Promise.resolve(spec.run({ args, options: parseOptions(spec, options) }, ctx)).catch((error: unknown) =>
      reportFailure(error, { out, debug: false, hints: true, spec }),
    );
    await out.end();
    return { status: status ?? 0, stdout: setting.stdout === undefined ? readFileSync(outFile, 'utf8') : '', stderr: readFileSync(errFile, 'utf8') };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whatever the test did not make up is not there to be called. */
function complete(parts: PartialFileSystem): FileSystem {
  const missing = (part: string): object =>
    new Proxy({}, { get: (_target, name) => () => { throw new Error(`the test made up no ${part}.${String(name)}`); } });
  const base = Object.fromEntries(['entries', 'changes', 'content', 'mounts', 'storage', 'syncing', 'transfers'].map((part) => [part, missing(part)]));
  const given = Object.fromEntries(Object.entries(parts).map(([part, methods]) => [part, methods]));
  return { ...base, ...given, user: 'alice', close: () => Promise.resolve() } as FileSystem;
}

export function status(path: string, attributes: Partial<FileStatus> = {}): FileStatus {
  return {
    id: 1,
    path: normalisePath(path),
    name: nameOf(path),
    directory: false,
    length: 0,
    blockSize: 64 * 1024 ** 2,
    childCount: 0,
    createdMs: 0,
    modifiedMs: 0,
    accessedMs: 0,
    owner: 'alice',
    group: 'staff',
    mode: attributes.directory === true ? 0o755 : 0o644,
    acl: [],
    defaultAcl: [],
    persistence: 'PERSISTED',
    pinned: false,
    pinnedMedia: [],
    ttlMs: -1,
    ttlAction: 'DELETE',
    replicationMin: 0,
    replicationMax: -1,
    cachedBytes: 0,
    mountPoint: false,
    mountId: 1,
    ufsPath: `/ufs${path}`,
    fingerprint: '',
    crc64: undefined,
    childrenLoaded: true,
    ...attributes,
  };
}

/** Entries over a fixed set of statuses. */
export function entriesOf(all: readonly FileStatus[]): Partial<Entries> {
  const find = (path: AlluxioPath): FileStatus => {
    const found = all.find((one) => one.path === path);
    if (found === undefined) throw new AlluxioError('NOT_FOUND', `Path "${path}" does not exist.`, { path });
    return found;
  };
  return {
    status: (path) => Promise.resolve().then(() => find(path)),
    async *list(path, options) {
      const start = find(path);
      if (!start.directory) return yield [start];
      const prefix = path === '/' ? '/' : `${path}/`;
      yield all.filter((one) => one.path !== '/' && one.path.startsWith(prefix) && (options?.recursive === true || !one.path.slice(prefix.length).includes('/')));
    },
    glob(pattern) {
      const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
      return Promise.resolve(all.map(({ path }) => path).filter((path) => expression.test(path)).sort());
    },
  };
}
