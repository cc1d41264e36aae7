import type { CommandSpec } from './command.ts';
import { formatJournal } from './formatting.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'formatMaster',
  usage: 'formatMaster',
  summary: 'Formats the journal; deprecated, use formatJournal.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio formatMaster', does: 'As formatJournal, after a line that says so.' }],
  failureStatus: 255,
  async run(_input, ctx) {
    ctx.out.warn('formatMaster is deprecated. Please use formatJournal instead.');
    await formatJournal(ctx);
  },
};
