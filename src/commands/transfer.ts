/** What `cp`, `copyFromLocal` and `copyToLocal` share: their options, the lines they print, and how failures end. */
import { AlluxioError, messageOf } from '../errors.ts';
import type { CopyReport, TransferOptions } from '../filesystem/file-system.ts';
import type { TypedPath } from '../uri.ts';
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';
import { throwTogether } from './for-each-path.ts';
import { flag, integer } from './options.ts';

export const THREAD_OPTION: OptionSpec = { long: 'thread', value: 'num', description: 'number of files copied at once' };
export const BUFFER_OPTION: OptionSpec = { long: 'buffersize', value: 'bytes', description: 'accepted for old scripts; buffers size themselves here' };

/** @throws USAGE for numbers that make no sense */
export function transferOptions(input: CommandInput, ctx: CommandContext): TransferOptions {
  const parallel = integer(input, 'thread');
  if (parallel !== undefined && parallel <= 0) throw new AlluxioError('USAGE', 'thread must be > 0');
  const buffer = integer(input, 'buffersize');
  if (buffer !== undefined && buffer < 0) throw new AlluxioError('USAGE', 'buffersize must be > 0');
  return {
    recursive: flag(input, 'R'),
    preserve: flag(input, 'preserve'),
    signal: ctx.signal,
    ...(parallel === undefined ? {} : { parallel }),
  };
}

/** An absolute local path of what was typed after `file://`, or as a plain local path. @throws INVALID_ARGUMENT when nothing was: an unset variable must not mean the current directory. */
export function localPath(text: string, ctx: CommandContext): string {
  if (text === '') throw new AlluxioError('INVALID_ARGUMENT', 'Path "" is invalid.', { hint: 'For the current directory, type a dot.' });
  return ctx.localPath(text);
}

export async function upload(source: string, target: TypedPath, input: CommandInput, ctx: CommandContext): Promise<void> {
  const options = transferOptions(input, ctx);
  const fs = await ctx.fileSystem();
  const failures: string[] = [];
  const immediate = ctx.config.find('alluxio.user.shell.error.stream') === 'stdout';
  await reporting('copying', ctx, async (report) => {
    await fs.transfers.upload(source, target, options, {
      ...report,
      onProblem({ from, to, error }) {
        const failure = `Failed to copy ${from} to ${to}: ${messageOf(error)}`;
        failures.push(failure);
        // Alluxio says it twice, on two streams. Where both are stderr, the summary is enough.
        if (immediate) ctx.out.warn(failure);
      },
    });
  });
  throwTogether(failures.length === 0 ? [] : [new Error('ERRORS:'), ...failures.map((failure) => new Error(failure))]);
}

export async function download(source: TypedPath, target: string, input: CommandInput, ctx: CommandContext): Promise<void> {
  const options = transferOptions(input, ctx);
  const fs = await ctx.fileSystem();
  await collecting('copying', 'Create directory:', ctx, (report) => fs.transfers.download(source, target, options, report));
}

export async function copy(source: TypedPath, target: TypedPath, input: CommandInput, ctx: CommandContext): Promise<void> {
  const options = transferOptions(input, ctx);
  const fs = await ctx.fileSystem();
  await collecting('copying', 'Created directory:', ctx, (report) => fs.transfers.copy(source, target, options, report));
}

async function collecting(label: string, made: string, ctx: CommandContext, work: (report: CopyReport) => Promise<void>): Promise<void> {
  const failures: Error[] = [];
  await reporting(label, ctx, (report) =>
    work({
      ...report,
      onDirectory: (path) => ctx.out.line(`${made} ${path}`),
      onProblem: ({ error }) => failures.push(error),
    }),
  );
  throwTogether(failures);
}

async function reporting(label: string, ctx: CommandContext, work: (report: Omit<CopyReport, 'onProblem'>) => Promise<void>): Promise<void> {
  const progress = ctx.out.progress(label);
  try {
    await work({ progress, onCopied: (from, to) => ctx.out.line(`Copied ${from} to ${to}`), onDirectory: () => undefined });
  } finally {
    progress.end();
  }
}
