import type { CommandSpec } from './command.ts';
import { formatJournal } from './formatting.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'formatJournal',
  usage: 'formatJournal',
  summary: 'Formats the journal: an empty namespace with the configured root mount.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio formatJournal', does: 'Forget all metadata and mounts; the under storage is not touched.' }],
  failureStatus: 255,
  run: (_input, ctx) => formatJournal(ctx),
};
