import type { CommandSpec } from '../command.ts';
import { masterOf } from '../master-address.ts';

export const command: CommandSpec = {
  group: 'job',
  name: 'leader',
  usage: 'leader',
  summary: 'Prints the host of the job master, which is that of the master.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio job leader', does: 'Show the host.' }],
  run: (_input, ctx) => Promise.resolve(ctx.out.line(masterOf(ctx).host)),
};
