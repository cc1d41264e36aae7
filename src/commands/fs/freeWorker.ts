import type { CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import { formatSize } from '../../terminal/size.ts';
import { arg } from '../options.ts';

const THIS_MACHINE = ['localhost', '127.0.0.1', '::1'];

export const command: CommandSpec = {
  group: 'fs',
  name: 'freeWorker',
  usage: 'freeWorker <worker host name>',
  summary: 'Frees all the blocks of a worker in Alluxio.',
  description: 'The only worker is this machine. Pinned data goes too and stays pinned; data that is not in the under storage yet is kept.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs freeWorker localhost', does: 'Empty the cache of this machine.' }],
  json: 'freedBytes, keptBytes',
  async run(input, ctx) {
    const host = arg(input, 0);
    if (host !== ctx.hostname && !THIS_MACHINE.includes(host)) throw new AlluxioError('NOT_FOUND', 'Target worker is not found in Alluxio.');
    const fs = await ctx.fileSystem();
    const { freedBytes, keptBytes } = await fs.storage.freeAll();
    if (ctx.out.json) ctx.out.record({ freedBytes, keptBytes });
    if (keptBytes > 0) {
      throw new AlluxioError('PARTIAL', `${formatSize(freedBytes)} were freed; ${formatSize(keptBytes)} are not in the under storage yet and were kept.`, { hint: 'alluxio fs persist /' });
    }
    if (!ctx.out.json) ctx.out.line('Target worker has been freed successfully.');
  },
};
