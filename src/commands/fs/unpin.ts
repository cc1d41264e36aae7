import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'unpin',
  usage: 'unpin <path>',
  summary: 'Unpins the given file or folder from memory (works recursively for a directory).',
  args: { min: 1, max: Infinity },
  options: [],
  examples: [{ command: 'alluxio fs unpin /data/hot', does: 'Let the cache evict it again.' }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.changes.setAttributes(path.plain, { pinned: false, pinnedMedia: [], recursive: true });
      ctx.out.line(`File '${path.typed}' was successfully unpinned.`);
    }),
};
