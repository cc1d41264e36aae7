import { AlluxioError } from '../../errors.ts';
import { askResident } from '../../resident/ask.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { innerCommand } from '../inner-command.ts';
import { flag, text } from '../options.ts';
import { residentsOf } from './residents.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'metrics',
  usage: 'metrics [clear] [--master] [--workers <hosts>] [--parallelism <n>]',
  summary: 'Sets the metrics of running processes back.',
  description: 'The counters and charts of a running master and worker begin anew. What follows from the namespace, such as its number of files, stays.',
  args: { min: 0, max: Infinity },
  words: [['clear']],
  options: [
    { long: 'master', description: 'only those of the master' },
    { long: 'workers', value: 'hosts', description: 'only those of these workers' },
    { long: 'parallelism', value: 'n', description: 'workers at once; changes nothing' },
  ],
  examples: [{ command: 'alluxio fsadmin metrics clear', does: 'Let all counters begin anew.' }],
  async run(input, ctx) {
    innerCommand(input, ['clear']);
    const [onlyMaster, hosts] = [flag(input, 'master'), text(input, 'workers')?.split(',')];
    const unknown = hosts?.find((host) => host !== ctx.hostname && host !== 'localhost');
    if (unknown !== undefined) throw new AlluxioError('INVALID_ARGUMENT', `Cannot find worker ${unknown}.`, { hint: `Valid workers are: ${ctx.hostname}` });
    if (hosts !== undefined || !onlyMaster) await clear(ctx, 'worker');
    if (onlyMaster || hosts === undefined) await clear(ctx, 'master');
  },
};

async function clear(ctx: CommandContext, role: 'master' | 'worker'): Promise<void> {
  const resident = residentsOf(ctx).find((each) => each.role === role);
  if (resident === undefined) return ctx.out.line(`No ${role} metrics to clear.`);
  await askResident(ctx.config, resident, { method: 'POST', path: `/api/v1/${role}/clearMetrics` });
  ctx.out.line(`Successfully cleared metrics of ${role === 'worker' ? `worker ${ctx.hostname}` : 'Alluxio leading master'}.`);
}
