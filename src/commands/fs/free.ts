import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'free',
  usage: 'free [-f] <path>',
  summary: 'Frees the space occupied by a file or a directory in Alluxio.',
  description: 'The data stays in the under storage; files that are not there yet are refused.',
  args: { min: 1, max: Infinity },
  options: [{ short: 'f', description: 'force to free files even pinned; they are unpinned' }],
  examples: [{ command: 'alluxio fs free /data/old', does: 'Give back the cache space of everything below the path.' }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.storage.free(path.plain, { forced: flag(input, 'f') });
      ctx.out.line(`${path.typed} was successfully freed from Alluxio space.`);
    }),
};
