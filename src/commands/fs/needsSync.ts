import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'needsSync',
  usage: 'needsSync <path>',
  summary: 'Marks a path as one that needs synchronization with the UFS: the next access to it, or to anything below it, compares it.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs needsSync /oss/incoming', does: 'Something was changed in the bucket: have it noticed, whatever the sync interval is.', setup: ['mount /oss oss://my-bucket/data', 'mkdir /oss/incoming'] }],
  run: (input, ctx) => forEachPath(ctx, arg(input, 0), (path, fs) => fs.syncing.mark(path.plain)),
};
