import type { CommandSpec } from './command.ts';
import { formatWorker } from './formatting.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'formatWorker',
  usage: 'formatWorker',
  summary: 'Formats the cache directories of every tier.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio formatWorker', does: 'Drop everything that is cached.' }],
  failureStatus: 255,
  run: (_input, ctx) => formatWorker(ctx),
};
