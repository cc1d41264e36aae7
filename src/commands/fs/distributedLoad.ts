import { readFile } from 'node:fs/promises';
import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { AlluxioError, systemCode } from '../../errors.ts';
import type { TypedPath } from '../../uri.ts';
import { JOB_JSON, JOB_OPTIONS, jobLimits, runJob } from '../distributed.ts';
import { arg, flag } from '../options.ts';
import { readPath } from '../paths.ts';

const CHOICES = ['hosts', 'host-file', 'excluded-hosts', 'excluded-host-file', 'locality', 'locality-file', 'excluded-locality', 'excluded-locality-file'] as const;

export const command: CommandSpec = {
  group: 'fs',
  name: 'distributedLoad',
  usage: [
    'distributedLoad [--replication <num>] [--active-jobs <num>] [--batch-size <num>] [--index] [--hosts <host1>,<host2>,...,<hostN>] [--host-file <hostFilePath>]',
    '[--excluded-hosts <host1>,<host2>,...,<hostN>] [--excluded-host-file <hostFilePath>] [--locality <locality1>,<locality2>,...,<localityN>]',
    '[--locality-file <localityFilePath>] [--excluded-locality <locality1>,<locality2>,...,<localityN>] [--excluded-locality-file <localityFilePath>]',
    '[--passive-cache] [--direct-cache] <path>',
  ].join(' '),
  summary: 'Loads a file or all files in a directory into Alluxio space.',
  description: 'The cache of this machine is the only one: what chooses hosts is accepted and changes nothing. It is done when the command ends.',
  args: { min: 1, max: 1 },
  options: [
    { long: 'replication', value: 'num', description: 'accepted for old scripts; there is one copy of a block here' },
    ...JOB_OPTIONS,
    { long: 'index', description: 'the argument is a local file that names one path per line' },
    ...CHOICES.map((long) => ({ long, value: long.endsWith('file') ? 'file' : 'list', description: 'accepted for old scripts' })),
    { long: 'passive-cache', description: 'accepted for old scripts' },
    { long: 'direct-cache', description: 'accepted for old scripts' },
  ],
  examples: [
    { command: 'alluxio fs distributedLoad /data/hot', does: 'Cache every file below the path.' },
    { command: 'alluxio fs distributedLoad --index paths.txt', does: 'Cache what the lines of a local file name.' },
  ],
  json: JOB_JSON,
  async run(input, ctx) {
    jobLimits(input);
    const paths = flag(input, 'index') ? await pathsIn(arg(input, 0), ctx) : [readPath(ctx, arg(input, 0))];
    let failed = 0;
    for (const path of paths) failed += await loadOne(path, input, ctx);
    return failed === 0 ? 0 : 255;
  },
};

async function loadOne(source: TypedPath, input: CommandInput, ctx: CommandContext): Promise<number> {
  const fs = await ctx.fileSystem();
  await fs.entries.status(source.plain);
  const progress = ctx.out.progress('loading');
  try {
    return await runJob({ command: 'distributedLoad', kind: 'distLoad', verb: 'loaded', source }, input, ctx, (report) =>
      fs.storage.load(source.plain, {
        progress,
        signal: ctx.signal,
        onEntry: (status) => void (status.directory || report.done(status.path)),
        onProblem: ({ path, error }) => report.failed(path, error),
      }),
    );
  } finally {
    progress.end();
  }
}

async function pathsIn(name: string, ctx: CommandContext): Promise<TypedPath[]> {
  const file = ctx.localPath(name);
  try {
    const lines = (await readFile(file, 'utf8')).split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '').map((line) => readPath(ctx, line));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const why = systemCode(error) === 'ENOENT' ? 'No such file or directory' : String(systemCode(error));
    throw new AlluxioError('INVALID_ARGUMENT', `${file} (${why})`, { cause: error });
  }
}
