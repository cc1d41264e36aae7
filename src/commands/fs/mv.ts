import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'mv',
  usage: 'mv <src> <dst>',
  summary: 'Renames a file or directory.',
  description: 'The destination must not exist, and lies in the same mount.',
  args: { min: 2, max: 2 },
  options: [],
  examples: [{ command: 'alluxio fs mv /data/new /data/current', does: 'Rename a directory.', setup: ['mkdir /data/new'] }],
  async run(input, ctx) {
    const [from, to] = [readPath(ctx, arg(input, 0)), readPath(ctx, arg(input, 1))];
    const fs = await ctx.fileSystem();
    await fs.changes.rename(from.plain, to.plain, ctx.signal);
    ctx.out.line(`Renamed ${from.typed} to ${to.typed}`);
  },
};
