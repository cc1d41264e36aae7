import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'stopSync',
  usage: 'stopSync <path>',
  summary: 'Stops the automatic syncing process of the specified path.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs stopSync /oss/incoming', does: 'Compare the directory only when asked to.', setup: ['mount /oss oss://my-bucket/data', 'mkdir /oss/incoming', 'startSync /oss/incoming'] }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.syncing.stop(path.plain);
      ctx.out.line(`Stopped automatic syncing of '${path.typed}'.`);
    }),
};
