import type { CommandContext, CommandInput, CommandSpec, OptionSpec } from '../command.ts';
import { refuseNested } from '../../filesystem/transfers/migrate.ts';
import type { TypedPath } from '../../uri.ts';
import { JOB_JSON, JOB_OPTIONS, jobLimits, overwrites, runJob } from '../distributed.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';

export const MIGRATE_OPTIONS: readonly OptionSpec[] = [
  ...JOB_OPTIONS,
  { long: 'overwrite', value: 'true|false', description: 'whether to replace files that exist at the destination, default: true' },
];

export const command: CommandSpec = {
  group: 'fs',
  name: 'distributedCp',
  usage: 'distributedCp [--active-jobs <num>] [--batch-size <num>] <src> <dst>',
  summary: 'Copies a file or directory in parallel at file level.',
  description: 'The destination plays the part of the source: the content of a directory goes into it. It is done when the command ends.',
  args: { min: 2, max: 2 },
  options: MIGRATE_OPTIONS,
  examples: [
    { command: 'alluxio fs distributedCp /data /backup', does: 'Copy a tree, replacing files that are there.' },
    { command: 'alluxio fs distributedCp --overwrite false /data /backup', does: 'Copy what is not there yet; the others are named as failed.' },
  ],
  json: JOB_JSON,
  async run(input, ctx) {
    const failed = await migrate({ source: readPath(ctx, arg(input, 0)), target: readPath(ctx, arg(input, 1)) }, input, ctx);
    return failed === 0 ? 0 : 255;
  },
};

/** Returns how many files could not be copied. `copied` gets the ids of what was. */
export async function migrate({ source, target }: { source: TypedPath; target: TypedPath }, input: CommandInput, ctx: CommandContext, copied?: Set<number>): Promise<number> {
  const options = { ...(copied === undefined ? {} : { copied }), ...jobLimits(input), overwrite: overwrites(input), signal: ctx.signal };
  const fs = await ctx.fileSystem();
  // What cannot begin is refused before anything is "submitted".
  refuseNested(source, target);
  await fs.entries.status(source.plain);
  const progress = ctx.out.progress('copying');
  try {
    return await runJob({ command: 'distributedCp', kind: 'migrate', verb: 'copied', source }, input, ctx, (report) =>
      fs.transfers.migrate(source, target, options, {
        progress,
        onCopied: (from) => report.done(from),
        onDirectory: () => undefined,
        onProblem: ({ from, error }) => report.failed(from, error),
      }),
    );
  } finally {
    progress.end();
  }
}
