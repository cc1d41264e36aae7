import type { CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import { arg, integer } from '../options.ts';
import { readPath } from '../paths.ts';

const UNLIMITED = -1;

export const command: CommandSpec = {
  group: 'fs',
  name: 'setReplication',
  usage: 'setReplication [-R] [--max <num> | --min <num>] <path>',
  summary: 'Sets the minimum/maximum number of replicas for the file or directory at given path.',
  description: 'A minimum above 0 pins the file, 0 unpins it. A maximum of -1 is no limit.',
  args: { min: 1, max: 1 },
  options: [
    { short: 'R', description: 'set replication recursively' },
    { long: 'max', value: 'num', description: 'the maximum number of replicas' },
    { long: 'min', value: 'num', description: 'the minimum number of replicas' },
  ],
  examples: [{ command: 'alluxio fs setReplication --min 1 /data/hot', does: 'Keep at least one cached copy.' }],
  async run(input, ctx) {
    const [max, min] = [integer(input, 'max'), integer(input, 'min')];
    if (max === undefined && min === undefined) {
      throw new AlluxioError('INVALID_ARGUMENT', "At least one option of '--max' or '--min' must be specified");
    }
    if (max !== undefined && min !== undefined && max < min && max !== UNLIMITED) {
      throw new AlluxioError('INVALID_ARGUMENT', "Invalid values for '--max' and '--min' options");
    }
    const path = readPath(ctx, arg(input, 0));
    const fs = await ctx.fileSystem();
    await fs.changes.setAttributes(path.plain, {
      // Alluxio's master hands the limits down whether or not -R is given.
      recursive: true,
      ...(max === undefined ? {} : { replicationMax: max }),
      ...(min === undefined ? {} : { replicationMin: min }),
    });
    ctx.out.line(`Changed the replication level of ${path.typed}`);
    if (max !== undefined) ctx.out.line(`replicationMax was set to ${max}`);
    if (min !== undefined) ctx.out.line(`replicationMin was set to ${min}`);
    ctx.out.line('');
  },
};
