import type { CommandContext, CommandSpec } from '../command.ts';
import type { FileSystem, OpenOptions } from '../../filesystem/file-system.ts';
import type { TypedPath } from '../../uri.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'cat',
  usage: 'cat <path>',
  summary: "Prints the file's contents to the console.",
  args: { min: 1, max: Infinity },
  options: [],
  examples: [
    { command: 'alluxio fs cat /data/report.txt', does: 'Print a file.', setup: ['copyFromLocal report.txt /data/report.txt'] },
    { command: "alluxio fs cat '/logs/*.log' | grep ERROR", does: 'Search several files, in path order.', setup: ['mkdir /logs', 'copyFromLocal errors.log /logs/a.log'] },
  ],
  run: (input, ctx) => forEachPath(ctx, arg(input, 0), (path, fs) => printBytes(path, fs, { ctx, range: {} })),
};

/** The bytes of a range, as they are. @throws IS_A_DIRECTORY, NOT_FOUND */
export async function printBytes(path: TypedPath, fs: FileSystem, how: { ctx: CommandContext; range: Pick<OpenOptions, 'offset' | 'length'> }): Promise<void> {
  const { ctx, range } = how;
  const source = await fs.content.open(path.plain, { ...range, signal: ctx.signal });
  for await (const chunk of source) await ctx.out.write(chunk);
}
