import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  group: 'job',
  name: 'ls',
  usage: 'ls',
  summary: 'Lists jobs; there are none, because commands do their work themselves.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio job ls', does: 'Show nothing.' }],
  run: () => Promise.resolve(),
};
