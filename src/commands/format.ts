import { existsSync } from 'node:fs';
import type { CommandContext, CommandSpec } from './command.ts';
import { AlluxioError } from '../errors.ts';
import { formatBoth, restoreBoth } from './formatting.ts';
import { flag, text } from './options.ts';

const MISUSED = 2;

export const command: CommandSpec = {
  group: 'top',
  name: 'format',
  usage: 'format [-s] [--from <uri> [--backup-only]]',
  summary: 'Formats the journal and the cache: an empty namespace with the configured root mount.',
  description: [
    'Metadata, mounts and cached data are lost. The under storage is not touched.',
    'With --from, the namespace is what a backup of "alluxio fsadmin backup" holds, and what the master shipped after it (alluxio.master.journal.backup.interval). <uri> is a backup, or a folder of them: then the newest is taken, with the credentials that the configuration has for the storage. A damaged backup changes nothing. Secrets of mounts are not in backups: "alluxio fs updateMount --option" sets them. What changed in the storages since is seen after "alluxio fs needsSync /".',
  ].join('\n'),
  args: { min: 0, max: Infinity },
  options: [
    { short: 's', once: true, description: 'format only when the root under storage, as set in the environment, is a local path that does not exist yet' },
    { long: 'from', value: 'uri', description: 'restore the namespace from this backup, or from the newest in this folder' },
    { long: 'backup-only', description: 'with --from: leave out what the master shipped after the backup' },
  ],
  examples: [{ command: 'alluxio format', does: 'Start with an empty namespace; do this once before anything else.' }],
  exitCodes: [{ status: MISUSED, when: 'an argument or option other than those above was given, or -s twice' }],
  failureStatus: 255,
  misuseStatus: MISUSED,
  async run(input, ctx) {
    if (input.args.length > 0) throw new AlluxioError('INVALID_ARGUMENT', 'Usage: alluxio format [-s]', { exitStatus: MISUSED });
    if (flag(input, 's') && !wantsFormat(ctx)) return;
    const from = text(input, 'from');
    if (from === undefined) return formatBoth(ctx);
    await restoreBoth(ctx, from.includes('://') ? from : ctx.localPath(from), flag(input, 'backup-only'));
  },
};

function wantsFormat(ctx: CommandContext): boolean {
  const root = ctx.env.ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS ?? ctx.env.ALLUXIO_UNDERFS_ADDRESS ?? '';
  if (root === '') return true;
  return root.startsWith('/') && !existsSync(root);
}
