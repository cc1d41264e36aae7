import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { parseDuration } from '../../config/units.ts';
import { AlluxioError, hasCode, messageOf } from '../../errors.ts';
import type { FileSystem } from '../../filesystem/file-system.ts';
import type { AlluxioPath } from '../../uri.ts';
import { matchesOf } from '../for-each-path.ts';
import { integer, text } from '../options.ts';
import { readPath } from '../paths.ts';

const DEFAULT_PARALLELISM = 4;
const DEFAULT_TIMEOUT_MS = 20 * 60 * 1000;

export const command: CommandSpec = {
  group: 'fs',
  name: 'persist',
  usage: 'persist [-p|--parallelism <#>] [-t|--timeout <milliseconds>] [-w|--wait <milliseconds>] <path> [<path> ...]',
  summary: 'Persists files or directories currently stored only in Alluxio to the UnderFileSystem.',
  args: { min: 1, max: Infinity },
  options: [
    { short: 'p', long: 'parallelism', value: '#', description: 'number of files persisted at once, default: 4' },
    { short: 't', long: 'timeout', value: 'milliseconds', description: 'time to wait for a file, default: 20 minutes; -1 for no limit' },
    { short: 'w', long: 'wait', value: 'milliseconds', description: 'the time to wait before persisting, default: 0' },
  ],
  examples: [{ command: 'alluxio fs persist /data', does: 'Write every file below the path that is only in Alluxio to its under storage.', setup: ['touch -Dalluxio.user.file.writetype.default=MUST_CACHE /data/new.bin'] }],
  json: 'path, persisted, error (null when it was persisted)',
  async run(input, ctx) {
    const wanted = parse(input);
    const typed = input.args.map((given) => readPath(ctx, given));
    const fs = await ctx.fileSystem();
    const files = new Set<AlluxioPath>();
    for (const pattern of typed) {
      for (const path of await matchesOf(pattern, fs)) {
        for await (const batch of fs.storage.pending(path.plain)) for (const status of batch) files.add(status.path);
      }
    }
    if (!ctx.out.json) ctx.out.line(`Found ${files.size} files to persist.`);
    return persistAll([...files], fs, { wanted, ctx });
  },
};

interface Wanted {
  readonly parallelism: number;
  readonly timeoutMs: number;
  readonly waitMs: number;
}

function parse(input: CommandInput): Wanted {
  const parallelism = integer(input, 'parallelism') ?? DEFAULT_PARALLELISM;
  if (parallelism <= 0) throw new AlluxioError('USAGE', 'parallelism must be > 0');
  const timeoutMs = parseDuration(text(input, 'timeout') ?? String(DEFAULT_TIMEOUT_MS));
  const waitMs = parseDuration(text(input, 'wait') ?? '0');
  if (waitMs < 0 || (timeoutMs !== -1 && waitMs > timeoutMs)) {
    throw new AlluxioError('INVALID_ARGUMENT', 'Persistence initial wait time should be smaller than persist timeout and bigger than zero');
  }
  return { parallelism, timeoutMs, waitMs };
}

async function persistAll(files: readonly AlluxioPath[], fs: FileSystem, how: { wanted: Wanted; ctx: CommandContext }): Promise<number> {
  const { wanted, ctx } = how;
  if (files.length > 0) await pause(wanted.waitMs, ctx.signal);
  const progress = ctx.out.progress('persisting');
  progress.expect({ files: files.length });
  const queue = files.values();
  let done = 0;
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (const path of queue) {
      const problem = await persistOne(path, fs, how);
      if (ctx.out.json) ctx.out.record({ path, persisted: problem === undefined, error: problem ?? null });
      else if (problem === undefined) ctx.out.line(`(${(done += 1)}/${files.length}) Successfully persisted file: ${path}`);
      else ctx.out.error(problem);
      if (problem !== undefined) failed += 1;
      progress.advance({ files: 1 });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(wanted.parallelism, files.length) }, worker));
  } finally {
    progress.end();
  }
  return failed === 0 ? 0 : 255;
}

/** Nothing when it went well, else the line to print. */
async function persistOne(path: AlluxioPath, fs: FileSystem, how: { wanted: Wanted; ctx: CommandContext }): Promise<string | undefined> {
  const { wanted, ctx } = how;
  const limit = wanted.timeoutMs < 0 ? undefined : AbortSignal.timeout(wanted.timeoutMs);
  try {
    await fs.storage.persist(path, { signal: limit === undefined ? ctx.signal : AbortSignal.any([ctx.signal, limit]) });
    return undefined;
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (limit?.aborted === true && (hasCode(error, 'CANCELLED') || hasCode(error, 'TIMEOUT'))) return `Timed out waiting for file to be persisted: ${path}`;
    return `Failed to persist file ${path}: ${messageOf(error)}`;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new AlluxioError('CANCELLED', 'Interrupted while waiting.'));
    }, { once: true });
  });
}
