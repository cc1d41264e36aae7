import { AlluxioError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { innerCommand } from '../inner-command.ts';
import { residentsOf } from './residents.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'metrics',
  usage: 'metrics [clear] [--master] [--workers <hosts>] [--parallelism <n>]',
  summary: 'Sets the metrics of running processes back.',
  description: 'Metrics are kept by a running master or worker and begin anew with it: start it again to clear them.',
  args: { min: 0, max: Infinity },
  words: [['clear']],
  options: [
    { long: 'master', description: 'only those of the master' },
    { long: 'workers', value: 'hosts', description: 'only those of these workers' },
    { long: 'parallelism', value: 'n', description: 'workers at once; changes nothing' },
  ],
  examples: [{ command: 'alluxio fsadmin metrics clear', does: 'Say how to clear them where a process keeps some.' }],
  async run(input, ctx) {
    innerCommand(input, ['clear']);
    const running = residentsOf(ctx).map(({ role }) => role);
    if (running.length === 0) return ctx.out.line('No worker metrics to clear.');
    throw new AlluxioError('UNSUPPORTED', `Metrics of a running ${running.join(' and ')} begin anew with the process.`, { hint: `Start it again: alluxio-start.sh ${running.length > 1 ? 'local' : running.join('')}` });
  },
};
