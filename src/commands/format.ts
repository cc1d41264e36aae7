import { existsSync } from 'node:fs';
import type { CommandContext, CommandSpec } from './command.ts';
import { AlluxioError } from '../errors.ts';
import { formatJournal, formatWorker } from './formatting.ts';
import { flag } from './options.ts';

const MISUSED = 2;

export const command: CommandSpec = {
  group: 'top',
  name: 'format',
  usage: 'format [-s]',
  summary: 'Formats the journal and the cache: an empty namespace with the configured root mount.',
  description: 'Metadata, mounts and cached data are lost. The under storage is not touched.',
  args: { min: 0, max: Infinity },
  options: [{ short: 's', description: 'format only when the root under storage, as set in the environment, is a local path that does not exist yet' }],
  examples: [{ command: 'alluxio format', does: 'Start with an empty namespace; do this once before anything else.' }],
  exitCodes: [{ status: MISUSED, when: 'an argument other than -s was given' }],
  failureStatus: 255,
  async run(input, ctx) {
    if (input.args.length > 0) throw new AlluxioError('INVALID_ARGUMENT', 'Usage: alluxio format [-s]', { exitStatus: MISUSED });
    if (flag(input, 's') && !wantsFormat(ctx)) return;
    await formatWorker(ctx);
    await formatJournal(ctx);
  },
};

function wantsFormat(ctx: CommandContext): boolean {
  const root = ctx.env.ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS ?? ctx.env.ALLUXIO_UNDERFS_ADDRESS ?? '';
  if (root === '') return true;
  return root.startsWith('/') && !existsSync(root);
}
