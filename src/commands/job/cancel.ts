import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';
import { noSuchJob } from './no-jobs.ts';

export const command: CommandSpec = {
  group: 'job',
  name: 'cancel',
  usage: 'cancel <id>',
  summary: 'Cancels a job.',
  description: 'There is no job service: commands that had one in Alluxio do their work themselves, so no id is ever known.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio job cancel 12', does: 'Be told that there is no such job.' }],
  run: (input) => Promise.reject(noSuchJob('Failed to cancel the job', arg(input, 0))),
};
