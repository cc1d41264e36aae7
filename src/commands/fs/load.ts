import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import type { FileSystem } from '../../filesystem/file-system.ts';
import { percentOf } from '../../terminal/size.ts';
import type { TypedPath } from '../../uri.ts';
import { forEachPath, throwTogether } from '../for-each-path.ts';
import { arg, flag, text } from '../options.ts';
import { readPath } from '../paths.ts';

const ACTIONS = ['submit', 'stop', 'progress'] as const;
/** -2, for a job that is not known. */
const UNKNOWN_JOB = 254;

export const command: CommandSpec = {
  group: 'fs',
  name: 'load',
  usage: [
    'For backward compatibility: load [--local] <path>',
    'For distributed load:',
    '\tload <path> --submit [--bandwidth N] [--verify] [--partial-listing]',
    '\tload <path> --stop',
    '\tload <path> --progress [--format TEXT|JSON] [--verbose]',
  ].join('\n'),
  summary: 'Loads a file or a directory into Alluxio space, makes it resident in Alluxio.',
  description: 'There is no job service here: --submit loads in this process and returns when all is cached; --progress shows how much is.',
  args: { min: 1, max: 1 },
  options: [
    { long: 'local', description: 'load to the local worker' },
    { long: 'submit', description: 'load everything below the path' },
    { long: 'stop', description: 'stop a load job' },
    { long: 'progress', description: 'show how much of the path is loaded' },
    { long: 'bandwidth', value: 'bandwidth', description: 'accepted for old scripts' },
    { long: 'verify', description: 'accepted for old scripts; every read is verified' },
    { long: 'partial-listing', description: 'accepted for old scripts; listings are always streamed' },
    { long: 'format', value: 'format', words: ['TEXT', 'JSON'], description: 'format of the progress report: TEXT or JSON' },
    { long: 'verbose', description: 'accepted for old scripts' },
  ],
  examples: [
    { command: 'alluxio fs load /data/hot', does: 'Cache everything below the path.' },
    { command: 'alluxio fs load /data/hot --progress', does: 'How much of it is cached.' },
  ],
  exitCodes: [{ status: UNKNOWN_JOB, when: '--progress of a path that does not exist' }],
  json: 'path, alreadyLoaded; with --submit: path, submitted; with --stop: path, stopped; with --progress: path, state, files, bytes, loadedBytes, percent',
  async run(input, ctx) {
    const actions = ACTIONS.filter((name) => flag(input, name));
    if (actions.length > 1) throw new AlluxioError('USAGE', 'Must have one of submit / stop / progress');
    const [action] = actions;
    if (action === undefined) return forEachPath(ctx, arg(input, 0), (path, fs) => loadOne(path, fs, { ctx, local: flag(input, 'local'), silent: false }));
    if (arg(input, 0).includes('*')) throw new AlluxioError('USAGE', 'Load does not support wildcard path');
    return act(action, readPath(ctx, arg(input, 0)), input, ctx);
  },
};

async function act(action: (typeof ACTIONS)[number], path: TypedPath, input: CommandInput, ctx: CommandContext): Promise<number | void> {
  if (action === 'stop') {
    if (ctx.out.json) return ctx.out.record({ path: path.plain, stopped: false });
    return ctx.out.line(`Cannot find load job for path ${path.typed}, it might have already been stopped or finished`);
  }
  const fs = await ctx.fileSystem();
  if (action === 'progress') return showProgress(path, fs, { ctx, json: ctx.out.json || text(input, 'format')?.toUpperCase() === 'JSON' });
  await loadOne(path, fs, { ctx, local: false, silent: true });
  if (ctx.out.json) ctx.out.record({ path: path.plain, submitted: true });
  else ctx.out.line(`Load '${path.typed}' is successfully submitted.`);
}

async function loadOne(path: TypedPath, fs: FileSystem, how: { ctx: CommandContext; local: boolean; silent: boolean }): Promise<void> {
  const { ctx, local, silent } = how;
  const failures: Error[] = [];
  const progress = ctx.out.progress('loading');
  try {
    await fs.storage.load(path.plain, {
      signal: ctx.signal,
      progress,
      onEntry(status, alreadyCached) {
        if (silent) return;
        if (ctx.out.json) return ctx.out.record({ path: status.path, alreadyLoaded: alreadyCached });
        const shown = status.path === path.plain ? path.typed : status.path;
        ctx.out.line(alreadyCached && !status.directory && !local ? `${shown} already in Alluxio fully` : `${shown} loaded`);
      },
      onProblem: ({ error }) => failures.push(error),
    });
  } finally {
    progress.end();
  }
  throwTogether(failures);
}

async function showProgress(path: TypedPath, fs: FileSystem, how: { ctx: CommandContext; json: boolean }): Promise<number | void> {
  const { out } = how.ctx;
  if (!(await fs.entries.exists(path.plain))) {
    out.error(`Load for path '${path.typed}' cannot be found.`);
    return UNKNOWN_JOB;
  }
  const { files, bytes, cachedBytes } = await fs.entries.totals(path.plain);
  const state = cachedBytes >= bytes ? 'SUCCEEDED' : 'STOPPED';
  const percent = percentOf(cachedBytes, bytes, 100);
  if (how.json) return out.record({ path: path.plain, state, files, bytes, loadedBytes: cachedBytes, percent });
  out.line(`Progress for loading path '${path.typed}':`);
  out.line(`\tJob State: ${state}`);
  out.line(`\tInodes Scanned: ${files}`);
  out.line(`\tBytes Loaded: ${cachedBytes} out of ${bytes} (${percent}%)`);
}
