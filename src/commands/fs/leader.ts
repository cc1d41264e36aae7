import type { CommandSpec } from '../command.ts';
import { masterOf } from '../master-address.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'leader',
  usage: 'leader',
  summary: 'Prints the current leader master host name.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio fs leader', does: 'Deprecated by Alluxio; see masterInfo.' }],
  json: 'leader',
  async run(_input, ctx) {
    const { host } = masterOf(ctx);
    if (ctx.out.json) return ctx.out.record({ leader: host });
    ctx.out.line('This command will be deprecated as of v3.0, please use masterInfo command');
    ctx.out.line(host);
  },
};
