import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'unmount',
  aliases: ['umount'],
  usage: 'unmount <alluxioPath>',
  summary: 'Unmounts an Alluxio path.',
  description: 'The under storage is not touched. Files that were not persisted yet are lost.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs unmount /oss', does: 'Forget the mount and everything that is known below it.', setup: ['mount /oss oss://my-bucket/data'] }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.mounts.unmount(path.plain);
      ctx.out.line(`Unmounted ${path.typed}`);
    }),
};
