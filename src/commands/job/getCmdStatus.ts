import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';
import { noSuchJob } from './no-jobs.ts';

export const command: CommandSpec = {
  group: 'job',
  name: 'getCmdStatus',
  usage: 'getCmdStatus [-v] <jobControlId>',
  summary: 'Shows the status of a distributed command.',
  description: 'There is no job service: commands that had one in Alluxio do their work themselves, so no id is ever known.',
  args: { min: 1, max: 1 },
  options: [{ short: 'v', description: 'with the files that failed' }],
  examples: [{ command: 'alluxio job getCmdStatus 12', does: 'Be told that there is no such job.' }],
  run: (input) => Promise.reject(noSuchJob('Failed to get status of the job', arg(input, 0))),
};
