import type { CommandSpec } from '../command.ts';
import { isAlluxioError } from '../../errors.ts';
import { forEachPath, throwTogether } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'startSync',
  usage: 'startSync <path>',
  summary: 'Starts the automatic syncing process of the specified path.',
  description: [
    'Compares the whole tree with its under storage now. From then on every command that comes by compares again what was not looked at for',
    'alluxio.master.ufs.active.sync.interval.',
  ].join(' '),
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs startSync /oss/incoming', does: 'Let a directory follow what other programs do in the bucket.', setup: ['mount /oss oss://my-bucket/data', 'mkdir /oss/incoming'] }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      ctx.out.line(`Starting a full sync of '${path.typed}'. You can check the status of the sync using getSyncPathList cmd`);
      try {
        await fs.syncing.start(path.plain);
      } catch (error) {
        if (!isAlluxioError(error) || error.code === 'CANCELLED') throw error;
        throwTogether([new Error(`Failed to start automatic syncing of '${path.typed}'.`), error]);
      }
      ctx.out.line(`Started automatic syncing of '${path.typed}'.`);
    }),
};
