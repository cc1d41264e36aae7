import type { CommandSpec } from '../command.ts';
import { onOneLine } from '../../terminal/escape.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'rm',
  usage: 'rm [-R] [-U] [--alluxioOnly] <path>',
  summary: 'Removes the specified file. Specify -R to remove file or directory recursively.',
  description:
    'Where alluxio.user.trash.interval is set, what is removed is kept for that long in /.Trash/<user>/<when>/ of its mount, and comes back with "alluxio fs undo" or "mv". In an object store that costs a copy of each object. What is removed from the trash, or with --alluxioOnly, is gone.',
  args: { min: 1, max: Infinity },
  options: [
    { short: 'R', description: 'delete files and subdirectories recursively' },
    { short: 'U', description: 'remove directories without checking UFS contents are in sync' },
    { short: 'm', long: 'deleteMountPoint', description: 'remove mount points in the directory' },
    { long: 'alluxioOnly', description: 'delete files and subdirectories recursively in Alluxio space only, not in the under storage' },
    { long: 'skip-trash', description: 'delete at once, although alluxio.user.trash.interval is set' },
  ],
  examples: [
    { command: "alluxio fs rm '/tmp/*.part'", does: 'Remove the files that match.', setup: ['mkdir /tmp', 'touch /tmp/a.part'] },
    { command: 'alluxio fs rm -R /data/old', does: 'Remove a directory with all that is below it, in the under storage too.' },
  ],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const alluxioOnly = flag(input, 'alluxioOnly');
      await fs.changes.delete(path.plain, {
        recursive: flag(input, 'R'),
        alluxioOnly,
        deleteMountPoint: flag(input, 'deleteMountPoint'),
        trash: !flag(input, 'skip-trash'),
        signal: ctx.signal,
        ...(flag(input, 'U') ? { unchecked: true } : {}),
      });
      ctx.out.line(`${ctx.out.terminal ? onOneLine(path.typed) : path.typed} has been removed${alluxioOnly ? ' from Alluxio space' : ''}`);
    }),
};
