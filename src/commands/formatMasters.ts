import type { CommandSpec } from './command.ts';
import { formatJournal } from './formatting.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'formatMasters',
  usage: 'formatMasters',
  summary: 'Formats the journal, on the one host that there is.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio formatMasters', does: 'Forget all metadata and mounts; the under storage is not touched.' }],
  failureStatus: 255,
  run: (_input, ctx) => formatJournal(ctx),
};
