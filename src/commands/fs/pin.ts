import type { CommandInput, CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

const MEDIA = ['MEM', 'SSD', 'HDD'];

export const command: CommandSpec = {
  group: 'fs',
  name: 'pin',
  usage: 'pin <path> media1 media2 media3 ...',
  summary: 'Pins the given file or directory in memory (works recursively for directories).',
  description: 'Pinned data is never evicted from the cache. This call does not load data by itself.',
  args: { min: 1, max: Infinity },
  words: ['path', ['MEM', 'SSD', 'HDD']],
  options: [],
  examples: [{ command: 'alluxio fs pin /data/hot', does: 'Keep everything below the path in the cache.' }],
  async run(input, ctx) {
    const pinnedMedia = mediaOf(input);
    await forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.changes.setAttributes(path.plain, { pinned: true, pinnedMedia, recursive: true });
      ctx.out.line(`File '${path.typed}' was successfully pinned.`);
    });
  },
};

function mediaOf(input: CommandInput): readonly string[] {
  const media = input.args.slice(1);
  const invalid = media.filter((medium) => !MEDIA.includes(medium));
  if (invalid.length === 0) return media;
  throw new AlluxioError('INVALID_ARGUMENT', `Invalid medium to pin the file. ${invalid.join(', ')} are invalid. MEM,SSD,HDD are valid medium types`);
}
