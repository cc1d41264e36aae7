import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';
import { BUFFER_OPTION, localPath, THREAD_OPTION, upload } from '../transfer.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'copyFromLocal',
  usage: 'copyFromLocal [--thread <num>] [--buffersize <bytes>] <src> <remoteDst>',
  summary: 'Copies a file or a directory from local filesystem to Alluxio filesystem in parallel at file level.',
  description: 'Directories are copied with all that is below them. The parent of the destination must exist.',
  args: { min: 2, max: 2 },
  words: ['local', 'path'],
  options: [THREAD_OPTION, BUFFER_OPTION],
  examples: [
    { command: 'alluxio fs copyFromLocal report.txt /data/report.txt', does: 'Copy a file in.' },
    { command: 'alluxio fs copyFromLocal --thread 16 ./export /data/export', does: 'Copy a directory in, 16 files at once.' },
  ],
  run: (input, ctx) => upload(localPath(arg(input, 0), ctx), readPath(ctx, arg(input, 1)), input, ctx),
};
