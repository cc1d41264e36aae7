import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';
import { MOUNT_OPTIONS, mountOptions } from './mount.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'updateMount',
  usage: 'updateMount [--readonly] [--shared] [--option <key=val>] <alluxioPath>',
  summary: 'Updates options for a mount point while keeping the Alluxio metadata under the mount point.',
  description: 'The given options replace all old ones: what is not repeated is reset.',
  args: { min: 1, max: 1, countMessage: (given) => `Command updateMount takes 1 argument, not ${given}` },
  options: MOUNT_OPTIONS,
  examples: [{ command: 'alluxio fs updateMount --readonly /oss', does: 'Make a mount read-only, with no other options.', setup: ['mount /oss oss://my-bucket/data'] }],
  async run(input, ctx) {
    const path = readPath(ctx, arg(input, 0));
    const options = mountOptions(input);
    const fs = await ctx.fileSystem();
    await fs.mounts.update(path.plain, options);
    ctx.out.line(`Updated mount point options at ${path.typed}`);
  },
};
