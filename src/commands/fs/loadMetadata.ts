import type { CommandSpec } from '../command.ts';
import { forEachPath, withJavaName } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'loadMetadata',
  usage: 'loadMetadata [-R] [-F] <path>',
  summary: 'Loads metadata for the given Alluxio path from the under file system.',
  args: { min: 1, max: Infinity },
  options: [
    { short: 'R', description: 'load metadata subdirectories recursively' },
    { short: 'F', description: 'update the metadata of the existing sub file forcibly' },
  ],
  examples: [{ command: 'alluxio fs loadMetadata -R /oss', does: 'Read the whole tree from the under storage; no data is cached.', setup: ['mount /oss oss://my-bucket/data'] }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      try {
        await fs.entries.loadMetadata(path.plain, { recursive: flag(input, 'R'), force: flag(input, 'F') });
      } catch (error) {
        throw withJavaName(error);
      }
    }),
};
