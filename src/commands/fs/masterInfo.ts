import type { CommandSpec } from '../command.ts';
import { masterOf } from '../master-address.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'masterInfo',
  usage: 'masterInfo',
  summary: 'Prints information regarding master fault tolerance such as leader address and list of master addresses.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio fs masterInfo', does: 'The one master that there is.' }],
  json: 'leader, masters',
  async run(_input, ctx) {
    const { address } = masterOf(ctx);
    if (ctx.out.json) return ctx.out.record({ leader: address, masters: [address] });
    ctx.out.line(`Current leader master: ${address}`);
    ctx.out.line(`All masters: [${address}]`);
  },
};
