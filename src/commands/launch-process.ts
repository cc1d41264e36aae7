import type { Role } from '../http/resident.ts';
import { AlluxioError } from '../errors.ts';
import type { CommandSpec } from './command.ts';
import { ENDED_WHEN_ASKED, statusWhenAsked } from './foreground.ts';
import { arg, flag } from './options.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'launch-process',
  usage: 'launch-process [-h] <master|worker> [-c]',
  summary: 'Runs the master or the worker in the foreground, until it is told to end: for containers and systemd.',
  description: 'Both are optional. The master persists what was written with ASYNC_THROUGH, keeps times to live and synced paths, and serves the web UI; the worker looks after the cache.',
  args: { min: 0, max: 1 },
  options: [
    { short: 'c', description: 'show the log on stdout too' },
    { short: 'h', description: 'show the usage' },
  ],
  examples: [{ command: 'alluxio launch-process master -c', does: 'Be the master, with its log on stdout.' }],
  exitCodes: [ENDED_WHEN_ASKED, { status: 1, when: 'it could not start, or not go on' }],
  failureStatus: 1,
  async run(input, ctx) {
    if (flag(input, 'h')) return ctx.out.line(`Usage: alluxio ${command.usage}`);
    if (input.args.length === 0) throw new AlluxioError('USAGE', 'Error: no process specified', { exitStatus: 1 });
    await ctx.services.runResident(roleOf(arg(input, 0)), { console: flag(input, 'c') });
    return statusWhenAsked(ctx.signal);
  },
};

function roleOf(name: string): Role {
  if (name === 'master' || name === 'worker') return name;
  throw new AlluxioError('USAGE', `Error: Invalid process name: ${name}. There are a master and a worker here.`, { exitStatus: 1 });
}
