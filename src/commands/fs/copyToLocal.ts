import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';
import { BUFFER_OPTION, download, localPath } from '../transfer.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'copyToLocal',
  usage: 'copyToLocal [--buffersize <bytes>]  <src> <localDst>',
  summary: 'Copies a file or a directory from the Alluxio filesystem to the local filesystem.',
  args: { min: 2, max: 2 },
  words: ['path', 'local'],
  options: [BUFFER_OPTION],
  examples: [{ command: "alluxio fs copyToLocal '/logs/*.gz' ./logs", does: 'Copy every match into a local directory.', setup: ['mkdir /logs', 'copyFromLocal a.bin /logs/a.gz'] }],
  run: (input, ctx) => download(readPath(ctx, arg(input, 0)), localPath(arg(input, 1), ctx), input, ctx),
};
