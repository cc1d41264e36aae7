import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'getCapacityBytes',
  usage: 'getCapacityBytes',
  summary: 'Gets the capacity of the Alluxio file system.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio fs getCapacityBytes', does: 'The size of the cache, all tiers together.' }],
  json: 'capacityBytes',
  async run(_input, ctx) {
    const fs = await ctx.fileSystem();
    const tiers = await fs.storage.capacity();
    const capacityBytes = tiers.flatMap(({ directories }) => directories).reduce((sum, { capacity }) => sum + capacity, 0);
    if (ctx.out.json) ctx.out.record({ capacityBytes });
    else ctx.out.line(`Capacity Bytes: ${capacityBytes}`);
  },
};
