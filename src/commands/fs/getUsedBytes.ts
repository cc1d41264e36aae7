import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'getUsedBytes',
  usage: 'getUsedBytes',
  summary: 'Gets number of bytes used in the Alluxio file system.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio fs getUsedBytes', does: 'How much of the cache is used, all tiers together.' }],
  json: 'usedBytes',
  async run(_input, ctx) {
    const fs = await ctx.fileSystem();
    const tiers = await fs.storage.capacity();
    const usedBytes = tiers.flatMap(({ directories }) => directories).reduce((sum, { used }) => sum + used, 0);
    if (ctx.out.json) ctx.out.record({ usedBytes });
    else ctx.out.line(`Used Bytes: ${usedBytes}`);
  },
};
